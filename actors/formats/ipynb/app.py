"""What the metadata of an `.ipynb` file says of the notebook as a whole."""

from collections.abc import Mapping
from typing import Any

import attrs

from actors.formats.ipynb.metadata import OWN, marimo_part, part, with_parts
from actors.notebook import PLAIN_STYLE, Notebook, TextStyle


def notebook_of(metadata: Mapping[str, Any], style: TextStyle) -> Notebook:
    """Return what the metadata says of the notebook as a whole."""
    marimo = marimo_part(metadata)
    header, version = marimo.get("header"), marimo.get("marimo_version")
    noted = part(part(metadata, OWN), "style")
    encoding, footer = noted.get("encoding"), noted.get("footer")
    if style.encoding == PLAIN_STYLE.encoding and isinstance(encoding, str) and _exists(encoding):
        style = attrs.evolve(style, encoding=encoding)
    return Notebook(
        app_config=part(marimo, "app_config"),
        header=header if isinstance(header, str) else "",
        generated_with=version if isinstance(version, str) else None,
        style=attrs.evolve(style, footer=footer) if isinstance(footer, str) else style,
    )


def _exists(encoding: str) -> bool:
    try:
        return bool("a".encode(encoding))
    except (LookupError, ValueError):
        return False


def metadata_of(metadata: Mapping[str, Any], notebook: Notebook) -> dict[str, Any]:
    """Return metadata that say this of a notebook; what else is there stays."""
    said = {
        "app_config": dict(notebook.app_config) or None,
        "header": notebook.header or None,
        "marimo_version": notebook.generated_with,
    }
    kept = {key: value for key, value in marimo_part(metadata).items() if key not in said}
    marimo = kept | {key: value for key, value in said.items() if value is not None}
    return with_parts(metadata, dict(sorted(marimo.items())), {"style": _noted(notebook.style)})


def told_of(notebook: Notebook) -> tuple[Any, ...]:
    """Return what the metadata tell of a notebook, to compare."""
    return (
        notebook.app_config,
        notebook.header,
        notebook.generated_with,
        _noted(notebook.style),
    )


def _noted(style: TextStyle) -> dict[str, str]:
    """Return what of a style the bytes of the file do not show."""
    is_shown = style.encoding in {"utf-8", "utf-8-sig"}
    noted = {} if is_shown else {"encoding": style.encoding}
    return noted | ({"footer": style.footer} if style.footer else {})
