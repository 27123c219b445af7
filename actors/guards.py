"""What stands between a save and its file: its owner, and git at work."""

from collections.abc import Callable
from pathlib import Path

import attrs

from actors.holding import no_obstacle
from actors.owning import Owning
from actors.settings import Settings
from actors.storage import LocalStorage, Storage
from actors.storage.git import GitWatch
from actors.storage.ownership import Owner, Ownership
from actors.storage.state_folder import lock_folder


@attrs.frozen
class Guards:
    """Whom to ask before a file is saved. Files that are not this machine's have nobody."""

    owner: Owner
    """This process, as others are told of it."""

    owning: Owning
    obstacle: Callable[[Path], str | None]
    """Says why to wait with saving a file, if there is a reason. It blocks."""

    @classmethod
    def of(cls, storage: Storage, settings: Settings) -> "Guards":
        """Return the guards of a store's files."""
        owner = Owner.this_process()
        if not isinstance(storage, LocalStorage):
            return cls(owner, Owning(), no_obstacle)
        calls = storage.calls
        # A simulated process has an id of its own.
        owner = attrs.evolve(owner, pid=calls.getpid())
        ownership = Ownership(calls, owner, settings.lease_s, lock_folder())
        owning = Owning(ownership if settings.own_files else None)
        return cls(owner, owning, GitWatch(calls).obstacle)
