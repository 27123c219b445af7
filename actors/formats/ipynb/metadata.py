"""What a notebook or a cell has beyond Jupyter's own fields, in its metadata.

`metadata.marimo` has marimo's keys, as its own export writes them. JSON has no
tuples and sets, nbformat has ids of its own, and markdown no quotes: what the
file cannot show otherwise is in `metadata["notebook-actors"]`, each with what
it belongs to, so that it counts for nothing when another program changed that.
"""

import ast
import json
import math
from collections.abc import Mapping
from typing import Any

from actors.formats.python.quiet import UnreadableError, parse, quieted
from actors.notebook import DEFAULT_CONFIG, CellConfig

MARIMO = "marimo"
OWN = "notebook-actors"

_HIDDEN_INPUT = "remove-input"
"""The tag by which nbconvert leaves a cell's source out; marimo writes it too."""

_HIDING_TAGS = frozenset({_HIDDEN_INPUT, "hide-cell"})
_DEFAULTS = DEFAULT_CONFIG.options()


def part(metadata: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return an object in the metadata; an empty one when there is none."""
    value = metadata.get(key)
    return value if isinstance(value, dict) else {}


def marimo_part(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `metadata.marimo` stands for, in Python's values."""
    held = part(metadata, MARIMO)
    value = _evaluated(part(metadata, OWN).get("python"))
    return value if isinstance(value, dict) and _as_json(value) == held else held


def with_parts(
    metadata: Mapping[str, Any], marimo: dict[str, Any], own: Mapping[str, Any]
) -> dict[str, Any]:
    """Return metadata that says this; a value of `None` in `own` is left out."""
    held = _as_json(marimo)
    python = None if repr(json.loads(json.dumps(held))) == repr(marimo) else repr(marimo)
    parts = {MARIMO: held, OWN: {k: v for k, v in own.items() if v} | _if_any("python", python)}
    rest = {key: value for key, value in metadata.items() if key not in parts}
    return rest | {key: value for key, value in parts.items() if value}


def _if_any(key: str, value: Any) -> dict[str, Any]:
    return {key: value} if value else {}


def _as_json(value: Any) -> Any:
    match value:
        case None | bool() | int() | str():
            return value
        case float() if math.isfinite(value):
            return value
        case list() | tuple():
            return [_as_json(element) for element in value]
        case dict():
            return {
                key if isinstance(key, str) else repr(key): _as_json(element)
                for key, element in value.items()
            }
        case _:
            return repr(value)


def _evaluated(text: object) -> Any:
    if not isinstance(text, str):
        return None
    try:
        match parse(quieted(text)).body:
            case [ast.Expr(value=expression)]:
                return ast.literal_eval(expression)
            case _:
                return None
    except (UnreadableError, ValueError, TypeError, RecursionError, MemoryError):
        return None


# -- the config of a cell ----------------------------------------------------------


def config_of(metadata: Mapping[str, Any], *, is_markdown: bool) -> CellConfig:
    """Return a cell's config; an option of the wrong type counts for nothing."""
    options = part(marimo_part(metadata), "config")
    sound = {key: value for key, value in options.items() if _is_sound(key, value)}
    return CellConfig.from_options(
        {"hide_code": _is_hidden(metadata, is_markdown=is_markdown)} | sound
    )


def _is_sound(key: str, value: object) -> bool:
    if key == "column":
        return value is None or (isinstance(value, int) and not isinstance(value, bool))
    return key not in _DEFAULTS or isinstance(value, bool)


def _is_hidden(metadata: Mapping[str, Any], *, is_markdown: bool) -> bool:
    """Say whether a cell hides its code if its config does not tell: marimo's rules."""
    return _is_hidden_in_jupyter(metadata) or (is_markdown and MARIMO not in metadata)


def _is_hidden_in_jupyter(metadata: Mapping[str, Any]) -> bool:
    is_tagged = any(tag in _HIDING_TAGS for tag in _tags(metadata))
    return is_tagged or bool(part(metadata, "jupyter").get("source_hidden"))


def _tags(metadata: Mapping[str, Any]) -> list[Any]:
    tags = metadata.get("tags")
    return [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []


def config_options(config: CellConfig) -> dict[str, Any]:
    """Return the options that differ from the defaults, and those that are not known."""
    known = {key: getattr(config, key) for key in _DEFAULTS}
    changed = {key: value for key, value in known.items() if value != _DEFAULTS[key]}
    return changed | dict(config.extra)


def with_visibility(metadata: Mapping[str, Any], *, hidden: bool) -> Mapping[str, Any]:
    """Return metadata by which Jupyter too shows or hides a code cell's source."""
    if _is_hidden_in_jupyter(metadata) == hidden:
        return metadata
    jupyter = {k: v for k, v in part(metadata, "jupyter").items() if k != "source_hidden"}
    tags = [tag for tag in _tags(metadata) if tag not in _HIDING_TAGS]
    if hidden:
        jupyter["source_hidden"] = True
        tags.append(_HIDDEN_INPUT)
    parts = {"jupyter": jupyter, "tags": tags}
    rest = {key: value for key, value in metadata.items() if key not in parts}
    return rest | {key: value for key, value in parts.items() if value}
