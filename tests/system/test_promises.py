"""Properties of the whole system under any schedule: the promises 1, 4 and 8.

Everything runs on one thread; a seed chooses which actor runs next, so a
failing example is a schedule that can be looked at.
"""

import re
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors import (
    Autosave,
    Cell,
    CellConfig,
    CreateCell,
    Deferred,
    DeleteCell,
    Document,
    Notebook,
    Refused,
    ReorderCells,
    Saved,
    SetCode,
    SetName,
    Settings,
    StorageError,
    Transaction,
    TransactionError,
)
from actors.formats import render
from actors.testing import MemoryStorage, SimulatedRuntime

PATH = Path("/notebooks/nb.py")
CELLS = (Cell("a", "x = 1"), Cell("b", "y = x"))

ids = st.sampled_from("abcde")
codes = st.sampled_from(["", "x = 1", "y = x", "z = (", "def f():\n    return x"])
changes = st.one_of(
    st.builds(CreateCell, ids, codes, st.just("_"), st.just(CellConfig())),
    st.builds(DeleteCell, ids),
    st.builds(SetCode, ids, codes),
    st.builds(SetName, ids, st.sampled_from(["_", "load"])),
    st.builds(ReorderCells, st.lists(ids)),
)
transactions = st.builds(
    Transaction,
    st.lists(changes, min_size=1, max_size=3),
    st.sampled_from(["code-mode", "code-mode", "kernel"]),
)


@attrs.frozen
class Step:
    """Turns that the system gets before something else happens."""

    turns: int


@attrs.frozen
class FailNext:
    """The next so many replaces fail."""

    times: int


@attrs.frozen
class Wait:
    seconds: float


happenings = st.lists(
    st.one_of(
        transactions,
        st.builds(Step, st.integers(0, 8)),
        st.builds(FailNext, st.integers(1, 3)),
        st.builds(Wait, st.sampled_from([0.05, 0.2, 5.0])),
    ),
    max_size=25,
)


def fold(transactions):
    """Return every document that the transactions lead to, skipping those that do not fit."""
    documents = [Document(Notebook(CELLS))]
    for transaction in transactions:
        try:
            documents.append(documents[-1].apply(transaction))
        except TransactionError:
            continue
    return documents


def play(happenings, seed):
    """Run it all; return the notebook's receipts, its file's states and its last document."""
    runtime, storage = SimulatedRuntime(seed), MemoryStorage()
    receipts = []
    patient = Settings(drain_timeout_s=3600)
    with Autosave(patient, runtime=runtime, storage=storage) as autosave:
        notebook = autosave.open(PATH, cells=CELLS)
        for happening in happenings:
            match happening:
                case Step(turns):
                    for _ in range(turns):
                        runtime.run_next()
                case FailNext(times):
                    storage.fail_next(StorageError("the disk is full"), times)
                case Wait(seconds):
                    runtime.advance(seconds)
                case _:
                    receipts.append(notebook.submit(happening))
    return receipts, storage.history(PATH), notebook.document, autosave.report


@given(happenings, st.integers(0, 2**32))
def test_the_file_is_the_document_at_versions_that_never_go_back(happenings, seed):
    submitted = [each for each in happenings if isinstance(each, Transaction)]
    documents = fold(submitted)
    receipts, states, last, report = play(happenings, seed)
    texts = [render(document.notebook, ".py") for document in documents]
    version = 0
    for state in states:
        version = texts.index(state, version)
    assert last == documents[-1]
    assert report.unsaved == ()
    if any(isinstance(receipt.outcome, Saved) for receipt in receipts):
        wanted = max(r.outcome.version for r in receipts if isinstance(r.outcome, Saved))
        assert texts.index(states[-1]) <= version
        assert version >= wanted or texts[wanted] == states[-1]


@given(happenings, st.integers(0, 2**32))
def test_every_receipt_tells_what_became_of_its_transaction(happenings, seed):
    submitted = [each for each in happenings if isinstance(each, Transaction)]
    receipts, _, _, _ = play(happenings, seed)
    documents = fold(submitted)
    version = 0
    for transaction, receipt in zip(submitted, receipts, strict=True):
        outcome = receipt.outcome
        if isinstance(outcome, Refused):
            with pytest.raises(TransactionError, match=re.escape(outcome.reason)):
                documents[version].apply(transaction)
            continue
        version += 1
        assert documents[version - 1].apply(transaction) == documents[version]
        if isinstance(outcome, Saved):
            assert transaction.source == "code-mode"
            assert outcome.version >= version
        else:
            assert isinstance(outcome, Deferred)
            assert "kernel" in outcome.reason or "disk is full" in outcome.reason


@given(happenings, st.integers(0, 2**32))
def test_the_last_edit_reaches_the_file_whatever_failed_before(happenings, seed):
    submitted = [each for each in happenings if isinstance(each, Transaction)]
    closing = Transaction([CreateCell("last", "the_end = 1", "_", CellConfig())], "code-mode")
    _, states, last, _ = play([*happenings, closing], seed)
    assert states[-1] == render(last.notebook, ".py")
    assert last == fold([*submitted, closing])[-1]


@given(st.lists(transactions, min_size=1, max_size=8), st.integers(0, 2**32))
def test_a_save_never_changes_the_document(submitted, seed):
    runtime, storage = SimulatedRuntime(seed), MemoryStorage()
    with Autosave(runtime=runtime, storage=storage) as autosave:
        notebook = autosave.open(PATH, cells=CELLS)
        for transaction in submitted:
            notebook.submit(transaction)
        while runtime.run_next():
            pass
        assert notebook.document == fold(submitted)[-1]


@given(st.lists(st.lists(transactions, max_size=5), min_size=2, max_size=5), st.integers(0, 2**32))
def test_notebooks_do_not_mix_and_a_broken_one_stops_no_other(each_ones, seed):
    class BrokenForTheFirst(MemoryStorage):
        def replace(self, path, data, *, expected=None):
            if path.name == "0.py":
                raise StorageError("gone")
            return super().replace(path, data, expected=expected)

    runtime, storage = SimulatedRuntime(seed), BrokenForTheFirst()
    with Autosave(runtime=runtime, storage=storage) as autosave:
        notebooks = [autosave.open(f"/n/{n}.py", cells=CELLS) for n in range(len(each_ones))]
        for notebook, submitted in zip(notebooks, each_ones, strict=True):
            for transaction in submitted:
                notebook.submit(transaction)
    for notebook, submitted in zip(notebooks[1:], each_ones[1:], strict=True):
        documents = fold(submitted)
        assert notebook.document == documents[-1]
        persisted = notebook.statistics().edits
        assert notebook.path is not None
        assert bool(storage.history(notebook.path)) == bool(persisted)
