"""More edits than can be applied: refused in words, and nothing that was taken is lost."""

from pathlib import Path
from threading import Event, current_thread

from actors import Autosave, Cell, Refused, Saved, SaverActor, Settings
from actors.messages import Submit
from actors.testing import MemoryStorage, SimulatedRuntime
from tests.system.scenes import WAIT_S, create, saved

PATH = Path("/n/nb.py")


def names(notebook):
    return {cell.id for cell in notebook.document.notebook}


def test_a_flooded_notebook_refuses_with_a_reason_and_loses_nothing_that_it_took():
    entered, go_on = Event(), Event()

    class Slow(SaverActor):
        def on_receive(self, message):
            entered.set()
            assert go_on.wait(WAIT_S)
            super().on_receive(message)

    storage = MemoryStorage()
    with Autosave(Settings(max_mailbox=10), storage=storage, saver=Slow) as autosave:
        notebook = autosave.open(PATH, cells=[Cell("first", "")])
        receipts = [notebook.submit(create("c0", "c0 = 1"))]
        assert entered.wait(WAIT_S)
        receipts += [notebook.submit(create(f"c{n}", f"c{n} = 1")) for n in range(1, 40)]
        assert isinstance(receipts[-1].wait(WAIT_S), Refused)
        go_on.set()
        outcomes = [receipt.wait(WAIT_S) for receipt in receipts]
    assert [type(outcome) for outcome in outcomes] == [Saved] * 11 + [Refused] * 29
    assert outcomes[-1] == Refused("10 messages wait already; try again")
    assert names(notebook) == {"first", *(f"c{n}" for n in range(11))}
    assert all(f"c{n} = 1" in (storage.read(PATH) or b"").decode() for n in range(11))


def test_a_flooded_listener_refuses_on_the_hosts_thread_without_waiting():
    runtime, storage = SimulatedRuntime(), MemoryStorage()
    with Autosave(Settings(max_mailbox=3), storage=storage, runtime=runtime) as autosave:
        notebook = autosave.open(PATH, cells=[])
        told = []
        runtime.run_until_idle()
        receipts = [notebook.submit(create(f"c{n}", "")) for n in range(35)]
        receipts[-1].add_done_callback(lambda _: told.append(current_thread()))
        assert [receipt.outcome for receipt in receipts[:30]] == [None] * 30
        assert {type(receipt.outcome) for receipt in receipts[30:]} == {Refused}
        assert told == [current_thread()]
        runtime.run_until_idle()
        accepted = {f"c{n}" for n, receipt in enumerate(receipts) if is_saved(receipt)}
        assert names(notebook) == accepted


def is_saved(receipt):
    assert isinstance(receipt.outcome, Saved | Refused)
    return isinstance(receipt.outcome, Saved)


def test_a_flooded_notebook_can_be_flushed_and_closed_and_takes_edits_again():
    entered, go_on = Event(), Event()

    class Slow(SaverActor):
        def on_receive(self, message):
            if isinstance(message, Submit):
                entered.set()
                assert go_on.wait(WAIT_S)
            super().on_receive(message)

    with Autosave(Settings(max_mailbox=2), storage=MemoryStorage(), saver=Slow) as autosave:
        notebook = autosave.open(PATH, cells=[])
        receipts = [notebook.submit(create(f"c{n}", "")) for n in range(10)]
        assert entered.wait(WAIT_S)
        assert isinstance(receipts[-1].wait(WAIT_S), Refused)
        flush = notebook.request_flush()
        go_on.set()
        assert isinstance(flush.wait(WAIT_S), Saved)
        saved(notebook.submit(create("again", "")))
        assert isinstance(notebook.close().wait(WAIT_S), Saved)


def test_one_flooded_notebook_takes_no_room_from_another():
    entered, go_on = Event(), Event()

    class Slow(SaverActor):
        def on_receive(self, message):
            if isinstance(message, Submit) and message.notebook == "/n/nb.py":
                entered.set()
                assert go_on.wait(WAIT_S)
            super().on_receive(message)

    with Autosave(Settings(max_mailbox=5), storage=MemoryStorage(), saver=Slow) as autosave:
        flooded, other = autosave.open(PATH, cells=[]), autosave.open("/n/other.py", cells=[])
        receipts = [flooded.submit(create(f"c{n}", "")) for n in range(20)]
        assert entered.wait(WAIT_S)
        saved(other.submit(create("a", "x = 1")))
        assert isinstance(receipts[-1].outcome, Refused)
        go_on.set()
