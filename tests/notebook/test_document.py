"""Documents: a transaction is applied as marimo applies it, whole or not at all."""

import pickle
import re
from typing import Any

import attrs
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marimo._messaging.notebook import changes as their_changes
from marimo._messaging.notebook import document as theirs

from actors.codec import encode_transaction
from actors.errors import TransactionError
from actors.notebook import (
    Cell,
    CellConfig,
    Change,
    CreateCell,
    DeleteCell,
    Document,
    MoveCell,
    Notebook,
    ReorderCells,
    SetAppConfig,
    SetCode,
    SetConfig,
    SetHeader,
    SetName,
    Transaction,
)
from actors.types import CellId

A, B, C, X = map(CellId, "abcx")
HIDDEN = CellConfig(hide_code=True)


def document(*ids: CellId) -> Document:
    """Return a document whose cells have their ids for code."""
    return Document(Notebook(Cell(cell_id, cell_id) for cell_id in ids))


def after(before: Document, *changes: Change) -> Document:
    return before.apply(Transaction(changes))


def order(value: Document) -> str:
    return "".join(cell.id for cell in value.notebook)


def create(cell_id: CellId, **anchors: Any) -> CreateCell:
    return CreateCell(cell_id=cell_id, code=cell_id, name="_", config=CellConfig(), **anchors)


def move(cell_id: CellId, **anchors: Any) -> MoveCell:
    return MoveCell(cell_id=cell_id, **anchors)


def delete(cell_id: CellId) -> DeleteCell:
    return DeleteCell(cell_id=cell_id)


def set_code(cell_id: CellId, code: str = "new") -> SetCode:
    return SetCode(cell_id=cell_id, code=code)


UPDATES: list[Change] = [
    set_code(X),
    SetName(cell_id=X, name="new"),
    SetConfig(cell_id=X, config=HIDDEN),
]
GONE = "any more: it is deleted in the same transaction"
TAKEN = "of a cell deleted in the same transaction is not free"

# -- what is refused ---------------------------------------------------------------

REFUSED: list[tuple[list[Change], str]] = [
    ([delete(X)], "changes[0] (delete-cell): there is no cell 'x'"),
    ([move(X, after=A)], "changes[0] (move-cell): there is no cell 'x'"),
    ([create(X, after=C), create(C)], "changes[0] (create-cell): there is no anchor 'c'"),
    ([create(X, before=C)], "changes[0] (create-cell): there is no anchor 'c'"),
    ([create(X, after=X)], "changes[0] (create-cell): there is no anchor 'x'"),
    ([move(A, after=C)], "changes[0] (move-cell): there is no anchor 'c'"),
    ([move(A, before=C)], "changes[0] (move-cell): there is no anchor 'c'"),
    ([create(X), create(A)], "changes[1] (create-cell): a cell 'a' exists already"),
    ([create(X), create(X)], "changes[1] (create-cell): a cell 'x' exists already"),
    (
        [create(X, before=A, after=B)],
        "changes[0] (create-cell): both anchors are given, 'before' 'a' and 'after' 'b'",
    ),
    (
        [move(A, before=B, after=B)],
        "changes[0] (move-cell): both anchors are given, 'before' 'b' and 'after' 'b'",
    ),
    ([move(A)], "changes[0] (move-cell): cell 'a' needs an anchor, 'before' or 'after'"),
    ([move(A, after=A)], "changes[0] (move-cell): cell 'a' cannot be its own anchor"),
    ([move(A, before=A)], "changes[0] (move-cell): cell 'a' cannot be its own anchor"),
    (
        [move(A, after=B), delete(A)],
        "changes[1] (delete-cell): cell 'a' is moved in the same transaction",
    ),
    ([delete(A), move(A, after=B)], f"changes[1] (move-cell): there is no cell 'a' {GONE}"),
    ([delete(A), move(B, after=A)], f"changes[1] (move-cell): there is no anchor 'a' {GONE}"),
    (
        [delete(A), delete(A)],
        "changes[1] (delete-cell): cell 'a' is deleted twice in the same transaction",
    ),
    ([delete(A), create(A)], f"changes[1] (create-cell): the id 'a' {TAKEN}"),
    ([create(X), delete(X), create(X)], f"changes[2] (create-cell): the id 'x' {TAKEN}"),
]
for update in UPDATES:
    REFUSED += [
        ([update], f"changes[0] ({update.type}): there is no cell 'x'"),
        (
            [create(X), update, delete(X)],
            "changes[2] (delete-cell): cell 'x' is updated in the same transaction",
        ),
        (
            [create(X), delete(X), update],
            f"changes[2] ({update.type}): there is no cell 'x' {GONE}",
        ),
    ]


