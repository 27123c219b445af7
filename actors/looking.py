"""What a saver does when its host has heard that somebody touched the file."""

from collections.abc import Callable
from pathlib import Path

import attrs
from loguru import logger

from actors.errors import StorageError
from actors.foreign import ForeignChanges
from actors.messages import FileSeen, SaverMessage
from actors.receipt import Deferred, Outcome, Receipt
from actors.runtime import Runnable
from actors.saver_parts import SaverParts
from actors.storage import Storage
from actors.types import Mailbox


@attrs.define
class Looking:
    """Takes another program's change of one notebook's file in without a save."""

    parts: SaverParts
    foreign: ForeignChanges
    in_bulkhead: Callable[[Runnable], object]
    """Does file work, in order with the notebook's other file work."""

    mailbox: Callable[[], Mailbox[SaverMessage]]
    """The saver's own."""

    _reading: int = 0

    @property
    def is_under_way(self) -> bool:
        """Whether the answer of a look is awaited."""
        return self._reading > 0

    def begin(self, receipt: Receipt) -> None:
        """Have the file read, unless a save compares it anyway."""
        ledger = self.parts.ledger
        if (reason := ledger.why_never_saved()) is not None:
            receipt.settle(Deferred(reason))
        elif ledger.path is None or ledger.is_due:
            ledger.flush(receipt)
        else:
            self._reading += 1
            self.in_bulkhead(_Reading(receipt, ledger.path, self.parts.storage, self.mailbox()))

    def end(self, message: FileSeen) -> None:
        """Take in what was read, unless a save has to come first by now."""
        ledger = self.parts.ledger
        self._reading = max(0, self._reading - 1)  # it may be a predecessor's that crashed
        if ledger.is_due or message.path != ledger.path:
            self.begin(message.receipt)
        else:
            message.receipt.settle(self._taken_in(message))

    def _taken_in(self, seen: FileSeen) -> Outcome:
        ledger, file = self.parts.ledger, self.parts.ledger.file
        if seen.trouble is not None:
            return Deferred(seen.trouble)
        if seen.data is None:
            return Deferred(f"{seen.path} is not there; the next save makes it again")
        if file.is_expected(seen.data):
            file.came_back()
            return ledger.standing()
        reason = self.foreign.take_in(seen.path, seen.data, saves=False)
        if reason is not None:
            logger.info("another program's text is left alone: {}", reason)
            return Deferred(reason)
        return ledger.standing()


@attrs.frozen
class _Reading:
    """The file work of a look."""

    receipt: Receipt
    path: Path
    storage: Storage
    reply_to: Mailbox[FileSeen]

    def run(self) -> None:
        """Read, on whatever thread this is, and tell what there is: one message."""
        self.reply_to.tell(self._seen())

    def _seen(self) -> FileSeen:
        try:
            return FileSeen(self.receipt, self.path, self.storage.read(self.path))
        except StorageError as error:
            return FileSeen(self.receipt, self.path, trouble=str(error))
        except BaseException as error:  # noqa: BLE001 - a user's own storage may raise anything
            logger.exception("what reads a file raised what it should not")
            return FileSeen(self.receipt, self.path, trouble=f"the storage raised {error!r}")
