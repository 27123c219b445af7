"""A notebook as a marimo `.py` file, byte for byte as marimo 0.25.2 writes it.

The texts of the cells are in their `Rendering`; here is what stands around them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from actors.formats.python.between_cells import APP, IMPORT, RUN, VERSION, Between
from actors.formats.python.encoding import encoded
from actors.formats.python.layout import call, literal, quoted
from actors.formats.python.rendering import WrittenCell, rendering_of
from actors.notebook import Notebook

GENERATED_WITH = "0.25.2"
"""The marimo release that this module writes like."""

_SPACE = "\n\n\n"
"""Above each cell."""

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
    between = Between.of(notebook.extra)
    header = f"{notebook.header.rstrip()}\n\n" if notebook.header else ""
    rendering = rendering_of(notebook.cells)
    top, cells = _top(notebook, rendering.setup), rendering.cells_but_setup
    space = _SPACE if cells else 2 * _SPACE
    parts: Iterable[str]
    if between.above or between.behind:
        middle = ((cell.cell.id, _SPACE, cell.text) for cell in cells)
        parts = between.joined(chain(top, middle, [(RUN, space, between.run_guard)]))
    else:  # the usual case, where 10,000 cells need no look at each
        parts = chain(between.joined(top), _spaced(cells), (space, between.run_guard))
    text = "".join([header, *parts, "\n", notebook.style.footer])
    return encoded(text.lstrip(), notebook.style)


def _spaced(cells: Sequence[WrittenCell]) -> Sequence[str]:
    """Return the texts, each with the space above it in front."""
    parts = [_SPACE] * (2 * len(cells))
    parts[1::2] = [cell.text for cell in cells]
    return parts


def _top(notebook: Notebook, setup: WrittenCell | None) -> Iterator[tuple[str, str, str]]:
    """Yield what stands above the cells, each with its anchor and the usual space above."""
    version = GENERATED_WITH if notebook.generated_with is None else notebook.generated_with
    yield IMPORT, "", "import marimo"
    yield VERSION, "\n\n", f"__generated_with = {quoted(version)}"
    yield APP, "\n", _app(notebook)
    if setup is not None and setup.text:
        yield setup.cell.id, "\n\n", setup.text


def _app(notebook: Notebook) -> str:
    given = dict(notebook.app_config)
    options = {key: given.pop(key, default) for key, default in _APP_DEFAULTS.items()}
    changed = {key: value for key, value in options.items() if value != _APP_DEFAULTS[key]}
    arguments = [f"{key}={literal(value)}" for key, value in (changed | given).items()]
    return call("app = marimo.App", arguments)