@pytest.mark.parametrize(("changes", "message"), REFUSED)
def test_what_does_not_fit_is_refused_with_the_change_and_the_cell(changes, message):
    with pytest.raises(TransactionError, match=f"^{re.escape(message)}$"):
        after(document(A, B), *changes)


@pytest.mark.parametrize("changes", [changes for changes, _ in REFUSED])
def test_marimo_refuses_the_same(changes):
    marimo = marimos(document(A, B).notebook)
    with pytest.raises(ValueError):
        marimo.apply(marimos_transaction(Transaction(changes)))


def test_a_last_change_that_fails_leaves_the_document_as_it_was():
    before = document(A, B)
    cells, copy = before.notebook.cells, pickle.loads(pickle.dumps(before))
    with pytest.raises(TransactionError, match=r"^changes\[4\]"):
        after(before, set_code(A), create(X), move(A, after=X), delete(B), delete(B))
    assert before == copy
    assert before.notebook.cells is cells
    assert before.version == 0


# -- what is applied ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([create(X)], "abcx"),
        ([create(X, before=A)], "xabc"),
        ([create(X, after=A)], "axbc"),
        ([delete(B)], "ac"),
        ([move(A, after=C)], "bca"),
        ([move(C, before=A)], "cab"),
        ([move(A, before=B)], "abc"),
        ([create(X, after=A), move(B, before=X), delete(C)], "abx"),
        ([create(X), delete(X)], "abc"),
        ([ReorderCells(cell_ids=(C, A, B))], "cab"),
        ([ReorderCells(cell_ids=(C,))], "cab"),
        ([ReorderCells(cell_ids=(C, X, C, A, C))], "cab"),
        ([ReorderCells(cell_ids=())], "abc"),
        ([ReorderCells(cell_ids=(B, A)), delete(B), create(X, before=C)], "axc"),
    ],
)
def test_each_change_sees_what_those_before_it_did(changes, expected):
    result = after(document(A, B, C), *changes)
    assert order(result) == expected
    assert all(cell.code == cell.id for cell in result.notebook)


def test_every_transaction_adds_one_to_the_version_whatever_it_holds():
    once = after(document(A), create(B), set_code(A), move(A, after=B))
    assert once.version == 1
    assert after(once).version == 2  # marimo does not count an empty one
    assert after(after(once), ReorderCells(cell_ids=())).version == 3


def test_a_cells_version_grows_only_when_its_code_really_changes():
    start = document(A)
    same = after(start, set_code(A, "a"), SetName(cell_id=A, name="n"))
    assert same.notebook.cells[0].version == 0
    assert after(same, set_code(A, "b"), set_code(A, "c")).notebook.cells[0].version == 2


def test_the_parts_of_a_cell_change_one_by_one():
    changed = after(
        document(A),
        SetName(cell_id=A, name="load"),
        SetConfig(cell_id=A, config=HIDDEN),
        set_code(A, "x = 1"),
    )
    assert changed.notebook.cells == (Cell(A, "x = 1", "load", HIDDEN, version=1),)


def test_a_created_cell_is_what_the_change_says():
    options = CellConfig(column=1, extra={"new": 2})
    change = CreateCell(cell_id=X, code="y", name="n", config=options)
    assert after(document(), change).notebook.cells == (Cell(X, "y", "n", options),)


def test_set_config_keeps_options_that_this_version_does_not_know():
    config = CellConfig.from_options({"disabled": True, "theme": "dark"})
    result = after(document(A), SetConfig(cell_id=A, config=config))
    assert result.notebook.cells[0].config.options()["theme"] == "dark"


def test_the_options_of_the_app_are_replaced_all_of_them():
    before = Document(Notebook([Cell(A, "a")], {"width": "full", "sql_output": "lazy"}, "# top"))
    result = after(before, SetAppConfig(config={"width": "medium", "new": [1]})).notebook
    assert result == Notebook(before.notebook.cells, {"width": "medium", "new": [1]}, "# top")


@pytest.mark.parametrize(("header", "expected"), [("# new", "# new"), (None, ""), ("", "")])
def test_the_header_is_replaced(header, expected):
    before = Document(Notebook([Cell(A, "a")], {"width": "full"}, "# top"))
    result = after(before, SetHeader(header), set_code(A, "b"))
    assert result.notebook == attrs.evolve(
        before.notebook, header=expected, cells=[Cell(A, "b", version=1)]
    )


def test_a_header_is_not_applied_without_the_rest_of_its_transaction():
    before = document(A)
    with pytest.raises(TransactionError, match="no cell 'x'"):
        after(before, SetHeader("# new"), SetAppConfig(config={}), delete(X))
    assert before == document(A)


def test_what_surrounds_the_cells_is_carried_on():
    notebook = Notebook([Cell(A, "")], {"width": "full"}, "# header\n", "0.25.2")
    result = after(Document(notebook), create(B)).notebook
    assert attrs.evolve(result, cells=notebook.cells) == notebook


