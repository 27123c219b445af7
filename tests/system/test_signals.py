"""A process that is asked to end saves first, and says what it could not save."""

import gc
import re
import signal
import subprocess
import sys
import threading
import weakref
from pathlib import Path

import pytest

from actors import Autosave
from actors.formats import parse
from tests.system.host_processes import WAIT_S, drafts_in, end_by, expect, started, tell
from tests.system.test_kill import EDITS, recording, version_of, watch

SCRIPT = Path(__file__).with_name("signalled_hosts.py")


def host(name, directory):
    return started(SCRIPT, name, directory)


def codes(path):
    return [cell.code for cell in parse(path.read_bytes(), ".py")]


@pytest.mark.parametrize(
    ("name", "line", "code"),
    [
        ("on_a_full_disk", "ready", "x = 0"),
        ("on_a_hung_disk", "writing", "x = 'behind'"),
        ("unnamed", "ready", "x = 0"),
    ],
)
def test_what_is_in_no_file_is_in_a_draft_that_stderr_names(tmp_path, name, line, code):
    with host(name, tmp_path) as process:
        expect(process, line)
        status, err = end_by(process, signal.SIGTERM)
    drafts = drafts_in(tmp_path)
    assert status == -signal.SIGTERM
    (said,) = re.findall(r"was not saved: .*; draft (\w+) has it: .* drafts restore \1", err)
    assert code in drafts[said]


def test_a_second_signal_does_not_cut_it_short(tmp_path):
    with host("full_for_a_while", tmp_path) as process:
        expect(process, "ready")
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGTERM)
        tell(process)  # the disk is mended
        expect(process, "written")
        assert end_by(process, signal.SIGTERM) == (-signal.SIGTERM, "")


@pytest.mark.parametrize("name", ["in_asyncio", "in_sleep", "in_a_lock"])
def test_wherever_the_main_thread_waits(tmp_path, name):
    with host(name, tmp_path) as process:
        expect(process, "ready")
        assert end_by(process, signal.SIGTERM) == (-signal.SIGTERM, "")
    assert codes(tmp_path / "nb.py") == ["x = 0"]


def test_ctrl_c_leaves_the_block_and_saves(tmp_path):
    with host("in_a_block", tmp_path) as process:
        expect(process, "ready")
        process.send_signal(signal.SIGINT)  # once: the second one would cut the saving short
        status, err = process.wait(WAIT_S), process.stderr.read()
    assert (status, err.splitlines()[-1]) == (-signal.SIGINT, "KeyboardInterrupt")
    assert codes(tmp_path / "nb.py") == ["x = 0"]


def test_a_handler_of_the_hosts_own_comes_after_it(tmp_path):
    with host("with_a_handler_of_its_own", tmp_path) as process:
        expect(process, "ready")
        process.send_signal(signal.SIGTERM)
        assert (process.wait(WAIT_S), process.stderr.read()) == (7, "")
    assert codes(tmp_path / "nb.py") == ["x = 0"]


@pytest.mark.parametrize("name", ["stopped_before", "stopped_on_another_thread"])
def test_after_a_stop_the_signal_ends_the_process_as_ever(tmp_path, name):
    with host(name, tmp_path) as process:
        expect(process, "ready")
        assert end_by(process, signal.SIGTERM) == (-signal.SIGTERM, "")


def test_a_replay_that_is_asked_to_end_saves_first(tmp_path):
    recording(tmp_path / "long.ndjson")
    path = tmp_path / "out" / "nb.py"
    command = [sys.executable, "-m", "actors", "replay", tmp_path / "long.ndjson", "--out"]
    with subprocess.Popen([*command, path.parent], stderr=subprocess.PIPE, text=True) as process:
        watch(path, process, 2)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate()
    assert err == "notebook-actors: interrupted; every edit that was submitted before was saved\n"
    assert (process.returncode, version_of(path.read_bytes())) == (1, EDITS)


def test_two_in_one_process_are_both_stopped(tmp_path):
    with host("two_of_them", tmp_path) as process:
        expect(process, "ready")
        assert end_by(process, signal.SIGTERM) == (-signal.SIGTERM, "")
    assert codes(tmp_path / "nb.py") == codes(tmp_path / "other.py") == ["x = 0"]


@pytest.fixture
def at_rest():
    """Leave the signal as it was, whatever a test does to it."""
    before = signal.getsignal(signal.SIGTERM)
    yield before
    signal.signal(signal.SIGTERM, before)


def test_a_stop_puts_the_handler_back_that_was_there(at_rest):
    with Autosave() as autosave:
        autosave.stop_on_signals()
        assert signal.getsignal(signal.SIGTERM) != at_rest
    assert signal.getsignal(signal.SIGTERM) == at_rest


def test_a_handler_that_came_later_stays(at_rest):
    def later(*_):
        raise AssertionError(at_rest)

    with Autosave() as autosave:
        autosave.stop_on_signals()
        signal.signal(signal.SIGTERM, later)
    assert signal.getsignal(signal.SIGTERM) is later


@pytest.mark.usefixtures("at_rest")
def test_a_handler_that_could_not_be_put_back_keeps_nothing_alive():
    autosave = Autosave()
    autosave.start()
    autosave.stop_on_signals()
    stopping = threading.Thread(target=autosave.stop)
    stopping.start()
    stopping.join(WAIT_S)
    there = weakref.ref(autosave)
    del autosave, stopping
    gc.collect()
    assert there() is None


def test_an_ignored_signal_stays_ignored(at_rest):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with Autosave() as autosave:
        autosave.stop_on_signals()
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    assert at_rest is not signal.SIG_IGN
