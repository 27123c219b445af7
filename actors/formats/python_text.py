"""A notebook as a marimo `.py` file, byte for byte as marimo 0.25.2 writes it.

What a cell contributes on its own is in its `CellFacts`, remembered by its
code; here is what depends on all cells, in one cheap pass.
"""

from collections.abc import Mapping

from actors.formats.cell_facts import CellFacts, analyze
from actors.formats.cell_statements import SETUP_NAME
from actors.formats.cell_text import (
    Surroundings,
    can_be_function_name,
    function_cell,
    reusable_cell,
    setup_cell,
    unparsable_cell,
)
from actors.formats.layout import INDENT, call, literal, quoted
from actors.formats.names import TypeHint
from actors.formats.toplevel import DEFAULT_NAME, Extraction, extract
from actors.notebook import Cell, Notebook

GENERATED_WITH = "0.25.2"
"""The marimo release that this module writes like."""

_APP_DEFAULTS: Mapping[str, object] = {
    "width": "compact",
    "app_title": None,
    "layout_file": None,
    "css_file": None,
    "html_head_file": None,
    "auto_download": [],
    "sql_output": "auto",
}
"""The options of `marimo.App` in the order they are written."""


def render(notebook: Notebook) -> bytes:
    """Return the file; see `actors.formats.render`."""
    setup, cells = _setup_and_cells(notebook)
    texts = _cell_texts(cells, frozenset(setup[1].defs) if setup else frozenset())
    version = GENERATED_WITH if notebook.generated_with is None else notebook.generated_with
    parts = [
        f"{notebook.header.rstrip()}\n\n" if notebook.header else "",
        f"import marimo\n\n__generated_with = {quoted(version)}\n{_app(notebook)}\n\n",
        f"{setup_cell(setup[1], setup[0].config)}\n\n" if setup and setup[1].code.strip() else "",
        "\n" + "\n\n\n".join(texts) + "\n\n\n",
        f'if __name__ == "__main__":\n{INDENT}app.run()\n',
    ]
    # A lone surrogate can only be in the header now; everywhere else it is escaped.
    return "".join(parts).lstrip().encode("utf-8", "backslashreplace")


def _setup_and_cells(
    notebook: Notebook,
) -> tuple[tuple[Cell, CellFacts] | None, list[tuple[Cell, CellFacts]]]:
    """Take the first cell called `setup` out, unless Python cannot read it."""
    cells = [(cell, analyze(cell.code)) for cell in notebook.cells]
    for index, (cell, facts) in enumerate(cells):
        if cell.name == SETUP_NAME:
            return (
                ((cell, facts), cells[:index] + cells[index + 1 :])
                if facts.is_parsable
                else (None, cells)
            )
    return None, cells


def _cell_texts(cells: list[tuple[Cell, CellFacts]], setup_defs: frozenset[str]) -> list[str]:
    all_facts = [facts for _, facts in cells]
    extraction = extract(all_facts, [_given_name(cell) for cell, _ in cells], setup_defs)
    surroundings = Surroundings(extraction.known, extraction.used, _hints(all_facts, extraction))
    return [
        _cell_text(cell, facts, position, extraction, surroundings)
        for position, (cell, facts) in enumerate(cells)
    ]


def _given_name(cell: Cell) -> str:
    return DEFAULT_NAME if cell.name in {"", "__"} else cell.name


def _cell_text(
    cell: Cell, facts: CellFacts, position: int, extraction: Extraction, surroundings: Surroundings
) -> str:
    name = extraction.names[position]
    if extraction.is_reusable[position]:
        return reusable_cell(facts, cell.config)
    if facts.is_parsable and can_be_function_name(name):
        return function_cell(facts, name, cell.config, position, surroundings)
    return unparsable_cell(cell.code, name, cell.config)


def _hints(all_facts: list[CellFacts], extraction: Extraction) -> dict[str, TypeHint | None]:
    """Return the type of each variable; the last cell that defines it decides."""
    hints: dict[str, TypeHint | None] = {}
    for position, facts in enumerate(all_facts):
        for name, hint in facts.hints.items():
            hints[name] = hint and hint.placed(position)
    for facts, is_reusable in zip(all_facts, extraction.is_reusable, strict=True):
        if is_reusable and facts.reusable is not None:
            hints[facts.reusable.name] = None
    return hints


def _app(notebook: Notebook) -> str:
    given = dict(notebook.app_config)
    options = {key: given.pop(key, default) for key, default in _APP_DEFAULTS.items()}
    changed = {key: value for key, value in options.items() if value != _APP_DEFAULTS[key]}
    arguments = [f"{key}={literal(value)}" for key, value in (changed | given).items()]
    return call("app = marimo.App", arguments)
