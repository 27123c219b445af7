"""The embedding interface, with real threads and real files."""

import asyncio
import hashlib
import threading

import pytest

import actors
from actors import (
    Autosave,
    Cell,
    Deferred,
    Refused,
    Saved,
)
from actors.formats import parse, render
from tests.system.scenes import WAIT_S, create, edit, saved


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
    assert saved(notebook.request_flush()).version == count * threads
    for mine in receipts:
        versions = [saved(receipt).version for receipt in mine]
        assert versions == sorted(versions)
    assert [cell.code for cell in parse((tmp_path / "nb.py").read_bytes(), ".py")] == [
        f"v{number} = {count - 1}" for number in range(threads)
    ]


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
