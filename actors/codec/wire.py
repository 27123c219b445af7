"""How each class looks on the wire, as hooks of a cattrs converter.

The form is that of marimo 0.25.2 (`marimo/_messaging/notebook/changes.py`):
camelCase fields and the tag `type`; `create-cell` holds its config as an object
with snake_case keys, `set-config` has the options among its own fields. Our own
changes, `set-app-config` and `set-header`, are written in the same manner.
"""

import copy
import functools
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, get_args

import attrs
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override
from cattrs.preconf.orjson import OrjsonConverter, make_converter

from actors.codec.json_values import (
    MisfitError,
    any_value,
    array,
    boolean,
    integer,
    kind,
    member_name,
    members,
    text,
)
from actors.notebook import (
    DEFAULT_CONFIG,
    Cell,
    CellConfig,
    Change,
    Extra,
    SetConfig,
    Transaction,
)
from actors.types import CellId

_Read: TypeAlias = Callable[[Any, Any], Any]
_Write: TypeAlias = Callable[[Any], dict[str, Any]]

_CHANGES: dict[str, type[Any]] = {change.type: change for change in get_args(Change)}


@attrs.frozen
class _FlatSetConfig:
    """`set-config` as it is on the wire; marimo requires all four options."""

    cell_id: CellId
    column: int | None
    disabled: bool
    hide_code: bool
    expand_output: bool
    extra: Extra = ()


@functools.cache
def converter() -> OrjsonConverter:
    """Return the converter, made at its first use.

    Its detailed validation is what gives errors their place. It is on for good
    messages too: 12 us against 11 us for a reorder of 100 cells.
    """
    made = make_converter(detailed_validation=True)
    _register_values(made)
    _register_cells(made)
    _register_changes(made)
    _register(made, Transaction, required=("source",))
    return made


def other_case(name: str) -> str:
    """Return `hideCode` for `hide_code`, and `hide_code` for `hideCode`.

    Its own inverse for every text (`_x` and `X` change places, for `a` to `z`),
    so that an option of a newer marimo comes back as it came.
    """
    return re.sub(r"_([a-z])|([A-Z])", _swap_case, name)


def _swap_case(match: re.Match[str]) -> str:
    return match[1].upper() if match[1] else f"_{match[2].lower()}"


def wire_name(owner: type, attribute: str) -> str:
    """Return the name on the wire of a class's attribute."""
    return attribute if owner is CellConfig else other_case(attribute)


def _register_values(made: OrjsonConverter) -> None:
    made.register_structure_hook(str, text)
    made.register_structure_hook(int, integer)
    made.register_structure_hook(bool, boolean)
    # cattrs' own way from a `NewType` to its base adds 3 us to a reorder of 100 cells.
    _register_for(made, CellId, text)
    _register_for(made, tuple[CellId, ...], _ids_reader(made))
    _register_for(made, Extra, lambda wire, _: _extra(members(wire)))
    made.register_unstructure_hook_func(lambda cls: cls == Extra, _object_of)


def _register_cells(made: OrjsonConverter) -> None:
    _register(made, CellConfig)
    read_config = made.get_structure_hook(CellConfig)
    made.register_structure_hook(CellConfig, lambda wire, cls: _shared(read_config(wire, cls)))
    _register(made, Cell, required=("name", "config"), omit=("version",))
    _register_for(made, tuple[Cell, ...], _array_reader(made, tuple[Cell, ...]))


def _register_changes(made: OrjsonConverter) -> None:
    for change in _CHANGES.values():
        _register(made, change)
    _register_set_config(made)
    readers = {tag: made.get_structure_hook(change) for tag, change in _CHANGES.items()}
    _register_for(made, Change, lambda wire, _: _read_change(wire, readers))
    _register_for(made, tuple[Change, ...], _array_reader(made, tuple[Change, ...]))


def _register_set_config(made: OrjsonConverter) -> None:
    _register(made, _FlatSetConfig, tag=SetConfig.type)
    read = made.get_structure_hook(_FlatSetConfig)
    write = made.get_unstructure_hook(_FlatSetConfig)
    made.register_structure_hook(SetConfig, lambda wire, _: _from_flat(read(wire, _FlatSetConfig)))
    made.register_unstructure_hook(SetConfig, lambda change: write(_to_flat(change)))


def _register_for(made: OrjsonConverter, wanted: Any, read: _Read) -> None:
    made.register_structure_hook_func(lambda cls: cls == wanted, read)


