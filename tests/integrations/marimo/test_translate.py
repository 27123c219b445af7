"""marimo's cells and transactions, there and back."""

import msgspec
import pytest
from marimo._ast.cell import CellConfig as MarimoConfig
from marimo._messaging.notebook.changes import Transaction as MarimoTransaction
from marimo._messaging.notebook.document import NotebookCell, NotebookDocument

from actors.integrations.marimo.translate import cells_of, config_for, config_of, to_marimo
from actors.notebook import (
    DEFAULT_CONFIG,
    Cell,
    CellConfig,
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

HIDDEN = CellConfig(column=1, disabled=True, hide_code=True)
NEWER = CellConfig(hide_code=True, extra={"hologram": "blue"})
CHANGES = (
    DeleteCell(cell_id="a"),
    CreateCell(cell_id="n", code="n = 1", name="_", config=HIDDEN, after="b"),
    SetCode(cell_id="b", code="b = 'ä'"),
    SetName(cell_id="b", name="second"),
    SetConfig(cell_id="b", config=HIDDEN),
    MoveCell(cell_id="c", before="b"),
    ReorderCells(cell_ids=["n", "c"]),
)


def document(*cells):
    return NotebookDocument(
        NotebookCell(id=cell.id, code=cell.code, name=cell.name, config=config_for(cell.config))
        for cell in cells
    )


def test_both_sides_make_the_same_of_a_transaction():
    cells = [Cell(each, f"{each} = 1") for each in "abc"]
    transaction, marimo = Transaction(CHANGES, "code-mode"), document(*cells)
    marimo.apply(to_marimo(transaction))
    ours = Document(Notebook(cells)).apply(transaction).notebook.cells
    assert cells_of(marimo.cells) == tuple(
        Cell(cell.id, cell.code, cell.name, cell.config) for cell in ours
    )


@pytest.mark.parametrize("source", ["frontend", "kernel", "code-mode", "file-watch"])
def test_a_source_that_marimo_knows_stays(source):
    assert to_marimo(Transaction(CHANGES, source)).source == source


def test_a_source_of_our_own_can_be_sent_to_every_browser():
    sent = msgspec.json.encode(to_marimo(Transaction(CHANGES, "restore")))
    assert msgspec.json.decode(sent, type=MarimoTransaction).changes


def test_changes_that_marimo_has_no_word_for_are_left_out():
    besides = (SetHeader(header="# ours"), SetAppConfig(config={"width": "full"}))
    assert len(to_marimo(Transaction((*besides, *CHANGES))).changes) == len(CHANGES)
    assert to_marimo(Transaction(besides)) is None


def test_a_cell_that_has_not_changed_is_the_same_object():
    known = (Cell("a", "a = 1", "first", NEWER, version=3), Cell("b", "b = 1"))
    found = cells_of(document(*known).cells, known)
    assert all(new is old for new, old in zip(found, known, strict=True))


def test_options_of_a_newer_marimo_are_kept_in_a_cell_that_changes():
    known = Cell("a", "a = 1", "first", NEWER, version=3)
    [cell] = cells_of(document(Cell("a", "a = 2", "first", NEWER)).cells, [known])
    assert cell == Cell("a", "a = 2", "first", NEWER, version=4)
    assert cell.config.extra == (("hologram", "blue"),)


def test_cells_without_options_share_one_config():
    [cell] = cells_of(document(Cell("a", "a = 1")).cells)
    assert cell.config is DEFAULT_CONFIG


@pytest.mark.parametrize("config", [DEFAULT_CONFIG, HIDDEN, CellConfig(hide_code=True)])
def test_options_come_back_as_they_were(config):
    assert config_of(config_for(config)) == config


def test_every_option_of_this_marimo_is_taken_over():
    options = {field.name: 2 if field.name == "column" else True for field in fields()}
    assert config_of(MarimoConfig(**options)).options().items() >= options.items()


def fields():
    return msgspec.structs.fields(MarimoConfig)
