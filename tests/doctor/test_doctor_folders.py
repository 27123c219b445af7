"""A probe's folder is gone when the probe is over, however it ended."""

import errno
import signal
import stat
import subprocess
import sys

import pytest

from actors.doctor import Level, examine
from actors.doctor.calls import Calls
from actors.doctor.probe_folder import PREFIX, probe_folder
from tests.doctor.probing import failing, with_files

INTERRUPTED = """
import os, signal, sys
from pathlib import Path
from actors.doctor import command, examination
from actors.doctor.calls import Calls
from actors.storage.system_calls import SystemCalls

def killed(fd):
    os.kill(os.getpid(), int(sys.argv[2]))

calls = Calls(files=SystemCalls(fsync=killed))
command.examine = lambda directory: examination.examine(directory, calls)
try:
    command.doctor(Path(sys.argv[1]))
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.parametrize("error", [ValueError(), KeyboardInterrupt(), OSError(), SystemExit()])
def test_a_probe_that_raises_leaves_nothing(tmp_path, error):
    def fail():
        with probe_folder(Calls(), tmp_path) as probe:
            probe.write("left.py")
            raise error

    with pytest.raises(type(error)):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_a_probe_folder_is_private_and_hidden(tmp_path):
    with probe_folder(Calls(), tmp_path) as probe:
        assert stat.S_IMODE(probe.folder.stat().st_mode) == 0o700
        assert probe.folder.name.startswith(PREFIX)
        assert PREFIX.startswith(".")


def test_a_signal_while_a_folder_is_made_does_not_leave_it(tmp_path):
    def interrupted(path, mode):
        path.mkdir(mode)
        signal.raise_signal(signal.SIGINT)

    with (
        pytest.raises(KeyboardInterrupt),
        probe_folder(Calls(mkdir=interrupted), tmp_path),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


def test_signals_are_as_they_were_after_a_probe(tmp_path):
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    with probe_folder(Calls(), tmp_path):
        assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_doctor_that_is_told_to_end_leaves_nothing(tmp_path, number):
    command = [sys.executable, "-c", INTERRUPTED, str(tmp_path), str(int(number))]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (ended.stdout, ended.stderr) == ("interrupted\n", "")
    assert list(tmp_path.iterdir()) == []


def test_an_examination_changes_nothing_in_the_directory(tmp_path):
    (tmp_path / "notebook.py").write_text("x = 1\n")
    examine(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notebook.py"]
    assert (tmp_path / "notebook.py").read_text() == "x = 1\n"


@pytest.mark.parametrize("name", ["open", "write", "fsync", "replace", "unlink", "link", "lock"])
@pytest.mark.parametrize("number", [errno.EIO, errno.ENOTSUP])
def test_whatever_call_fails_there_is_a_report_and_no_folder(tmp_path, name, number):
    report = examine(tmp_path, with_files(**{name: failing(number)}))
    assert report.verdict()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_removed_is_told(tmp_path, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr("actors.doctor.probe_folder.shutil.rmtree", failing(errno.EBUSY))
        report = examine(tmp_path)
    left = [finding for finding in report.findings if finding.name == "left behind"]
    assert {finding.level for finding in left} == {Level.WARNING}
    assert len(left) == len(list(tmp_path.iterdir())) > 1