def _register(
    made: OrjsonConverter,
    cls: type[Any],
    *,
    tag: str | None = None,
    required: tuple[str, ...] = (),
    omit: tuple[str, ...] = (),
) -> None:
    """Register how objects of an attrs class are read and written.

    Args:
        made: the converter.
        cls: the class; its attribute `extra` takes the fields not known here.
        tag: the value of `type` on the wire; that of the class by default.
        required: fields that the wire must have though the class has a default.
        omit: attributes that are not on the wire.
    """
    names = [field.name for field in attrs.fields(cls) if field.name not in {"extra", *omit}]
    overrides: dict[str, Any] = {field.name: override(omit=True) for field in attrs.fields(cls)}
    overrides |= {name: override(rename=wire_name(cls, name)) for name in names}
    tag = tag or getattr(cls, "type", None)
    head = {} if tag is None else {"type": tag}
    read = make_dict_structure_fn(cls, made, **overrides)
    write = make_dict_unstructure_fn(cls, made, **overrides)
    known = frozenset(head).union(wire_name(cls, name) for name in names)
    made.register_structure_hook(cls, _object_reader(read, known, required))
    made.register_unstructure_hook(cls, _object_writer(write, head))


def _object_reader(read: _Read, known: frozenset[str], required: tuple[str, ...]) -> _Read:
    def read_object(wire: Any, cls: Any) -> Any:
        wire = members(wire)
        for name in required:
            if name not in wire:
                raise MisfitError("is missing", name)
        value = read(wire, cls)
        if wire.keys() <= known or not hasattr(value, "extra"):
            return value
        return attrs.evolve(value, extra=_extra(wire, known))

    return read_object


def _object_writer(write: _Write, head: Mapping[str, str]) -> _Write:
    def write_object(value: Any) -> dict[str, Any]:
        wire = {**head, **write(value)}
        for name, extra in getattr(value, "extra", ()):
            # A known field stands: only a value made by hand has it as `extra` too.
            wire.setdefault(name, copy.deepcopy(extra))
        return wire

    return write_object


def _array_reader(made: OrjsonConverter, cls: Any) -> _Read:
    # cattrs reads any iterable as a tuple: the text "abc" as three cell ids.
    read = made.get_structure_hook(cls)
    return lambda wire, _: read(array(wire), cls)


def _ids_reader(made: OrjsonConverter) -> _Read:
    # An agent sends the order of all cells with each edit: 5,000 ids one by one take 2 ms.
    read_one_by_one = _array_reader(made, tuple[CellId, ...])

    def read_ids(wire: Any, cls: Any) -> Any:
        if type(wire) is list and set(map(type, wire)) == {str} and "".join(wire).isascii():
            return tuple(wire)
        return read_one_by_one(wire, cls)

    return read_ids


def _object_of(fields: Extra) -> dict[str, Any]:
    return copy.deepcopy(dict(fields))


def _extra(wire: Mapping[Any, Any], known: frozenset[str] = frozenset()) -> Extra:
    return tuple(_extra_field(name, wire[name]) for name in wire if name not in known)


def _extra_field(name: Any, value: Any) -> tuple[str, Any]:
    name = member_name(name)
    try:
        return name, any_value(value)
    except MisfitError as misfit:
        raise MisfitError(misfit.what, name) from None


def _read_change(wire: Any, readers: Mapping[str, _Read]) -> Change:
    wire = members(wire)
    if "type" not in wire:
        raise MisfitError("is missing", "type")
    tag = wire["type"]
    if type(tag) is not str:
        raise MisfitError(f"must be text, not {kind(tag)}", "type")
    if tag not in readers:
        raise MisfitError(f"{tag[:60]!a} is no change; these are: {', '.join(readers)}", "type")
    change: Change = readers[tag](wire, _CHANGES[tag])
    return change


def _from_flat(flat: _FlatSetConfig) -> SetConfig:
    config = CellConfig(
        flat.column,
        flat.disabled,
        flat.hide_code,
        flat.expand_output,
        extra={other_case(name): value for name, value in flat.extra},
    )
    return SetConfig(cell_id=flat.cell_id, config=_shared(config))


def _to_flat(change: SetConfig) -> _FlatSetConfig:
    config = change.config
    options = tuple((other_case(name), value) for name, value in config.extra)
    return _FlatSetConfig(
        change.cell_id,
        config.column,
        config.disabled,
        config.hide_code,
        config.expand_output,
        extra=options + change.extra,
    )


def _shared(config: CellConfig) -> CellConfig:
    """Return the one default config for its equals: most cells have it."""
    return DEFAULT_CONFIG if config == DEFAULT_CONFIG else config
