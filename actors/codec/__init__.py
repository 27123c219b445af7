"""JSON <-> messages: the wire form of marimo's notebook transactions.

The only importer of cattrs and orjson. Everything that is wrong with a
message is one `actors.errors.DecodeError`, which says where and what.
"""

from actors.codec.json_values import decode_json, encode_json
from actors.codec.transactions import (
    cells_to_wire,
    decode_cells,
    decode_transaction,
    encode_transaction,
    transaction_to_wire,
)

__all__ = [
    "cells_to_wire",
    "decode_cells",
    "decode_json",
    "decode_transaction",
    "encode_json",
    "encode_transaction",
    "transaction_to_wire",
]
