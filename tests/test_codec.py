"""The codec: marimo's wire JSON both ways, and one error for all that is wrong."""

import inspect
import json
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from actors.codec import (
    cells_to_wire,
    decode_cells,
    decode_json,
    decode_transaction,
    encode_json,
    encode_transaction,
    transaction_to_wire,
)
from actors.errors import DecodeError
from actors.notebook import (
    DEFAULT_CONFIG,
    Cell,
    CellConfig,
    CreateCell,
    DeleteCell,
    MoveCell,
    ReorderCells,
    SetCode,
    SetConfig,
    SetName,
    Transaction,
)
from actors.types import CellId

RECORDINGS = sorted((Path(__file__).parent / "data" / "recordings").glob("*.ndjson"))

A, B = CellId("a"), CellId("b")
IDS: Any = (A, B)
CONFIG = {"column": None, "disabled": False, "hide_code": True, "expand_output": False}
CREATE = {
    "type": "create-cell",
    "cellId": "a",
    "code": "x = 1",
    "name": "_",
    "config": CONFIG,
    "before": None,
    "after": "b",
}
SET_CONFIG = {
    "type": "set-config",
    "cellId": "a",
    "column": 2,
    "disabled": True,
    "hideCode": False,
    "expandOutput": True,
}
SET_CODE = {"type": "set-code", "cellId": "a", "code": "x"}
REORDER = {"type": "reorder-cells", "cellIds": ["a", "b"]}


def message(*changes: Any, **others: Any) -> dict[str, Any]:
    return {"changes": list(changes), "source": "code-mode", "version": None, **others}


def transaction_of(change: Any) -> Transaction:
    return Transaction((change,), source="code-mode")


def same_json(value: Any) -> str:
    """Equal for equal JSON; Python's `==` takes `True` for `1`, JSON does not."""
    return json.dumps(value, sort_keys=True)


def refusal(payload: Any) -> DecodeError:
    with pytest.raises(DecodeError) as caught:
        decode_transaction(payload)
    return caught.value


def recorded(op: str) -> list[Any]:
    lines = [line for path in RECORDINGS for line in path.read_text("utf-8").splitlines()]
    return [entry for line in lines if (entry := json.loads(line))["op"] == op]


# -- the wire form -------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "wire"),
    [
        (CreateCell(cell_id=A, code="x = 1", name="_", config=CellConfig(hide_code=True), after=B),
         CREATE),
        (DeleteCell(cell_id=A), {"type": "delete-cell", "cellId": "a"}),
        (MoveCell(cell_id=A, before=B),
         {"type": "move-cell", "cellId": "a", "before": "b", "after": None}),
        (ReorderCells(cell_ids=IDS), REORDER),
        (SetCode(cell_id=A, code="x"), SET_CODE),
        (SetName(cell_id=A, name="n"), {"type": "set-name", "cellId": "a", "name": "n"}),
        (SetConfig(cell_id=A, config=CellConfig(2, disabled=True, expand_output=True)), SET_CONFIG),
    ],
    ids=lambda value: getattr(value, "type", ""),
)  # fmt: skip
def test_each_change_has_marimos_wire_form_both_ways(change: Any, wire: Any) -> None:
    transaction = transaction_of(change)
    assert transaction_to_wire(transaction) == message(wire)
    assert list(json.loads(encode_transaction(transaction))["changes"][0]) == list(wire)
    assert decode_transaction(message(wire)) == transaction


def test_every_recorded_transaction_is_written_back_as_it_was() -> None:
    transactions = [entry["transaction"] for entry in recorded("transaction")]
    assert len(transactions) > 50
    for wire in transactions:
        written = encode_transaction(decode_transaction(json.dumps(wire)))
        assert same_json(json.loads(written)) == same_json(wire)


def test_every_recorded_cell_is_written_back_as_it_was() -> None:
    for entry in recorded("open"):
        assert same_json(cells_to_wire(decode_cells(entry["cells"]))) == same_json(entry["cells"])


