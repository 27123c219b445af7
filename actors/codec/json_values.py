"""JSON values, strictly: no text is made of a number, no number of a boolean.

cattrs coerces by default (`str(None)` is the text "None"); the functions here
take its place for every scalar, and check the values of unknown fields.
"""

import math
from collections.abc import Mapping
from typing import Any

import orjson

from actors.errors import DecodeError

_MAX_DEPTH = 100
"""Levels of an unknown field's value. orjson reads 1,024 and writes 254, so a
deeper value could be kept but never written back; and Python's own stack ends."""

_MIN_INTEGER = -(2**63)
_MAX_INTEGER = 2**64 - 1
"""What orjson writes; beyond it, it reads an integer as a float and writes none."""

_KINDS: dict[type, str] = {
    type(None): "null",
    bool: "a boolean",
    int: "an integer",
    float: "a number with a fraction",
    str: "text",
    list: "a list",
    tuple: "a list",
    dict: "an object",
}


class MisfitError(Exception):
    """A value is not what the wire form has there; `decode_*` adds the place."""

    def __init__(self, what: str, *keys: str) -> None:
        super().__init__(what)
        self.what = what
        self.keys = keys
        """Where it is, seen from the value that was being read."""


def decode_json(data: bytes | bytearray | memoryview | str) -> Any:
    """Return the value of a JSON text; of equal keys in one object, the last.

    Raises:
        DecodeError: when it is not JSON (RFC 8259, so no `NaN`), not UTF-8, or
            nested deeper than 1,024 levels; `where` is the position.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise DecodeError(f"character {error.pos + 1}", f"is not JSON: {error.msg}") from None


def encode_json(value: Any) -> bytes:
    """Return a value as JSON, UTF-8, on one line.

    Raises:
        TypeError: when JSON has no form for it.
    """
    return orjson.dumps(value)


def kind(value: object) -> str:
    """Return what a value is, in JSON's words; never its content, which may be secret."""
    return _KINDS.get(type(value)) or f"a Python {type(value).__name__}"


def text(value: Any, _type: object = str) -> str:
    """Return the value if it is text that a file can hold."""
    if type(value) is not str:
        raise MisfitError(f"must be text, not {kind(value)}")
    if not value.isascii():  # constant time, and true for most code
        _require_utf8(value)
    return value


def _require_utf8(value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise MisfitError("holds half a surrogate pair, which UTF-8 has no form for") from None


def integer(value: Any, _type: object = int) -> int:
    """Return the value if it is an integer; `True` and `1.0` are none."""
    if type(value) is not int:
        raise MisfitError(f"must be an integer, not {kind(value)}")
    if not _MIN_INTEGER <= value <= _MAX_INTEGER:
        raise MisfitError("must be an integer of at most 64 bits")
    return value


def boolean(value: Any, _type: object = bool) -> bool:
    """Return the value if it is `True` or `False`."""
    if type(value) is not bool:
        raise MisfitError(f"must be true or false, not {kind(value)}")
    return value


def array(value: Any) -> list[Any] | tuple[Any, ...]:
    """Return the value if it is a list, or the tuple that msgspec makes of one."""
    if type(value) is list or type(value) is tuple:
        return value
    raise MisfitError(f"must be a list, not {kind(value)}")


def members(value: Any) -> dict[Any, Any]:
    """Return the value's members if it is an object; their names are not checked."""
    if type(value) is dict:
        return value
    if not isinstance(value, Mapping):
        raise MisfitError(f"must be an object, not {kind(value)}")
    try:
        return dict(value)
    except Exception as error:  # noqa: BLE001 - a mapping of the host's may raise anything
        raise MisfitError(f"cannot be read: {type(error).__name__}") from None


def member_name(key: Any) -> str:
    """Return the name of an object's member if it is text."""
    if type(key) is not str:
        raise MisfitError(f"has {kind(key)} for the name of a field")
    return text(key)


def any_value(value: Any, depth: int = _MAX_DEPTH) -> Any:
    """Return a copy of any JSON value, which its sender cannot change any more."""
    match value:
        case None | bool():
            return value
        case str():
            return text(value)
        case int():
            return integer(value)
        case float() if math.isfinite(value):
            return float(value)
        case list() | tuple() | Mapping() if depth == 0:
            raise MisfitError(f"is nested deeper than {_MAX_DEPTH} levels")
        case list() | tuple():
            return [any_value(item, depth - 1) for item in value]
        case Mapping():
            return {
                member_name(key): any_value(item, depth - 1) for key, item in members(value).items()
            }
        case _:
            what = "a number that is not finite" if type(value) is float else kind(value)
            raise MisfitError(f"must be a JSON value, not {what}")
