"""How a new file gets its name: never in place of a text that nobody has looked at."""

import errno
import os
import random
import stat
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import attrs

from actors.errors import ChangedError
from actors.storage.expectation import Expectation
from actors.storage.place import Place
from actors.storage.stamp import Stamp, stamp_of
from actors.storage.system_calls import UNSUPPORTED, SystemCalls

_TRIES = 10
"""So often a file may come and go while it is saved."""


@attrs.define
class Putting:
    """Gives a temporary file the name of the file that it replaces.

    Where the system can (Linux and its own file systems; macOS), both exchange
    their names in one step. What was replaced is then under the temporary name,
    and is looked at there: at no moment could a text be lost that another program
    put there. Elsewhere it is looked at just before the rename, and what comes
    between these two calls is lost.

    Not noticed: a program that opened the old file before, without emptying it,
    and writes into it afterwards.
    """

    calls: SystemCalls
    place: Place
    name: str
    """Of the temporary file."""

    expectation: Expectation
    seen: Stamp | None
    """The state that was found at `place`; `None` for no file."""

    without_exchange: set[int]
    """The devices that are known not to do it."""

    _may_be_exchanged: bool = attrs.field(default=False, init=False)

    def put(self, own: Stamp) -> None:
        """Make the temporary file the file at `place`; nothing is left under its name.

        Args:
            own: The state of the temporary file.

        Raises:
            ChangedError: when something else is there. It is there still.
            OSError: as the system calls. Let `clear` follow.
        """
        if self.expectation.etags is None:
            self._rename(self.calls.replace)
            return
        is_new = self.seen is None
        for _ in range(_TRIES):
            try:
                exchanged = not is_new and self._exchange(own)
                if not exchanged:
                    self._put_new() if is_new else self._put_over()
            except FileExistsError:
                is_new = False
            except FileNotFoundError:
                is_new = True
            else:
                if exchanged:
                    self._look_at_what_came_out(own)
                return
        raise self.expectation.changed()

    def clear(self, fd: int) -> None:
        """Remove the temporary file after a failure, as far as possible; it never fails.

        Args:
            fd: The temporary file.
        """
        with suppress(OSError, ChangedError):
            if self._may_be_exchanged:
                out, own = stamp_of(self._status(self.name)), stamp_of(self.calls.fstat(fd))
                if out[:2] != own[:2]:
                    self._look_at_what_came_out(own)
                    return
            self.calls.unlink(self.name, dir_fd=self.place.folder)

    def _status(self, name: str) -> os.stat_result:
        return self.calls.stat(name, dir_fd=self.place.folder, follow_symlinks=False)

    def _rename(self, call: Callable[..., None]) -> None:
        folder = self.place.folder
        call(self.name, self.place.name, src_dir_fd=folder, dst_dir_fd=folder)

    def _put_new(self) -> None:
        try:
            self._rename(self.calls.rename_exclusive)
        except OSError as error:
            if error.errno not in UNSUPPORTED:
                raise
            self._put_new_by_link()

    def _put_new_by_link(self) -> None:
        try:
            self._rename(partial(self.calls.link, follow_symlinks=False))
        except OSError as error:
            if error.errno not in UNSUPPORTED | {errno.EPERM}:
                raise
        else:
            self.calls.unlink(self.name, dir_fd=self.place.folder)
            return
        try:
            self._status(self.place.name)
        except FileNotFoundError:
            self._rename(self.calls.replace)
        else:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))

    def _exchange(self, own: Stamp) -> bool:
        """Exchange the names of both files; return whether that can be done here."""
        if own[0] in self.without_exchange:
            return False
        self._may_be_exchanged = True
        try:
            self._rename(self.calls.exchange)
        except OSError as error:
            if error.errno not in UNSUPPORTED:
                raise
            self._may_be_exchanged = False
            self.without_exchange.add(own[0])
            return False
        return True

    def _put_over(self) -> None:
        self._check(self.place.name)
        self._rename(self.calls.replace)

    def _look_at_what_came_out(self, own: Stamp) -> None:
        try:
            self._check(self.name)
        except FileNotFoundError:
            return  # cleared away by another process, which looked at it first
        except BaseException:
            self._give_back(own)
            raise
        with suppress(OSError):  # litter is harmless, and the save is done
            self.calls.unlink(self.name, dir_fd=self.place.folder)

    def _give_back(self, own: Stamp) -> None:
        try:
            self._rename(self.calls.exchange)
        except FileNotFoundError:  # the new file was removed at once
            self._rename(self.calls.rename_exclusive)
            return
        if stamp_of(self._status(self.name)) == own:
            self.calls.unlink(self.name, dir_fd=self.place.folder)
            return
        # Somebody has written into the new file already. Two texts of others, one
        # name: the later one is put where people look, and no sweep does.
        kept = f"{self.place.name}.{random.getrandbits(32):08x}.kept"
        folder = self.place.folder
        self.calls.rename_exclusive(self.name, kept, src_dir_fd=folder, dst_dir_fd=folder)

    def _check(self, name: str) -> None:
        """Raise `ChangedError` unless this is the file that was seen, or has its text."""
        status = self._status(name)
        if stamp_of(status) == self.seen:
            return
        if not stat.S_ISREG(status.st_mode):
            raise self.expectation.changed()
        self.expectation.seen_by_text(self.calls, attrs.evolve(self.place, name=name))
