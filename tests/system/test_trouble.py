"""What must not hurt: failing disks, slow subscribers, strangers, the end."""

import threading

import pykka
import pytest

from actors import (
    Alert,
    Autosave,
    Cell,
    Deferred,
    NotebookClosedError,
    Refused,
    Saved,
    SaverActor,
    Settings,
)
from actors.messages import Submit
from actors.storage import LocalStorage, MemoryStorage
from tests.system.scenes import WAIT_S, BrokenStorage, create, edit


def test_a_failing_disk_raises_one_alert_and_a_mended_one_one_notice():
    storage = BrokenStorage()
    events, told = [], threading.Event()

    def hear(event):
        if isinstance(event, Alert):
            events.append(event)
            if event.variant is None:
                told.set()

    with Autosave(Settings(retry_min_s=0.01, retry_max_s=0.02), storage=storage) as autosave:
        autosave.subscribe(hear)
        notebook = autosave.open("<b>.py")
        for number in range(5):
            outcome = notebook.submit(create(f"c{number}", f"x{number} = 1")).wait(WAIT_S)
            assert isinstance(outcome, Deferred)
            assert "disk is full" in outcome.reason
        storage.is_full = False
        assert told.wait(WAIT_S)
        assert isinstance(notebook.flush(WAIT_S), Saved)
    assert [event.variant for event in events] == ["danger", None]
    assert {event.notebook for event in events} == {notebook.id}
    assert "<b>" not in "".join(event.title + event.description for event in events)
    assert "&lt;b&gt;" in events[0].title
    assert events[0].to_wire()["op"] == "alert"


def test_a_subscriber_that_raises_or_hangs_harms_nobody(tmp_path):
    release, heard = threading.Event(), threading.Event()

    def raise_over(event):
        raise RuntimeError(event)

    with Autosave() as autosave:
        autosave.subscribe(raise_over)
        autosave.subscribe(lambda _: release.wait(WAIT_S))
        autosave.subscribe(lambda _: heard.set())
        notebook = autosave.open(tmp_path / "nb.py")
        assert isinstance(notebook.submit(create("a", "x = 1")).wait(WAIT_S), Saved)
        assert heard.wait(WAIT_S)
        release.set()


def test_an_unsubscribed_callback_hears_nothing_more(autosave, tmp_path):
    heard: list[object] = []
    other = threading.Event()
    unsubscribe = autosave.subscribe(heard.append)
    unsubscribe()
    autosave.subscribe(lambda _: other.set())
    autosave.open(tmp_path / "nb.py").submit(create("a", "x = 1"))
    assert other.wait(WAIT_S)
    assert heard == []


def test_leaving_the_block_saves_what_was_submitted(tmp_path):
    with Autosave() as autosave:
        notebooks = [autosave.open(tmp_path / f"nb{number}.py") for number in range(20)]
        receipts = [notebook.submit(create("a", "x = 1")) for notebook in notebooks]
    assert all(isinstance(receipt.outcome, Saved) for receipt in receipts)
    assert autosave.stop().unsaved == ()
    assert len(list(tmp_path.iterdir())) == 20


def test_what_cannot_be_saved_in_time_is_reported():
    alerts: list[object] = []
    with Autosave(Settings(drain_timeout_s=0.01), storage=BrokenStorage()) as autosave:
        autosave.subscribe(alerts.append)
        named, unnamed = autosave.open("nb.py"), autosave.open()
        named.submit(create("a", "x = 1"))
        unnamed.submit(create("a", "x = 1")).wait(WAIT_S)
    left = {work.notebook: work.reason for work in autosave.stop().unsaved}
    assert left.keys() == {named.id, unnamed.id}
    assert "unnamed" in left[unnamed.id]
    titles = [event.title for event in alerts if isinstance(event, Alert)]
    assert titles.count("Work was not saved") == 2


def test_a_storage_that_hangs_does_not_hold_the_stop_up_for_ever():
    started, release = threading.Event(), threading.Event()

    class HangingStorage(MemoryStorage):
        def replace(self, path, data, *, expected=None):
            started.set()
            release.wait(WAIT_S)
            return super().replace(path, data, expected=expected)

    autosave = Autosave(Settings(drain_timeout_s=0), storage=HangingStorage())
    autosave.start()
    notebook = autosave.open("nb.py")
    notebook.submit(create("a", "x = 1"))
    assert started.wait(WAIT_S)
    report = autosave.stop()
    release.set()
    assert [work.notebook for work in report.unsaved] == [notebook.id]
    assert "saver" in report.orphans[0]


