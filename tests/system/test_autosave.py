"""The embedding interface, with real threads and real files."""

import asyncio
import hashlib
import threading

import pykka
import pytest

import actors
from actors import (
    Alert,
    Autosave,
    Cell,
    CellConfig,
    CreateCell,
    Deferred,
    FormatError,
    NotebookClosedError,
    Refused,
    Saved,
    SetCode,
    Settings,
    StorageError,
    Transaction,
)
from actors.formats import parse, render
from actors.storage import LocalStorage, MemoryStorage

WAIT_S = 30
"""Only a broken build waits so long."""


def create(cell_id, code, source="code-mode"):
    return Transaction([CreateCell(cell_id, code, "_", CellConfig())], source)


def edit(cell_id, code, source="code-mode"):
    return Transaction([SetCode(cell_id, code)], source)


@pytest.fixture
def autosave():
    with Autosave(Settings(drain_timeout_s=WAIT_S)) as running:
        yield running


class BrokenStorage(MemoryStorage):
    """A disk that is full until it is mended."""

    def __init__(self):
        super().__init__()
        self.is_full = True

    def replace(self, path, data):
        if self.is_full:
            raise StorageError(f"cannot save {path}: the disk is full; free some space")
        return super().replace(path, data)


def test_an_edit_is_in_the_file_when_its_receipt_says_so(autosave, tmp_path):
    notebook = autosave.open(tmp_path / "nb.py")
    outcome = notebook.submit(create("a", "x = 1")).wait(WAIT_S)
    data = (tmp_path / "nb.py").read_bytes()
    assert outcome == Saved(1, hashlib.sha256(data).hexdigest(), tmp_path / "nb.py")
    assert data == render(notebook.document.notebook, ".py")


@pytest.mark.parametrize("form", ["object", "dict", "str", "bytes"])
def test_a_transaction_is_taken_in_every_form(autosave, tmp_path, form):
    text = (
        '{"changes": [{"type": "set-code", "cellId": "a", "code": "y = 2"}], "source": "code-mode"}'
    )
    forms = {
        "object": edit("a", "y = 2"),
        "dict": {
            "changes": [{"type": "set-code", "cellId": "a", "code": "y = 2"}],
            "source": "code-mode",
        },
        "str": text,
        "bytes": text.encode(),
    }
    notebook = autosave.open(tmp_path / "nb.py", cells=[Cell("a", "")])
    assert isinstance(notebook.submit(forms[form]).wait(WAIT_S), Saved)
    assert notebook.document.notebook.cells[0].code == "y = 2"


@pytest.mark.parametrize(
    ("payload", "where"),
    [
        (b"{", "character"),
        ({"changes": [{"type": "set-code", "cellId": "a", "code": None}], "source": "x"}, "code"),
        (edit("zzz", "1"), "zzz"),
        (b"\xff\xfe", "$"),
    ],
)
def test_what_is_wrong_with_a_transaction_is_refused_and_leaves_all_alone(
    autosave, tmp_path, payload, where
):
    notebook = autosave.open(tmp_path / "nb.py", cells=[Cell("a", "x = 1")])
    before = notebook.document
    outcome = notebook.submit(payload).wait(WAIT_S)
    assert isinstance(outcome, Refused)
    assert where in outcome.reason or where == "$"
    assert notebook.document is before
    assert not (tmp_path / "nb.py").exists()


def test_only_persisted_sources_cause_a_save(autosave, tmp_path):
    notebook = autosave.open(tmp_path / "nb.py")
    outcome = notebook.submit(create("a", "x = 1", source="kernel")).wait(WAIT_S)
    assert isinstance(outcome, Deferred)
    assert "kernel" in outcome.reason
    assert not (tmp_path / "nb.py").exists()
    assert isinstance(notebook.flush(WAIT_S), Deferred)
    assert isinstance(notebook.submit(create("b", "y = 2")).wait(WAIT_S), Saved)
    assert [cell.code for cell in parse((tmp_path / "nb.py").read_bytes(), ".py")] == [
        "x = 1",
        "y = 2",
    ]


