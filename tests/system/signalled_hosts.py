"""Hosts that are ended by a signal; `test_signals` runs them."""

import asyncio
import signal
import sys
import threading
import time

from actors import Autosave, Settings, StorageError
from actors.storage import MemoryStorage
from tests.system.host_processes import (
    FIRST,
    WAIT_S,
    edit,
    folder,
    main,
    say,
    stand_still,
    wait_for_word,
)


class Full(MemoryStorage):
    def replace(self, path, data, expected=None):
        del data, expected
        raise StorageError(f"cannot save {path}: the disk is full", "disk full")


class Hung(MemoryStorage):
    def replace(self, path, data, expected=None):
        del path, data, expected
        say("writing")
        stand_still()


def begun(storage=None, drain_timeout_s=0.2, *signals):
    """Start an `Autosave` that stops on signals, and open a notebook in it."""
    autosave = Autosave(Settings(drain_timeout_s=drain_timeout_s), storage=storage)
    autosave.start()
    autosave.stop_on_signals(*signals)
    return autosave, autosave.open(folder() / "nb.py")


def on_a_full_disk():
    _, notebook = begun(Full())
    notebook.submit(FIRST).wait(WAIT_S)
    say("ready")
    stand_still()


def on_a_hung_disk():
    _, notebook = begun(Hung())
    notebook.submit(FIRST)
    notebook.submit(edit("x = 'behind'"))
    stand_still()


def unnamed():
    autosave, _ = begun()
    autosave.open().submit(FIRST).wait(WAIT_S)
    say("ready")
    stand_still()


def full_for_a_while():
    """The disk is mended after the second signal has come."""
    storage = Full()
    _, notebook = begun(storage, WAIT_S)
    notebook.submit(FIRST).wait(WAIT_S)
    threading.Thread(target=mend, args=(storage,), daemon=True).start()
    say("ready")
    stand_still()


def mend(storage):
    wait_for_word()
    storage.replace = lambda *args, **options: written(
        MemoryStorage.replace(storage, *args, **options)
    )


def written(replaced):
    say("written")
    return replaced


def in_asyncio():
    _, notebook = begun()

    async def serve():
        notebook.submit(FIRST)
        say("ready")
        await asyncio.sleep(WAIT_S)

    asyncio.run(serve())


def in_sleep():
    begun()[1].submit(FIRST)
    say("ready")
    time.sleep(WAIT_S)


def in_a_lock():
    begun()[1].submit(FIRST)
    lock = threading.Lock()
    lock.acquire()
    say("ready")
    lock.acquire(timeout=WAIT_S)


def in_a_block():
    """Ctrl-C, with no word of ours about signals."""
    with Autosave() as autosave:
        autosave.open(folder() / "nb.py").submit(FIRST)
        say("ready")
        stand_still()


def with_a_handler_of_its_own():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
    begun()[1].submit(FIRST)
    say("ready")
    stand_still()


def stopped_before():
    autosave, _ = begun()
    autosave.stop()
    say("ready")
    stand_still()


def stopped_on_another_thread():
    autosave, _ = begun()
    threading.Thread(target=autosave.stop).start()
    while autosave.report is None:
        time.sleep(0.001)
    say("ready")
    stand_still()


def two_of_them():
    begun()[1].submit(FIRST)
    other = begun()[0].open(folder() / "other.py")
    other.submit(FIRST)
    say("ready")
    stand_still()


if __name__ == "__main__":
    main({name: value for name, value in globals().items() if callable(value)})
