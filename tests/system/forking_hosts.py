"""Hosts that fork; `test_forks` runs them. What a child finds goes to the test, a line each."""

import gc
import hashlib
import multiprocessing
import os
import signal
import sys
import threading
import traceback

import pytest

from actors import Alert, Autosave, Deferred, NotebookClosedError, Saved, Settings
from tests.system.host_processes import FIRST, WAIT_S, edit, folder, main, say

PATIENT = Settings(drain_timeout_s=WAIT_S, draft_after_s=3600, history=False)
"""The parent writes nothing by itself while its child runs: versions come later."""


def forked(child):
    """Run something in a forked child, which then ends as any program does, and wait for it."""
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        return
    signal.alarm(WAIT_S)  # one that waits for a lock for ever
    try:
        child()
    except BaseException:  # noqa: BLE001 - or it would go on as if it was the parent
        traceback.print_exc()
        os._exit(1)
    sys.exit()  # what is registered with `atexit` runs


def refused(calls):
    for call in calls:
        with pytest.raises(NotebookClosedError, match="parent process"):
            call()


def manifest():
    """Return what is in the folder, hidden files and the database too, and when it was changed."""
    found = {}
    for path in sorted(folder().rglob("*")):
        status = path.stat()
        text = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[str(path)] = (status.st_ino, status.st_mtime_ns, status.st_size, text)
    return found


def assert_same(after, before):
    assert after == before, set(after.items()) ^ set(before.items())


def begun(settings=PATIENT):
    """Start an `Autosave` with a saved notebook, one that has a draft, and nothing to do."""
    autosave = Autosave(settings)
    autosave.start()
    autosave.stop_on_signals()
    kept = threading.Event()

    def hear(event):
        if isinstance(event, Alert):  # that the unnamed one has a draft
            kept.set()

    autosave.subscribe(hear)
    named, unnamed = autosave.open(folder() / "nb.py"), autosave.open()
    assert isinstance(named.submit(FIRST).wait(WAIT_S), Saved)
    unnamed.submit(FIRST)
    assert kept.wait(WAIT_S)
    return autosave, named, unnamed


def every_call(autosave, notebook):
    """Make all calls that a child could make."""
    refused(
        [
            lambda: notebook.submit(edit("x = 'child'")),
            notebook.flush,
            notebook.request_flush,
            lambda: notebook.rename(folder() / "child.py"),
            lambda: notebook.resolve("ours"),
            notebook.versions,
            lambda: notebook.restore(1),
            lambda: autosave.open(folder() / "child.py"),
            lambda: autosave.subscribe(print),
            autosave.statistics,
        ]
    )
    assert notebook.document.version == 1
    assert notebook.statistics().saves <= 1
    assert notebook.close().outcome is not None
    assert autosave.stop().unsaved == ()


def a_child_that_calls():
    autosave, named, unnamed = begun()
    before = manifest()

    def child():
        every_call(autosave, named)
        every_call(autosave, unnamed)

    forked(child)
    assert_same(manifest(), before)
    go_on(autosave, named)


def go_on(autosave, notebook):
    """The parent is unharmed."""
    assert isinstance(notebook.submit(edit("x = 'parent'")).wait(WAIT_S), Saved)
    report = autosave.stop()
    assert [unsaved.path for unsaved in report.unsaved] == [None]
    assert report.orphans == ()
    say("unharmed")


def a_child_that_leaves_the_block():
    before = None
    with Autosave(PATIENT) as autosave:
        notebook = autosave.open(folder() / "nb.py")
        notebook.submit(FIRST).wait(WAIT_S)
        before = manifest()
        pid = os.fork()
        if pid:
            assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
            assert_same(manifest(), before)
            assert isinstance(notebook.submit(edit("x = 'parent'")).wait(WAIT_S), Saved)
    if pid:
        say("unharmed")


def in_child(autosave, notebook):
    every_call(autosave, notebook)


def a_child_of_multiprocessing():
    autosave, named, _ = begun()
    before = manifest()
    child = multiprocessing.get_context("fork").Process(target=in_child, args=(autosave, named))
    child.start()
    child.join()
    assert child.exitcode == 0
    assert_same(manifest(), before)
    go_on(autosave, named)


def locks_of_ours():
    """Return every lock that an object of ours has."""
    found = []
    for each in gc.get_objects():
        if type(each).__module__.startswith("actors."):
            slots = [name for kind in type(each).__mro__ for name in getattr(kind, "__slots__", ())]
            values = [
                getattr(each, name, None) for name in {*slots, *getattr(each, "__dict__", ())}
            ]
            found += [value for value in values if isinstance(value, LOCKS)]
    return found


LOCKS = (type(threading.Lock()), type(threading.RLock()), threading.Condition)


def while_locks_are_held():
    """Another thread is in the middle of everything, and stays there in the child for ever."""
    autosave, named, _ = begun()
    held, free = threading.Event(), threading.Event()

    def hold():
        locks = [lock for lock in locks_of_ours() if lock.acquire(blocking=False)]
        assert len(locks) > 10
        held.set()
        free.wait()
        for lock in locks:
            lock.release()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait()
    forked(lambda: every_call(autosave, named))
    free.set()
    holder.join()
    go_on(autosave, named)


def a_signal_for_the_child():
    autosave, named, _ = begun()
    before = manifest()
    pid = os.fork()
    if not pid:
        signal.alarm(WAIT_S)
        signal.raise_signal(signal.SIGTERM)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGTERM
    assert_same(manifest(), before)
    go_on(autosave, named)


def a_child_with_one_of_its_own():
    autosave, named, _ = begun()

    def child():
        alerts: list[object] = []
        own = Autosave(Settings(drain_timeout_s=0.01, state_dir=folder() / "child"))
        with own:
            own.subscribe(alerts.append)
            theirs, mine = own.open(folder() / "nb.py"), own.open(folder() / "mine.py")
            locked = theirs.submit(FIRST).wait(WAIT_S)
            assert isinstance(locked, Deferred), locked
            assert f"pid {os.getppid()}" in locked.reason, locked
            assert isinstance(mine.submit(FIRST).wait(WAIT_S), Saved)
        assert any(isinstance(each, Alert) and "elsewhere" in each.title for each in alerts)
        (unsaved,) = own.stop().unsaved
        assert unsaved.draft is not None

    forked(child)
    assert (folder() / "nb.py").read_text().count("x = 0") == 1
    go_on(autosave, named)


if __name__ == "__main__":
    main({name: value for name, value in globals().items() if callable(value)})