def test_opening_a_notebook_does_not_touch_its_file(tmp_path):
    path = tmp_path / "nb.py"
    path.write_bytes(
        b"import marimo\n\napp = marimo.App()\n\n\n@app.cell\ndef _():\n    x=1\n    return\n"
    )
    before = path.stat()
    with Autosave() as autosave:
        notebook = autosave.open(path)
        assert notebook.flush(WAIT_S).version == 0
    assert path.stat() == before or path.stat().st_mtime_ns == before.st_mtime_ns
    assert path.stat().st_ino == before.st_ino


def test_run_mode_is_applied_and_never_saved(autosave, tmp_path):
    notebook = autosave.open(tmp_path / "nb.py", mode="run")
    outcome = notebook.submit(create("a", "x = 1")).wait(WAIT_S)
    assert isinstance(outcome, Deferred)
    assert "run mode" in outcome.reason
    assert notebook.document.version == 1
    assert isinstance(notebook.rename(tmp_path / "other.py").wait(WAIT_S), Refused)
    assert list(tmp_path.iterdir()) == []


def test_an_unnamed_notebook_is_saved_once_it_is_named(autosave, tmp_path):
    notebook = autosave.open()
    outcome = notebook.submit(create("a", "x = 1")).wait(WAIT_S)
    assert isinstance(outcome, Deferred)
    assert "unnamed" in outcome.reason
    named = notebook.rename(tmp_path / "nb.py").wait(WAIT_S)
    assert named.version == 1
    assert notebook.path == tmp_path / "nb.py"
    assert parse((tmp_path / "nb.py").read_bytes(), ".py").cells[0].code == "x = 1"


def test_a_rename_moves_the_file_and_later_edits_go_there(autosave, tmp_path):
    notebook = autosave.open(tmp_path / "old.py")
    notebook.submit(create("a", "x = 1"))
    assert isinstance(notebook.rename(tmp_path / "new.py").wait(WAIT_S), Saved)
    assert notebook.submit(edit("a", "x = 2")).wait(WAIT_S).path == tmp_path / "new.py"
    assert [path.name for path in tmp_path.iterdir()] == ["new.py"]


@pytest.mark.parametrize("why", ["on disk", "open", "suffix"])
def test_a_rename_onto_what_is_there_is_refused(autosave, tmp_path, why):
    notebook = autosave.open(tmp_path / "nb.py")
    notebook.submit(create("a", "x = 1")).wait(WAIT_S)
    target = tmp_path / ("taken.txt" if why == "suffix" else "taken.py")
    if why == "on disk":
        target.write_text("mine")
    elif why == "open":
        autosave.open(target)
    assert isinstance(notebook.rename(target).wait(WAIT_S), Refused)
    assert notebook.path == tmp_path / "nb.py"
    assert isinstance(notebook.submit(edit("a", "x = 2")).wait(WAIT_S), Saved)


def test_a_refused_rename_frees_the_name_again(autosave, tmp_path):
    notebook = autosave.open(tmp_path / "nb.py", mode="edit")
    notebook.submit(create("a", "x = 1")).wait(WAIT_S)
    (tmp_path / "taken.py").write_bytes(render(notebook.document.notebook, ".py"))
    assert isinstance(notebook.rename(tmp_path / "taken.py").wait(WAIT_S), Refused)
    assert autosave.open(tmp_path / "taken.py") is not notebook


def test_a_renamed_notebook_frees_its_old_name(autosave, tmp_path):
    notebook = autosave.open(tmp_path / "old.py")
    notebook.submit(create("a", "x = 1")).wait(WAIT_S)
    notebook.rename(tmp_path / "new.py").wait(WAIT_S)
    another = autosave.open(tmp_path / "old.py")
    assert another is not notebook
    assert another.id != notebook.id
    assert autosave.open(tmp_path / "new.py") is notebook


