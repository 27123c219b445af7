"""An `Autosave` in which time passes when a test says so, with all that it keeps in memory."""

import attrs

from actors import Alert, Autosave, Merged, SaverActor, Settings
from actors.storage import MemoryArchive, MemoryStorage
from actors.storage.archive import Limits
from actors.testing import SimulatedRuntime


class Noting(MemoryArchive):
    """An archive that notes what it was told to commit, by the names of the types."""

    def __init__(self, **options):
        super().__init__(**options)
        self.committed: list[str] = []

    def commit(self, changes):
        changes = list(changes)
        self.committed += [type(change).__name__ for change in changes]
        return super().commit(changes)


class Scene:
    """One host after the other, on the same files and the same archive."""

    def __init__(self, files=None, **settings):
        self.settings = Settings(**{"drain_timeout_s": 1, "retry_max_s": 1} | settings)
        self.storage = files or MemoryStorage()
        self.archive = Noting(limits=Limits.of(self.settings), now=self._now)
        self.heard: list[object] = []
        self.start()

    def start(self, saver=SaverActor):
        """Begin another host; the one before it was stopped, or is dead."""
        self.runtime = SimulatedRuntime()
        now = self.runtime.clock.monotonic
        self.autosave = Autosave(
            self.settings,
            runtime=self.runtime,
            storage=self.storage,
            archive=self.archive,
            saver=lambda parts: saver(attrs.evolve(parts, time=now)),
        )
        self.autosave.start()
        self.autosave.subscribe(self.heard.append)

    def mend(self):
        """Let the disk work from now on."""
        self.storage._failures.clear()

    def start_again(self):
        """Begin another host on a disk that works."""
        self.mend()
        self.heard.clear()
        self.start()

    def _now(self):
        return self.runtime.clock.monotonic()

    def submit(self, notebook, transaction):
        """Submit and let everything happen that takes no time."""
        receipt = notebook.submit(transaction)
        self.runtime.run_until_idle()
        return receipt

    def wait(self, seconds):
        self.runtime.run_until_idle()
        self.runtime.advance(seconds)

    def drafts(self):
        """Return the texts of the drafts, by their ids."""
        return {
            each.id: self.archive.draft_text(each.id).decode() for each in self.archive.drafts()
        }

    def titles(self):
        return [event.title for event in self.heard if isinstance(event, Alert)]

    def merges(self):
        return [event for event in self.heard if isinstance(event, Merged)]