def test_a_stopped_autosave_refuses_and_may_be_stopped_again(tmp_path):
    autosave = Autosave()
    with pytest.raises(NotebookClosedError, match="not started"):
        autosave.open(tmp_path / "nb.py")
    with autosave:
        notebook = autosave.open(tmp_path / "nb.py")
    assert autosave.stop() is autosave.report
    for call in (
        lambda: autosave.open(tmp_path / "nb.py"),
        lambda: notebook.submit(b""),
        lambda: autosave.subscribe(print),
    ):
        with pytest.raises(NotebookClosedError, match="stopped"):
            call()
    assert notebook.close().outcome is not None


def test_two_of_them_and_strangers_live_in_one_process(tmp_path):
    class Stranger(pykka.ThreadingActor):
        def on_receive(self, message):
            return message

    stranger = Stranger.start()
    try:
        with Autosave() as one:
            with Autosave() as other:
                other.open(tmp_path / "b.py").submit(create("a", "x = 1"))
                assert pykka.ActorRegistry.get_all() == [stranger]
            notebook = one.open(tmp_path / "a.py")
            assert isinstance(notebook.submit(create("a", "x = 1")).wait(WAIT_S), Saved)
        assert stranger.ask("alive", timeout=WAIT_S) == "alive"
    finally:
        stranger.stop()


def test_stopping_all_of_pykkas_actors_does_not_stop_us(autosave, tmp_path):
    notebook = autosave.open(tmp_path / "nb.py")
    pykka.ActorRegistry.stop_all(timeout=WAIT_S)
    assert isinstance(notebook.submit(create("a", "x = 1")).wait(WAIT_S), Saved)


def test_one_notebooks_slow_disk_delays_no_other(tmp_path):
    release = threading.Event()

    class SlowForOne(LocalStorage):
        def replace(self, path, data, *, expected=None):
            if path.name == "slow.py":
                assert release.wait(WAIT_S)
            return super().replace(path, data, expected=expected)

    with Autosave(storage=SlowForOne()) as autosave:
        slow = autosave.open(tmp_path / "slow.py").submit(create("a", "x = 1"))
        quick = autosave.open(tmp_path / "quick.py").submit(create("a", "x = 1"))
        assert isinstance(quick.wait(WAIT_S), Saved)
        assert slow.outcome is None
        release.set()
        assert isinstance(slow.wait(WAIT_S), Saved)


def test_a_file_deleted_outside_is_written_again(autosave, tmp_path):
    notebook = autosave.open(tmp_path / "nb.py")
    notebook.submit(create("a", "x = 1")).wait(WAIT_S)
    (tmp_path / "nb.py").unlink()
    notebook.submit(edit("a", "x = 1")).wait(WAIT_S)
    assert "x = 1" in (tmp_path / "nb.py").read_text()


def test_an_unsubscribed_callback_leaves_no_thread(autosave):
    def subscriber_threads():
        return [each for each in threading.enumerate() if "actors-subscriber" in each.name]

    stopped = [autosave.subscribe(print) for _ in range(3)]
    threads = subscriber_threads()
    assert len(threads) == 3
    for unsubscribe in stopped:
        unsubscribe()
    for thread in threads:
        thread.join(WAIT_S)
    assert subscriber_threads() == []


def test_a_notebook_out_of_service_is_tried_again_when_it_is_opened_again(tmp_path):
    class CrashesOverFours(SaverActor):
        def on_receive(self, message):
            if isinstance(message, Submit) and "4" in str(message.payload) and not mended:
                raise RuntimeError("four")
            super().on_receive(message)

    mended: list[bool] = []
    alerts: list[object] = []
    with Autosave(saver=CrashesOverFours) as autosave:
        autosave.subscribe(alerts.append)
        notebook = autosave.open(tmp_path / "nb.py", cells=[Cell("a", "")])
        assert isinstance(notebook.submit(edit("a", "x = 1")).wait(WAIT_S), Saved)
        for _ in range(4):
            assert isinstance(notebook.submit(edit("a", "x = 4")).wait(WAIT_S), Refused)
        outcome = notebook.submit(edit("a", "x = 2")).wait(WAIT_S)
        assert isinstance(outcome, Refused)
        assert "has crashed" in outcome.reason
        mended.append(True)
        again = autosave.open(tmp_path / "nb.py")
        assert isinstance(again.submit(edit("a", "x = 4")).wait(WAIT_S), Saved)
    assert "x = 4" in (tmp_path / "nb.py").read_text()
    titles = [event.title for event in alerts if isinstance(event, Alert)]
    assert len(titles) == 4
    assert "out of service" in titles[-1]