def test_the_same_file_opened_twice_is_one_notebook(autosave, tmp_path):
    link = tmp_path / "link.py"
    link.symlink_to(tmp_path / "nb.py")
    first = autosave.open(tmp_path / "nb.py")
    first.submit(create("a", "x = 1")).wait(WAIT_S)
    second = autosave.open(link)
    assert second is first
    assert autosave.statistics().notebooks == 1
    first.close()
    assert isinstance(second.submit(edit("a", "x = 2")).wait(WAIT_S), Saved)


def test_opening_it_again_with_other_cells_is_refused(autosave, tmp_path):
    notebook = autosave.open(tmp_path / "nb.py", cells=[Cell("a", "x = 1")])
    with pytest.raises(ValueError, match="other cells"):
        autosave.open(tmp_path / "nb.py", cells=[Cell("b", "x = 1")])
    assert autosave.open(tmp_path / "nb.py", cells=[Cell("a", "x = 1")]) is notebook


def test_a_closed_notebook_takes_nothing_more_and_its_work_is_saved(autosave, tmp_path):
    notebook = autosave.open(tmp_path / "nb.py")
    submitted = notebook.submit(create("a", "x = 1"))
    assert isinstance(notebook.close().wait(WAIT_S), Saved)
    assert isinstance(submitted.wait(WAIT_S), Saved)
    with pytest.raises(NotebookClosedError, match=r"nb\.py"):
        notebook.submit(edit("a", "x = 2"))
    with pytest.raises(NotebookClosedError):
        notebook.rename(tmp_path / "other.py")
    assert isinstance(notebook.close().wait(WAIT_S), Saved | Refused)


def test_a_notebook_closed_and_opened_again_goes_on_from_its_file(autosave, tmp_path):
    for number in range(20):
        notebook = autosave.open(tmp_path / "nb.py", cells=[Cell("a", "")])
        notebook.submit(edit("a", f"x = {number}"))
        notebook.close()
    assert autosave.open(tmp_path / "nb.py").flush(WAIT_S).path == tmp_path / "nb.py"
    assert "x = 19" in (tmp_path / "nb.py").read_text()


def test_cells_may_come_from_the_host_and_the_header_from_the_file(autosave, tmp_path):
    path = tmp_path / "nb.py"
    path.write_text(
        '"""Doc."""\n\nimport marimo\n\n__generated_with = "0.20.0"\n'
        'app = marimo.App(width="medium")\n'
    )
    notebook = autosave.open(path, cells=[Cell("mine", "x = 1")])
    notebook.submit(edit("mine", "x = 2")).wait(WAIT_S)
    saved = parse(path.read_bytes(), ".py")
    assert [cell.code for cell in saved] == ["x = 2"]
    assert '"""Doc."""' in saved.header
    assert dict(saved.app_config) == {"width": "medium"}


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("nb.txt", None, FormatError),
        ("nb.py", b"x = 1\n", FormatError),
        ("nb.py", b"\xff\xff", FormatError),
        ("folder.py", "folder", StorageError),
    ],
)
def test_what_is_no_notebook_is_not_opened(autosave, tmp_path, name, content, error):
    path = tmp_path / name
    if content == "folder":
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(error):
        autosave.open(path)
    assert autosave.statistics().notebooks == 0


def test_edits_from_many_threads_are_all_saved_in_the_order_of_each(autosave, tmp_path):
    count, threads = 50, 8
    cells = [Cell(f"c{number}", "") for number in range(threads)]
    notebook = autosave.open(tmp_path / "nb.py", cells=cells)
    receipts: list[list[actors.Receipt]] = [[] for _ in range(threads)]

    def work(number):
        for step in range(count):
            receipts[number].append(notebook.submit(edit(f"c{number}", f"v{number} = {step}")))

    workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(WAIT_S)
    assert notebook.flush(WAIT_S).version == count * threads
    for mine in receipts:
        versions = [receipt.wait(WAIT_S).version for receipt in mine]
        assert versions == sorted(versions)
    assert [cell.code for cell in parse((tmp_path / "nb.py").read_bytes(), ".py")] == [
        f"v{number} = {count - 1}" for number in range(threads)
    ]


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
    heard, other = [], threading.Event()
    unsubscribe = autosave.subscribe(heard.append)
    unsubscribe()
    autosave.subscribe(lambda _: other.set())
    autosave.open(tmp_path / "nb.py").submit(create("a", "x = 1"))
    assert other.wait(WAIT_S)
    assert heard == []


