"""What a load test is asked to do."""

import math
from pathlib import Path
from typing import Literal, TypeAlias

import attrs

from actors.errors import AutosaveError

StorageKind: TypeAlias = Literal["local", "memory"]

MAX_SESSIONS = 8_999_999
"""The number of a notebook has seven digits, in each of its cells."""

MAX_EDIT_BYTES = 2**30
"""What the edits of one notebook may take together: they are made before they are sent."""

BYTES_OF_EDIT = 700
BYTES_OF_ID = 9
"""About what an edit takes as JSON, and each cell's id in the whole order that comes with it."""


class PlanError(AutosaveError):
    """A load test cannot be done so; nothing was begun. Its text says what to change."""


def _storage_kind(word: str) -> StorageKind:
    kinds: dict[str, StorageKind] = {"local": "local", "memory": "memory"}
    if word not in kinds:
        raise PlanError(f"storage must be local or memory, not {word!r}")
    return kinds[word]


@attrs.frozen(kw_only=True)
class Plan:
    """The size of a load test.

    Raises:
        PlanError: when a value makes no sense.
    """

    sessions: int = 1_000
    """Notebooks that are open at the same time."""

    edits: int = 10
    """Edits to each active notebook. With 0, notebooks are opened and must stay as they are."""

    cells: int = 10
    """Cells that each notebook begins with."""

    rate: float | None = None
    """Edits a second, of all clients together, sent when their time has come and not when
    the one before is durable. `None`: as fast as they become durable."""

    active: int | None = None
    """Notebooks that are edited; `None` is all of them."""

    seed: int = 1
    """Makes the edits, their order and the pauses."""

    folder: Path | None = None
    """Where the temporary folder is made; `None` is the system's place for such."""

    storage: StorageKind = attrs.field(default="local", converter=_storage_kind)
    """`"memory"` puts and reads the texts through the storage, and touches no file."""

    threads: int = 4
    """Client threads; every second one of them runs an event loop."""

    gc_freeze: bool = False
    """Call `gc.freeze()` after opening."""

    in_flight: int = 128
    """Without a rate: bursts of edits that wait to become durable, in all clients together,
    each to another notebook."""

    stall_s: float = 60.0
    """Give up waiting for receipts when none was settled for so long."""

    def __attrs_post_init__(self) -> None:
        self._at_least("sessions", 1)
        self._at_least("edits", 0)
        self._at_least("cells", 1)
        self._at_least("threads", 1)
        self._at_least("in_flight", 1)
        if self.sessions > MAX_SESSIONS:
            raise PlanError(f"sessions must be {MAX_SESSIONS} or fewer, not {self.sessions}")
        if self.active is not None and not 0 <= self.active <= self.sessions:
            raise PlanError(f"active must be from 0 to {self.sessions} sessions, not {self.active}")
        if self.rate is not None and not (self.rate > 0 and math.isfinite(self.rate)):
            raise PlanError(f"rate must be more than 0 edits a second, not {self.rate}")
        if self.edits * self.bytes_of_edit > MAX_EDIT_BYTES:
            raise PlanError(
                f"{self.edits} edits of {self.cells} cells take more than 1 GB of memory; "
                "use fewer of either, or more sessions"
            )
        if self.folder is not None and not self.folder.is_dir():
            raise PlanError(f"{self.folder}: there is no such folder; make it first")

    @property
    def active_sessions(self) -> int:
        """How many notebooks are edited."""
        return self.sessions if self.active is None else self.active

    @property
    def edits_in_all(self) -> int:
        """How many edits are sent when nothing comes in between."""
        return self.active_sessions * self.edits

    @property
    def bytes_of_edit(self) -> int:
        """About what one edit takes as JSON."""
        return BYTES_OF_EDIT + BYTES_OF_ID * self.cells

    @property
    def pacing(self) -> str:
        """How the edits are sent, in words."""
        if self.rate is None:
            return f"closed loop, {self.in_flight} bursts under way at most"
        return f"open loop, {self.rate:g} edits/s"

    def _at_least(self, name: str, least: int) -> None:
        if getattr(self, name) < least:
            raise PlanError(f"{name} must be {least} or more, not {getattr(self, name)}")