def test_one_edit_among_1000_cells_shares_the_other_999():
    before = document(*(CellId(f"c{number}") for number in range(1000)))
    result = after(before, set_code(CellId("c500")))
    pairs = zip(before.notebook, result.notebook, strict=True)
    assert [old.id for old, new in pairs if old is not new] == ["c500"]


def test_moving_and_reordering_share_every_cell():
    before = document(A, B, C)
    result = after(before, move(A, after=C), ReorderCells(cell_ids=(B, A)))
    assert {id(cell) for cell in result.notebook} == {id(cell) for cell in before.notebook}


def test_a_document_is_a_value_that_hashes_and_pickles():
    made = after(document(A), set_code(A))
    again = pickle.loads(pickle.dumps(made))
    assert again == made
    assert len({made, again, document(A)}) == 2
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        made.version = 7  # type: ignore[misc]


def test_changes_and_cell_ids_are_taken_from_any_iterable():
    reorder = ReorderCells(cell_ids=iter([B, A]))
    transaction = Transaction(change for change in [reorder])
    assert order(document(A, B).apply(transaction)) == "ba"
    assert order(document(A, B).apply(transaction)) == "ba"


def test_changes_and_transactions_hash_whatever_a_newer_sender_adds():
    odd = {"new": [1, {"deep": []}]}
    change = SetCode(cell_id=A, code="x", extra=odd)
    transaction = Transaction([change], extra=odd)
    assert len({change, attrs.evolve(change)}) == 1
    assert len({transaction, attrs.evolve(transaction)}) == 1
    assert change != SetCode(cell_id=A, code="x")


# -- against marimo ----------------------------------------------------------------

ALPHABET = st.sampled_from([*map(CellId, "abcde"), CellId("")])
ANCHOR = st.none() | ALPHABET
CODE = st.sampled_from(["", "x = 1", "y = 2"])
CONFIG = st.builds(
    CellConfig,
    column=st.none() | st.integers(0, 2),
    disabled=st.booleans(),
    hide_code=st.booleans(),
    expand_output=st.booleans(),
)
CHANGE: st.SearchStrategy[Change] = st.one_of(
    st.builds(CreateCell, cell_id=ALPHABET, code=CODE, name=CODE, config=CONFIG, after=ANCHOR),
    st.builds(
        CreateCell,
        cell_id=ALPHABET,
        code=CODE,
        name=CODE,
        config=CONFIG,
        before=ANCHOR,
        after=ANCHOR,
    ),
    st.builds(DeleteCell, cell_id=ALPHABET),
    st.builds(MoveCell, cell_id=ALPHABET, before=ALPHABET),
    st.builds(MoveCell, cell_id=ALPHABET, before=ANCHOR, after=ANCHOR),
    st.builds(ReorderCells, cell_ids=st.lists(ALPHABET, max_size=7)),
    st.builds(SetCode, cell_id=ALPHABET, code=CODE),
    st.builds(SetName, cell_id=ALPHABET, name=CODE),
    st.builds(SetConfig, cell_id=ALPHABET, config=CONFIG),
)
TRANSACTIONS = st.lists(st.builds(Transaction, st.lists(CHANGE, max_size=5)), max_size=8)
START = st.lists(ALPHABET, unique=True).map(lambda ids: document(*ids))


def marimos(notebook: Notebook) -> Any:
    """Return marimo's document of these cells."""
    return theirs.NotebookDocument(
        theirs.NotebookCell(
            cell.id, cell.code, cell.name, theirs.CellConfig(**cell.config.options())
        )
        for cell in notebook
    )


def marimos_transaction(transaction: Transaction) -> Any:
    """Return marimo's own reading of a transaction's wire form."""
    return msgspec.json.decode(encode_transaction(transaction), type=their_changes.Transaction)


def content(cells: Any) -> list[tuple[Any, ...]]:
    """Return what both kinds of cells say."""
    return [
        (
            cell.id,
            cell.code,
            cell.name,
            cell.version,
            cell.config.column,
            cell.config.disabled,
            cell.config.hide_code,
            cell.config.expand_output,
        )
        for cell in cells
    ]


@settings(max_examples=300, deadline=None)  # no deadline: a busy machine is no failure
@given(START, TRANSACTIONS)
def test_any_transactions_are_accepted_refused_and_applied_as_in_marimo(ours, transactions):
    marimo = marimos(ours.notebook)
    for transaction in transactions:
        try:
            marimo.apply(marimos_transaction(transaction))
        except ValueError:
            with pytest.raises(TransactionError):
                ours.apply(transaction)
        else:
            version = ours.version
            ours = ours.apply(transaction)
            assert ours.version == version + 1
        assert content(ours.notebook) == content(marimo.cells)