@pytest.mark.parametrize("form", [bytes, bytearray, memoryview, bytes.decode, decode_json])
def test_json_is_taken_in_every_form_that_a_host_has_it_in(form: Any) -> None:
    wire = encode_json(message(CREATE, REORDER))
    assert decode_transaction(form(wire)) == decode_transaction(wire)


def test_a_transaction_is_returned_as_it_is() -> None:
    transaction = Transaction([])
    assert decode_transaction(transaction) is transaction


def test_the_builtins_that_marimos_msgspec_makes_are_taken_tuples_too() -> None:
    wire = MappingProxyType({"changes": ({**REORDER, "cellIds": ("a", "b")},), "source": "kernel"})
    assert decode_transaction(wire).changes == (ReorderCells(cell_ids=IDS),)


def test_what_marimo_leaves_out_has_marimos_default() -> None:
    bare = {"type": "create-cell", "cellId": "a", "code": "", "name": "_", "config": {}}
    transaction = decode_transaction({"changes": [bare], "source": "kernel"})
    assert transaction.changes == (CreateCell(cell_id=A, code="", name="_", config=DEFAULT_CONFIG),)
    assert transaction.version is None


def test_cells_of_the_default_config_share_one() -> None:
    wire = {"id": "a", "code": "", "name": "_", "config": {**CONFIG, "hide_code": False}}
    assert decode_cells([wire])[0].config is DEFAULT_CONFIG


# -- what is not known is kept -------------------------------------------------


def test_unknown_fields_are_kept_where_they_were() -> None:
    wire = message({**CREATE, "x": 1, "config": {**CONFIG, "y": [2]}}, z={"k": None}, extra=3)
    transaction = decode_transaction(wire)
    change = transaction.changes[0]
    assert isinstance(change, CreateCell)
    assert transaction.extra == (("z", {"k": None}), ("extra", 3))
    assert (change.extra, change.config.extra) == ((("x", 1),), (("y", [2]),))
    assert transaction_to_wire(transaction) == wire


def test_an_unknown_option_of_set_config_is_named_as_in_create_cell() -> None:
    wire = message({**SET_CONFIG, "futureKey": "v"})
    change = decode_transaction(wire).changes[0]
    assert isinstance(change, SetConfig)
    assert change.config.extra == (("future_key", "v"),)
    assert transaction_to_wire(transaction_of(change)) == wire


@pytest.mark.parametrize(
    "key",
    ["hide_code", "URLName", "_a", "a_z", "__a_", "A", "", "é_É", "extra", "config", "cell_id"],
)
def test_odd_names_of_options_come_back_as_they_came(key: str) -> None:
    wire = message({**SET_CONFIG, key: 1})
    assert transaction_to_wire(decode_transaction(wire)) == wire


def test_a_field_of_set_config_that_is_no_option_is_written_too() -> None:
    change = SetConfig(cell_id=A, config=DEFAULT_CONFIG, extra={"cause": "agent"})
    assert transaction_to_wire(transaction_of(change))["changes"][0]["cause"] == "agent"


def test_an_unknown_field_never_replaces_a_known_one() -> None:
    config = CellConfig(extra={"type": "set-code", "cell_id": "b", "column": 9})
    change = SetConfig(cell_id=A, config=config)
    wire = transaction_to_wire(transaction_of(change))["changes"][0]
    assert (wire["type"], wire["cellId"], wire["column"]) == ("set-config", "a", None)


def test_the_sender_cannot_change_what_was_decoded() -> None:
    wire = message(future={"list": [1]})
    transaction = decode_transaction(wire)
    wire["future"]["list"].append(2)
    transaction_to_wire(transaction)["future"]["list"].append(3)
    assert dict(transaction.extra) == {"future": {"list": [1]}}


# -- what is refused, and where ------------------------------------------------


