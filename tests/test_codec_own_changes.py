"""The wire form of the two changes that are not marimo's."""

import json
from typing import Any

import pytest

from actors.codec import decode_transaction, encode_transaction, transaction_to_wire
from actors.errors import DecodeError
from actors.notebook import SetAppConfig, SetHeader, Transaction

OPTIONS = {"width": "full", "auto_download": ["html"], "new_one": {"deep": None}}


def message(change: Any) -> dict[str, Any]:
    return {"changes": [change], "source": "host", "version": None}


@pytest.mark.parametrize(
    ("change", "wire"),
    [
        (SetAppConfig(OPTIONS), {"type": "set-app-config", "config": OPTIONS}),
        (SetAppConfig(()), {"type": "set-app-config", "config": {}}),
        (SetHeader("# first\n"), {"type": "set-header", "header": "# first\n"}),
        (SetHeader(None), {"type": "set-header", "header": None}),
    ],
    ids=["options", "no options", "header", "no header"],
)
def test_a_change_of_ours_has_a_wire_form_both_ways(change: Any, wire: Any) -> None:
    transaction = Transaction([change])
    assert transaction_to_wire(transaction) == message(wire)
    assert json.loads(encode_transaction(transaction)) == message(wire)
    assert decode_transaction(message(wire)) == transaction


def test_options_are_the_changes_own_and_not_the_senders() -> None:
    wire = message({"type": "set-app-config", "config": {"auto_download": ["html"]}})
    change = decode_transaction(wire).changes[0]
    wire["changes"][0]["config"]["auto_download"].append("ipynb")
    assert change == SetAppConfig({"auto_download": ["html"]})
    transaction_to_wire(Transaction([change]))["changes"][0]["config"]["auto_download"].clear()
    assert change == SetAppConfig({"auto_download": ["html"]})


@pytest.mark.parametrize(
    ("change", "where", "what"),
    [
        ({"type": "set-header"}, "header", "is missing"),
        ({"type": "set-header", "header": 1}, "header", "must be text, not an integer"),
        ({"type": "set-app-config"}, "config", "is missing"),
        ({"type": "set-app-config", "config": None}, "config", "must be an object, not null"),
        ({"type": "set-app-config", "config": [["width", "full"]]}, "config",
         "must be an object, not a list"),
        ({"type": "set-app-config", "config": {"width": b"x"}}, "config.width",
         "must be a JSON value, not a Python bytes"),
    ],
)  # fmt: skip
def test_a_refused_change_of_ours_says_where_and_what(change: Any, where: str, what: str) -> None:
    with pytest.raises(DecodeError) as caught:
        decode_transaction(message(change))
    assert (caught.value.where, caught.value.what) == (f"changes[0].{where}", what)
