"""Transactions and cells from the wire and to it; one error for what is wrong."""

from collections.abc import Mapping
from typing import Any, TypeVar

from cattrs import AttributeValidationNote, BaseValidationError, IterableValidationNote

from actors.codec.json_values import MisfitError, decode_json, encode_json
from actors.codec.wire import converter, wire_name
from actors.errors import DecodeError
from actors.notebook import Cell, Transaction

_T = TypeVar("_T")


def decode_transaction(
    payload: Transaction | Mapping[str, Any] | bytes | bytearray | memoryview | str,
) -> Transaction:
    """Return the transaction of a wire message; a `Transaction` as it is.

    Takes its JSON, or the value of that (as marimo's msgspec makes it, tuples
    for lists included). Fields that are not known here are kept in the `extra`
    of the value they belong to; those of `set-config` are taken for options of
    the cell's config, since the wire does not tell one from the other.

    Raises:
        DecodeError: when the message is not in the wire form, for whatever
            reason: nothing else is raised, whatever the payload is.
    """
    if isinstance(payload, Transaction):
        return payload
    if isinstance(payload, bytes | bytearray | memoryview | str):
        payload = decode_json(payload)
    return _structure(payload, Transaction)


def encode_transaction(transaction: Transaction) -> bytes:
    """Return a transaction's JSON in marimo's wire form, on one line.

    Raises:
        TypeError: when it holds what JSON has no form for, which a decoded
            transaction never does.
    """
    return encode_json(transaction_to_wire(transaction))


def transaction_to_wire(transaction: Transaction) -> dict[str, Any]:
    """Return the value whose JSON is the transaction's wire form."""
    wire: dict[str, Any] = converter().unstructure(transaction)
    return wire


def decode_cells(value: Any) -> tuple[Cell, ...]:
    """Return the cells that a recording opens with.

    Args:
        value: a list of objects with `id`, `code`, `name` and `config`, the
            latter with snake_case keys; other fields are passed over.

    Raises:
        DecodeError: when it is anything else; `where` starts with the cell's
            index, as in `[2].code`.
    """
    return _structure(value, tuple[Cell, ...])


def cells_to_wire(cells: tuple[Cell, ...]) -> list[dict[str, Any]]:
    """Return cells in the form that `decode_cells` reads."""
    return [converter().unstructure(cell) for cell in cells]


def _structure(value: Any, cls: type[_T]) -> _T:
    try:
        return converter().structure(value, cls)
    except Exception as error:  # noqa: BLE001 - RecursionError too: it is all one error
        raise _located(error) from None


def _located(error: Exception) -> DecodeError:
    """Follow the notes that cattrs leaves to the first thing that is wrong."""
    path = ""
    while isinstance(error, BaseValidationError):
        owner, error = error.cl, error.exceptions[0]
        path += _step(owner, error)
    if isinstance(error, MisfitError):
        path += "".join(map(_key, error.keys))
    return DecodeError(path.removeprefix(".") or "$", _reason(error))


def _step(owner: type, error: Exception) -> str:
    """Return the part of a path that leads from a value to what is wrong in it."""
    note = error.__notes__[-1]
    if isinstance(note, AttributeValidationNote):
        return _key(wire_name(owner, note.name))
    assert isinstance(note, IterableValidationNote)
    return f"[{note.index}]"


def _reason(error: Exception) -> str:
    if isinstance(error, MisfitError):
        return error.what
    # What cattrs' generated code raises for a required field that is not there.
    missing = isinstance(error, KeyError)
    return "is missing" if missing else f"cannot be read: {type(error).__name__}"


def _key(name: str) -> str:
    """Return a key's part of a path, short and on one line whatever the key holds."""
    name = name[:60]
    return f".{name}" if name.isascii() and name.isidentifier() else f"[{name!a}]"