@pytest.mark.parametrize(
    ("payload", "where", "what"),
    [
        (None, "$", "must be an object, not null"),
        ("[]", "$", "must be an object, not a list"),
        (5, "$", "must be an object, not an integer"),
        ({}, "source", "is missing"),
        ({"source": "s"}, "changes", "is missing"),
        (message(version=1.0), "version", "must be an integer, not a number with a fraction"),
        (message(version=True), "version", "must be an integer, not a boolean"),
        (message(source=None), "source", "must be text, not null"),
        ({"changes": "abc", "source": "s"}, "changes", "must be a list, not text"),
        ({"changes": {"a": 1}, "source": "s"}, "changes", "must be a list, not an object"),
        (message([]), "changes[0]", "must be an object, not a list"),
        (message({}), "changes[0].type", "is missing"),
        (message({"type": 3}), "changes[0].type", "must be text, not an integer"),
        (message({"type": []}), "changes[0].type", "must be text, not a list"),
        (message(SET_CODE, {"type": "set-code", "code": "x"}), "changes[1].cellId", "is missing"),
        (message({**SET_CODE, "code": None}), "changes[0].code", "must be text, not null"),
        (message({**SET_CODE, "cellId": 7}), "changes[0].cellId", "must be text, not an integer"),
        (message({**CREATE, "after": 1}), "changes[0].after", "must be text, not an integer"),
        (message({**CREATE, "config": None}), "changes[0].config", "must be an object, not null"),
        (message({**CREATE, "config": {"hide_code": 1}}), "changes[0].config.hide_code",
         "must be true or false, not an integer"),
        (message({**CREATE, "config": {"column": True}}), "changes[0].config.column",
         "must be an integer, not a boolean"),
        (message({**SET_CONFIG, "column": True}), "changes[0].column",
         "must be an integer, not a boolean"),
        (message({**SET_CONFIG, "hideCode": "yes"}), "changes[0].hideCode",
         "must be true or false, not text"),
        (message({**REORDER, "cellIds": "abc"}), "changes[0].cellIds", "must be a list, not text"),
        (message({**REORDER, "cellIds": ["a", None]}), "changes[0].cellIds[1]",
         "must be text, not null"),
    ],
)  # fmt: skip
def test_a_refusal_says_where_and_what(payload: Any, where: str, what: str) -> None:
    error = refusal(payload)
    assert (error.where, error.what) == (where, what)
    assert str(error) == f"{where}: {what}"


@pytest.mark.parametrize("key", ["column", "disabled", "hideCode", "expandOutput"])
def test_set_config_needs_each_of_the_four_options(key: str) -> None:
    wire = {name: value for name, value in SET_CONFIG.items() if name != key}
    assert str(refusal(message(wire))) == f"changes[0].{key}: is missing"


def test_an_unknown_change_is_refused_by_name_with_those_that_are_known() -> None:
    error = refusal(message(SET_CODE, {"type": "explode-cell"}))
    assert error.where == "changes[1].type"
    assert error.what == (
        "'explode-cell' is no change; these are: create-cell, delete-cell, move-cell, "
        "reorder-cells, set-code, set-name, set-config, set-app-config, set-header"
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b'{"version": NaN}',
        b'{"version": 1e999}',
        b"\xff\xfe",
        b'"\\ud800"',
        '"\ud800"',
        b"[" * 5000 + b"]" * 5000,
    ],
    ids=["empty", "nan", "infinite", "bytes", "escape", "surrogate", "deep"],
)
def test_what_is_not_json_is_refused(data: Any) -> None:
    # Releases of orjson differ in the words and in where exactly they point.
    assert re.match(r"character \d+: is not JSON: .", str(refusal(data)))


def test_what_is_not_json_is_refused_with_its_position() -> None:
    assert refusal(b'{"changes": [}').where == "character 14"


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (float("nan"), "must be a JSON value, not a number that is not finite"),
        (datetime.now(UTC), "must be a JSON value, not a Python datetime"),
        (b"x", "must be a JSON value, not a Python bytes"),
        (2**64, "must be an integer of at most 64 bits"),
        (["\ud800"], "holds half a surrogate pair, which UTF-8 has no form for"),
        ({1: 2}, "has an integer for the name of a field"),
    ],
)
def test_an_unknown_field_must_hold_json(value: Any, what: str) -> None:
    error = refusal(message({**SET_CODE, "future": value}))
    assert (error.where, error.what) == ("changes[0].future", what)


