"""The codec under anything at all: what Hypothesis finds of it must hold."""

import copy
import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actors.codec import decode_transaction, encode_json, encode_transaction, transaction_to_wire
from actors.codec.wire import other_case
from actors.errors import DecodeError
from actors.notebook import (
    CellConfig,
    CreateCell,
    DeleteCell,
    MoveCell,
    ReorderCells,
    SetAppConfig,
    SetCode,
    SetConfig,
    SetHeader,
    SetName,
    Transaction,
)
from actors.types import CellId

RECORDING = Path(__file__).parent / "data" / "recordings" / "weather.ndjson"

BY_HAND = {
    "changes": [
        {"type": "move-cell", "cellId": "a", "before": "b", "after": None},
        {
            "type": "set-config",
            "cellId": "a",
            "column": 2,
            "disabled": True,
            "hideCode": False,
            "expandOutput": True,
        },
        {"type": "set-app-config", "config": {"width": "full", "auto_download": ["html"]}},
        {"type": "set-header", "header": None},
    ],
    "source": "host",
    "version": None,
}
REAL = [BY_HAND] + [
    json.loads(line)["transaction"]
    for line in RECORDING.read_text("utf-8").splitlines()
    if '"op": "transaction"' in line
]


def same_json(value: Any) -> str:
    """Equal for equal JSON; Python's `==` takes `True` for `1`, JSON does not."""
    return json.dumps(value, sort_keys=True)


bounded = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # no deadline: a busy machine is no failure

names = st.text(max_size=6)
ids = names.map(CellId)
keys = names | st.sampled_from(["futureKey", "future_key", "extra", "_a", "A", "changes", "code"])
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | names
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
objects = st.sampled_from(
    [object(), b"x", {1}, 1j, ..., float("inf"), 2**99, {2: 3}, "\ud9ab", int]
)


def extras(*known: str) -> st.SearchStrategy[Any]:
    unknown = keys.filter(lambda key: key not in known)
    return st.dictionaries(unknown, values, max_size=2).map(lambda fields: tuple(fields.items()))


def changes_of(cls: Any, *known: str, **fields: Any) -> st.SearchStrategy[Any]:
    return st.builds(cls, cell_id=ids, extra=extras("type", "cellId", *known), **fields)


configs = st.builds(
    CellConfig, st.none() | st.integers(-9, 9), st.booleans(), st.booleans(), st.booleans(),
    # `set-config` has its own fields in the same object: no option can have their names.
    extra=extras("column", "disabled", "hide_code", "expand_output", "type", "cell_id"),
)  # fmt: skip
anchors = {"before": st.none() | ids, "after": st.none() | ids}
changes = st.one_of(
    changes_of(CreateCell, "code", "name", "config", "before", "after",
               code=names, name=names, config=configs, **anchors),
    changes_of(DeleteCell),
    changes_of(MoveCell, "before", "after", **anchors),
    st.builds(ReorderCells, cell_ids=st.lists(ids), extra=extras("type", "cellIds")),
    changes_of(SetCode, "code", code=names),
    changes_of(SetName, "name", name=names),
    st.builds(SetConfig, cell_id=ids, config=configs),
    st.builds(SetAppConfig, config=extras(), extra=extras("type", "config")),
    st.builds(SetHeader, header=st.none() | names, extra=extras("type", "header")),
)  # fmt: skip
transactions = st.builds(
    Transaction, st.lists(changes, max_size=4), names, st.none() | st.integers(0, 2**64 - 1),
    extras("changes", "source", "version"),
)  # fmt: skip


def nodes(value: Any) -> list[tuple[Any, Any]]:
    """Return every place in a JSON value, as a container and a key."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    found = [(value, key) for key, _ in inner]
    containers = [value[key] for _, key in found if isinstance(value[key], dict | list)]
    return found + [node for container in containers for node in nodes(container)]


@st.composite
def mutated(draw: Any, replacements: st.SearchStrategy[Any]) -> Any:
    """Draw a real message in which something is gone, replaced or added."""
    wire = copy.deepcopy(draw(st.sampled_from(REAL)))
    for _ in range(draw(st.integers(1, 3))):
        container, key = draw(st.sampled_from(nodes(wire)))
        action = draw(st.sampled_from(["drop", "replace", "add"]))
        if action == "replace":
            container[key] = draw(replacements)
        elif action == "add" and isinstance(container, dict):
            container[draw(keys)] = draw(replacements)
        elif len(nodes(wire)) > 1:
            del container[key]
    return wire


def outcome(payload: Any) -> Transaction | DecodeError:
    try:
        return decode_transaction(payload)
    except DecodeError as error:
        return error


def decodes_or_is_refused(payload: Any) -> None:
    result = outcome(payload)
    if isinstance(result, DecodeError):
        assert result.where
        assert "\n" not in str(result)
    else:
        assert decode_transaction(encode_transaction(result)) == result


@bounded
@given(transactions)
def test_to_encode_and_decode_is_the_identity(transaction: Transaction) -> None:
    decoded = decode_transaction(encode_transaction(transaction))
    assert decoded == transaction
    assert repr(transaction_to_wire(decoded)) == repr(transaction_to_wire(transaction))


@bounded
@given(st.binary() | st.text() | values.map(encode_json))
def test_any_bytes_and_texts_decode_or_are_refused(data: Any) -> None:
    decodes_or_is_refused(data)


@bounded
@given(values | objects)
def test_any_value_decodes_or_is_refused(value: Any) -> None:
    decodes_or_is_refused(value)


@bounded
@given(mutated(values))
def test_a_real_message_gone_wrong_decodes_or_is_refused(wire: Any) -> None:
    decodes_or_is_refused(wire)
    decodes_or_is_refused(encode_json(wire))


@bounded
@given(mutated(values | objects))
def test_python_objects_in_a_message_decode_or_are_refused(wire: Any) -> None:
    decodes_or_is_refused(wire)


@bounded
@given(st.sampled_from(REAL), st.data())
def test_a_message_with_unknown_fields_is_written_back_as_it_was(wire: Any, data: Any) -> None:
    wire = copy.deepcopy(wire)
    configs = [change["config"] for change in wire["changes"] if "config" in change]
    for known in [wire, *wire["changes"], *configs]:
        unknown = data.draw(st.dictionaries(keys, values, max_size=2))
        known |= {key: value for key, value in unknown.items() if key not in known}
    written = encode_transaction(decode_transaction(encode_json(wire)))
    assert same_json(json.loads(written)) == same_json(wire)


@bounded
@given(names | st.from_regex(r"[A-Ca-c_]*"))
def test_the_other_case_of_the_other_case_is_the_name(name: str) -> None:
    assert other_case(other_case(name)) == name
