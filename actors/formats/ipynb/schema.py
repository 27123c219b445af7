"""What the `nbformat` library knows about `.ipynb`; the only importer of it."""

from typing import Any

from actors.errors import FormatError

_MISSING = "`.ipynb` files need nbformat: install `notebook-actors[ipynb]`"

NEWEST_MINOR = 5
"""Of the 4.x that this package writes; from this one on, cells have ids."""

_PYTHON = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
}
"""What the usual kernel says of its language; programs that run nothing go by it."""


def complaint(notebook: dict[str, Any]) -> str | None:
    """Return the first thing that the schema of this 4.x has against a notebook.

    Raises:
        FormatError: when nbformat is not installed.
    """
    try:
        from nbformat.validator import iter_validate  # noqa: PLC0415 - an optional dependency
    except ImportError:
        raise FormatError(_MISSING) from None
    # Each minor version that was asked for stays compiled for ever; all newer ones are alike.
    minor = min(notebook["nbformat_minor"], NEWEST_MINOR + 1)
    try:
        error = next(iter_validate(notebook, version=4, version_minor=minor), None)  # type: ignore[no-untyped-call]
    except Exception as failure:  # noqa: BLE001 - its search for a better message has bugs of its own
        return f"not valid ({type(failure).__name__})"
    if error is None:
        return None
    place = "".join(f"[{step!r:.80}]" for step in error.absolute_path)
    return f"{error.message[:200]} (at {place or 'the top'})"


def blank() -> str:
    """Return an empty notebook as nbformat writes it.

    Raises:
        FormatError: when nbformat is not installed.
    """
    try:
        from nbformat import v4  # noqa: PLC0415 - an optional dependency
    except ImportError:
        raise FormatError(_MISSING) from None
    metadata = {"language_info": _PYTHON}
    notebook = v4.new_notebook(metadata=metadata, nbformat_minor=NEWEST_MINOR)  # type: ignore[no-untyped-call]
    return f"{v4.writes(notebook)}\n"  # type: ignore[no-untyped-call]
