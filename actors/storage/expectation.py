"""In which state a file is, and whether it may be replaced in that state."""

import hashlib
import os
from collections.abc import Collection, Hashable
from pathlib import Path

import attrs

from actors.errors import ChangedError
from actors.storage.failure import shown
from actors.storage.place import Place, read_all, refuse_irregular
from actors.storage.protocol import Etag
from actors.storage.stamp import Stamp, stamp_of
from actors.storage.system_calls import SystemCalls


@attrs.frozen
class Expectation:
    """What a file may hold when a text is put into it."""

    path: Path
    """The file, for the message."""

    sha256: str
    """Of the text that is to be put there, which is as expected where it is already."""

    etags: Collection[Etag] | None
    """The states that the file may be in; `None` for any."""

    @property
    def stamps(self) -> list[Hashable]:
        """By which the states are recognised."""
        return [] if self.etags is None else [etag.stamp for etag in self.etags]

    def is_another_text(self, found: os.stat_result) -> bool:
        """Whether a file in this state is known, without reading it, to lack the new text."""
        if not self.etags:
            return False
        stamp = stamp_of(found)
        return any(etag.stamp == stamp and etag.sha256 != self.sha256 for etag in self.etags)

    def seen(self, calls: SystemCalls, place: Place) -> Stamp | None:
        """Return the state that a file is in, when it may be replaced in it.

        Raises:
            ChangedError: when it may not.
        """
        if place.found is None:
            return None
        stamp = stamp_of(place.found)
        if self.etags is None:
            return stamp
        for etag in self.etags:
            if etag.stamp == stamp:
                return stamp
        return self.seen_by_text(calls, place)

    def seen_by_text(self, calls: SystemCalls, place: Place) -> Stamp:
        """Return the state that a file is in, when its text may be replaced.

        Raises:
            ChangedError: when it may not.
        """
        with place.opened(calls) as fd:
            status = calls.fstat(fd)
            refuse_irregular(status)
            self.check_text(read_all(calls, fd))
            # Whoever wrote it may not have: after a power cut it would else be torn
            # under the temporary name, and be taken for one that nobody knows.
            calls.fsync(fd)
        return stamp_of(status)

    def check_text(self, text: bytes) -> None:
        """Raise `ChangedError` unless this text may be replaced."""
        if self.etags is None:
            return
        sha256 = hashlib.sha256(text).hexdigest()
        if sha256 != self.sha256 and all(etag.sha256 != sha256 for etag in self.etags):
            raise self.changed()

    def changed(self) -> ChangedError:
        """Return the error that the file is in a state in which it is not replaced."""
        return ChangedError(
            f"cannot save {shown(self.path)}: another program has changed it; "
            "it was left alone, so read it and merge"
        )
