"""Who is the same process, who is dead, and of whom that cannot be known."""

import os
import subprocess
import sys

import attrs
import pytest

from actors.storage.ownership import Owner, process_lives
from actors.storage.processes import start_and_end

HERE = Owner(
    user="ana",
    host="build-7",
    pid=1,
    token="0" * 16,
    machine="m1",
    boot="b1",
    pids="4026531836",
    started="1",
)
IN_A_CONTAINER = attrs.evolve(HERE, pids="4026532000")


def alive(pid: int, started: str) -> bool:
    return True


def gone(pid: int, started: str) -> bool:
    return False


def never_asked(pid: int, started: str) -> bool:
    raise AssertionError("this process id is another machine's or container's")


def test_a_process_of_the_same_kernel_and_namespace_is_looked_at():
    assert HERE.sees(attrs.evolve(HERE, pid=2), alive) is True
    assert HERE.sees(attrs.evolve(HERE, pid=2), gone) is False


def test_host_names_decide_nothing_for_containers_change_them():
    assert HERE.sees(attrs.evolve(HERE, host="other", machine="m2"), gone) is False


def test_another_container_on_the_same_kernel_is_as_far_as_another_machine():
    assert HERE.sees(IN_A_CONTAINER, never_asked) is None
    assert IN_A_CONTAINER.sees(HERE, never_asked) is None


def test_a_reboot_ends_all_processes_of_a_machine():
    assert attrs.evolve(HERE, boot="b2").sees(HERE, never_asked) is False


@pytest.mark.parametrize(
    "other",
    [
        attrs.evolve(HERE, boot="b2", machine="m2"),
        attrs.evolve(HERE, boot="b2", machine=""),
        attrs.evolve(HERE, boot="b2", host="build-8"),
        attrs.evolve(HERE, boot="b2", pids="4026532000"),
        attrs.evolve(HERE, boot=""),
    ],
    ids=["machine", "no machine id", "host", "container", "no boot id"],
)
def test_what_may_be_another_machine_is_not_called_rebooted(other):
    assert HERE.sees(other, never_asked) is None


def test_two_without_a_machine_id_are_not_one_machine():
    nameless = attrs.evolve(HERE, machine="")
    assert attrs.evolve(nameless, boot="b2").sees(nameless, never_asked) is None


def test_two_without_a_boot_id_are_not_one_kernel():
    nameless = attrs.evolve(HERE, boot="", pids="")
    assert nameless.sees(nameless, never_asked) is None


def test_containers_of_one_image_on_two_machines_are_not_one_that_was_rebooted():
    assert attrs.evolve(IN_A_CONTAINER, boot="b2").sees(IN_A_CONTAINER, never_asked) is None


def test_this_process_lives_and_sees_itself():
    owner = Owner.this_process()
    assert (owner.pid, owner.sees(owner, process_lives)) == (os.getpid(), True)
    assert owner.text.endswith(f" pid {os.getpid()}")


def test_no_two_owners_have_the_same_token():
    assert len({Owner.this_process().token for _ in range(100)}) == 100


def test_a_process_id_that_was_given_to_another_is_not_its_owner():
    assert process_lives(os.getpid(), "1") is False


def test_a_start_that_is_not_known_decides_nothing():
    assert process_lives(os.getpid(), "") is None


def test_a_killed_process_is_dead_before_its_parent_has_looked():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        started = attrs.evolve(HERE, pid=child.pid, started=started_of(child.pid))
        assert process_lives(started.pid, started.started) is True
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # a zombie now
        assert process_lives(started.pid, started.started) is False
    assert process_lives(started.pid, started.started) is False


def started_of(pid: int) -> str:
    return start_and_end(pid)[0]


def test_a_name_that_would_break_the_lock_file_is_made_plain():
    from actors.storage.ownership.owner import _plain

    assert _plain("ana maria\nx") == "ana?maria?x"
    assert _plain("") == "?"
    assert len(_plain("x" * 300)) == 64
