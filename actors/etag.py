"""One state of a file, by which it is recognised later."""

import hashlib
from collections.abc import Hashable

import attrs


@attrs.frozen(weakref_slot=False)
class Etag:
    """One state of a file, by which it is recognised later."""

    sha256: str | None
    """SHA-256 of its text in hexadecimal; `None` when there is no file."""

    stamp: Hashable = None
    """What only this very state has: of a local file its device, inode, size and time.

    The store's own; nobody else looks into it. `None`: compare the text.
    """

    @classmethod
    def of(cls, data: bytes | None) -> "Etag":
        """Return the state of a file with this text, or of no file."""
        return cls(None if data is None else hashlib.sha256(data).hexdigest())