def test_it_works_inside_an_event_loop(tmp_path):
    async def main():
        loop = asyncio.get_running_loop()
        threads, heard = [], asyncio.Event()

        def hear(event):
            threads.append(threading.current_thread())
            heard.set()

        async with Autosave() as autosave:
            autosave.subscribe(hear, loop=loop)
            notebook = autosave.open(tmp_path / "nb.py", cells=[Cell("a", "")])
            outcomes = await asyncio.gather(
                *[notebook.submit(edit("a", f"x = {number}")) for number in range(10)]
            )
            await asyncio.wait_for(heard.wait(), WAIT_S)
        return outcomes, threads

    outcomes, threads = asyncio.run(main())
    assert [type(outcome) for outcome in outcomes] == [Saved] * 10
    assert set(threads) == {threading.current_thread()}


def test_leaving_the_block_saves_what_was_submitted(tmp_path):
    with Autosave() as autosave:
        notebooks = [autosave.open(tmp_path / f"nb{number}.py") for number in range(20)]
        receipts = [notebook.submit(create("a", "x = 1")) for notebook in notebooks]
    assert all(isinstance(receipt.outcome, Saved) for receipt in receipts)
    assert autosave.report.unsaved == ()
    assert len(list(tmp_path.iterdir())) == 20


def test_what_cannot_be_saved_in_time_is_reported():
    alerts = []
    with Autosave(Settings(drain_timeout_s=0.01), storage=BrokenStorage()) as autosave:
        autosave.subscribe(alerts.append)
        named, unnamed = autosave.open("nb.py"), autosave.open()
        named.submit(create("a", "x = 1"))
        unnamed.submit(create("a", "x = 1")).wait(WAIT_S)
    left = {work.notebook: work.reason for work in autosave.report.unsaved}
    assert left.keys() == {named.id, unnamed.id}
    assert "unnamed" in left[unnamed.id]
    titles = [event.title for event in alerts if isinstance(event, Alert)]
    assert titles.count("Work was not saved") == 2


def test_a_storage_that_hangs_does_not_hold_the_stop_up_for_ever():
    started, release = threading.Event(), threading.Event()

    class HangingStorage(MemoryStorage):
        def replace(self, path, data):
            started.set()
            release.wait(WAIT_S)
            return super().replace(path, data)

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
        def replace(self, path, data):
            if path.name == "slow.py":
                assert release.wait(WAIT_S)
            return super().replace(path, data)

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


def test_an_unchanged_text_is_not_written_again(autosave, tmp_path):
    notebook = autosave.open(tmp_path / "nb.py")
    notebook.submit(create("a", "x = 1")).wait(WAIT_S)
    inode = (tmp_path / "nb.py").stat().st_ino
    assert notebook.submit(edit("a", "x = 1")).wait(WAIT_S).version == 2
    assert (tmp_path / "nb.py").stat().st_ino == inode
    assert notebook.statistics().unchanged == 1


def test_statistics_add_up(autosave, tmp_path):
    closed = autosave.open(tmp_path / "closed.py")
    closed.submit(create("a", "x = 1"))
    closed.close().wait(WAIT_S)
    notebook = autosave.open(tmp_path / "nb.py", cells=[Cell("a", "")])
    for number in range(30):
        notebook.submit(edit("a", f"x = {number}"))
    notebook.submit(b"nonsense")
    notebook.submit(create("b", "", source="kernel"))
    notebook.flush(WAIT_S)
    counts = autosave.statistics()
    assert (counts.edits, counts.deferred, counts.refused) == (31, 1, 1)
    assert counts.saves + counts.coalesced == counts.edits
    assert counts.waiting == counts.failures == counts.crashes == counts.dead_letters == 0
    assert counts.time_to_durable.count == 31
