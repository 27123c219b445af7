"""A child process of a host never writes, and never waits for the threads that it has not."""

from pathlib import Path

import pytest

from tests.system.host_processes import WAIT_S, expect, started

SCRIPT = Path(__file__).with_name("forking_hosts.py")


@pytest.mark.parametrize(
    "name",
    [
        "a_child_that_calls",
        "a_child_that_leaves_the_block",
        "a_child_of_multiprocessing",
        "while_locks_are_held",
        "a_signal_for_the_child",
        "a_child_with_one_of_its_own",
    ],
)
def test_a_child_is_refused_and_its_parent_goes_on_unharmed(tmp_path, name):
    with started(SCRIPT, name, tmp_path) as process:
        expect(process, "unharmed")
        assert process.wait(WAIT_S) == 0
