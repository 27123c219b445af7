"""Syncs of folders, shared by those who need one of the same folder at the same time."""

import threading
from collections.abc import Iterable
from typing import TypeAlias

from actors.storage.system_calls import UNSUPPORTED, SystemCalls

_Folder: TypeAlias = tuple[int, int]


class FolderSync:
    """Makes the names in folders durable, with one sync for many threads.

    A sync that is under way may have begun before the caller's rename, so it
    proves nothing for it. The caller waits for its end; then the first of those
    who came meanwhile syncs once for them all. So nobody waits for more than
    two syncs, and only for those of the folder itself.

    Nothing is kept for a folder that nobody syncs now.
    """

    def __init__(self, calls: SystemCalls) -> None:
        self._calls = calls
        self._lock = threading.Lock()
        # The folders in which a sync is under way or about to begin, each with
        # those whom the next one will be for.
        self._waiting: dict[_Folder, list[_Waiter]] = {}

    def sync(self, folder: int) -> None:
        """Return when what the caller has changed among the names in a folder is durable.

        Args:
            folder: Descriptor of the folder, opened before the change.

        Raises:
            OSError: when that is in doubt. Another sync would prove nothing.
        """
        status = self._calls.fstat(folder)
        key = (status.st_dev, status.st_ino)
        waiter = self._join(key)
        if waiter is None:
            self._sync_for([], key, folder)
        elif self._is_to_lead(waiter, key):
            self._sync_for(self._gather(key), key, folder)
        elif waiter.failure is not None:
            raise _in_doubt(waiter.failure)

    def _join(self, key: _Folder) -> "_Waiter | None":
        """Return who is to wait, or `None` when there is no sync to wait for."""
        with self._lock:
            waiting = self._waiting.get(key)
            if waiting is None:
                self._waiting[key] = []
                return None
            waiter = _Waiter()
            waiting.append(waiter)
            return waiter

    def _is_to_lead(self, waiter: "_Waiter", key: _Folder) -> bool:
        try:
            waiter.wait()
        except BaseException:  # an interrupt of the main thread
            self._leave(waiter, key)
            raise
        return waiter.leads

    def _gather(self, key: _Folder) -> list["_Waiter"]:
        """Return those whom the sync that begins now is for, besides its leader."""
        with self._lock:
            _, *followers = self._waiting[key]
            self._waiting[key] = []
        return followers

    def _sync_for(self, followers: list["_Waiter"], key: _Folder, folder: int) -> None:
        try:
            self._calls.fsync(folder)
        except OSError as error:
            # A file system without folders to sync (CIFS, some FUSE) says so
            # with these. Refusing to save there would help nobody.
            if error.errno not in UNSUPPORTED:
                self._fail(followers, key, error)
                raise _in_doubt(error) from error
        except BaseException:
            # Interrupted: it proved nothing. The next one is for them too.
            self._appoint_next(key, again=followers)
            raise
        self._appoint_next(key)
        for follower in followers:
            follower.wake()

    def _appoint_next(self, key: _Folder, again: Iterable["_Waiter"] = ()) -> None:
        with self._lock:
            waiting = self._waiting[key]
            waiting[:0] = again
            if not waiting:
                del self._waiting[key]
                return
            leader = waiting[0]
            leader.leads = True
        leader.wake()

    def _fail(self, followers: list["_Waiter"], key: _Folder, error: OSError) -> None:
        # Those too who came since it began: it may have been their names that
        # did not reach the disk, and Linux tells a descriptor of a failure only
        # when that was opened before it, as that of the next leader may not be.
        with self._lock:
            failed = followers + self._waiting.pop(key)
        for waiter in failed:
            waiter.failure = error
            waiter.wake()

    def _leave(self, waiter: "_Waiter", key: _Folder) -> None:
        with self._lock:
            waiting = self._waiting.get(key, [])
            if waiter in waiting:
                waiting.remove(waiter)
        if waiter.leads:
            self._appoint_next(key)


class _Waiter:
    """A thread that needs a sync; woken once, to lead one or to learn of its end."""

    __slots__ = ("_asleep", "failure", "leads")

    def __init__(self) -> None:
        self.leads = False
        self.failure: OSError | None = None
        self._asleep = threading.Lock()
        self._asleep.acquire()

    def wait(self) -> None:
        self._asleep.acquire()

    def wake(self) -> None:
        self._asleep.release()


def _in_doubt(error: OSError) -> OSError:
    # A new one for each thread: raising writes into an exception.
    return OSError(error.errno, f"{error.strerror}, so a power cut may undo what was done")