@pytest.mark.parametrize("version", [-(2**63), 2**64 - 1])
def test_integers_of_64_bits_come_back_as_they_came(version: int) -> None:
    transaction = Transaction([], version=version)
    assert decode_transaction(encode_transaction(transaction)) == transaction
    beyond = version - 1 if version < 0 else version + 1
    assert refusal(message(version=beyond)).what == "must be an integer of at most 64 bits"


def test_the_first_of_several_mistakes_is_told() -> None:
    wire = message(SET_CODE, {**SET_CODE, "cellId": 1, "code": 2}, {}, version="x")
    assert refusal(wire).where == "changes[1].cellId"


def test_names_of_unknown_fields_are_shown_short_and_on_one_line() -> None:
    assert len(str(refusal(message(**{"a" * 10**6: object()})))) < 200
    assert refusal(message(**{"a\nb": object()})).where == "['a\\nb']"
    assert str(refusal({**message(), 1: 2})) == "$: has an integer for the name of a field"


def test_a_value_that_contains_itself_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    assert str(refusal(message(x=loop))) == "x: is nested deeper than 100 levels"


def test_what_is_deep_enough_to_be_kept_can_be_written_back() -> None:
    deep: Any = 1
    for _ in range(100):
        deep = [deep]
    wire = message(x=deep)
    assert transaction_to_wire(decode_transaction(encode_json(wire))) == wire
    assert refusal(encode_json(message(x=[deep]))).where == "x"


def test_a_caller_deep_in_its_own_stack_gets_a_decode_error() -> None:
    deep: Any = 1
    for _ in range(90):
        deep = [deep]

    def dive(frames: int) -> Any:
        return dive(frames - 1) if frames else decode_transaction(message(x=deep))

    room = sys.getrecursionlimit() - len(inspect.stack(0))
    with pytest.raises(DecodeError, match="cannot be read: RecursionError"):
        dive(room - 60)


class Hostile(Mapping[str, Any]):
    """A mapping of a host's own that fails when it is read."""

    def __iter__(self) -> Iterator[str]:
        raise OSError("a lazy mapping lost its file")

    def __len__(self) -> int:
        return 3

    def __getitem__(self, key: str) -> Any:
        raise KeyError(key)


def test_a_mapping_that_raises_is_refused() -> None:
    assert str(refusal(Hostile())) == "$: cannot be read: OSError"
    assert refusal(message(Hostile())).where == "changes[0]"
    assert refusal(message(x=[Hostile()])).where == "x"


# -- cells ---------------------------------------------------------------------

CELL = {"id": "a", "code": "x", "name": "n", "config": CONFIG}


def test_cells_are_read_with_their_config() -> None:
    assert decode_cells([CELL]) == (Cell(A, "x", "n", CellConfig(hide_code=True)),)


@pytest.mark.parametrize("key", list(CELL))
def test_a_cell_needs_each_of_its_fields(key: str) -> None:
    wire = {name: value for name, value in CELL.items() if name != key}
    with pytest.raises(DecodeError, match=rf"\[1\]\.{key}: is missing"):
        decode_cells([CELL, wire])


def test_what_is_wrong_in_a_cell_has_its_place() -> None:
    with pytest.raises(DecodeError, match=r"^\[0\]\.config\.disabled: must be true or false"):
        decode_cells([{**CELL, "config": {"disabled": 0}}])
    with pytest.raises(DecodeError, match=r"^\$: must be a list, not text"):
        decode_cells("abc")


def test_encode_json_refuses_what_json_has_no_form_for() -> None:
    with pytest.raises(TypeError):
        encode_json(object())
