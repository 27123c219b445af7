"""When drafts cannot be kept either: one alert for the whole host."""

from actors.events import Alert
from actors.types import NotebookId


class Outage:
    """Knows whose work is in memory only, and who was told.

    A large draft may fail again and again on a disk that has room for small
    ones. So an alert stands until each draft that failed was kept, or its work
    is in a file. Meanwhile another notebook is told only if some draft was kept
    since, for then it is another outage.
    """

    def __init__(self) -> None:
        self._unkept: set[NotebookId] = set()
        self._told: dict[NotebookId, None] = {}  # in order
        self._was_kept = False

    def failed(self, notebook: NotebookId, reason: str) -> list[Alert]:
        """Take note of a draft that failed."""
        is_news = not self._unkept or (self._was_kept and notebook not in self._unkept)
        self._unkept.add(notebook)
        if not is_news:
            return []
        self._was_kept = False
        self._told[notebook] = None
        text = (
            f"{reason}. Unsaved work of this server is in memory only: do not stop it. "
            "Make room in the state directory, or check its permissions."
        )
        return [Alert.escaped("Drafts cannot be kept", text, "danger", notebook)]

    def kept(self, notebook: NotebookId) -> list[Alert]:
        """Take note of a draft that was kept."""
        self._was_kept = True
        return self.safe(notebook)

    def safe(self, notebook: NotebookId) -> list[Alert]:
        """Take note of a notebook that nothing can be lost of."""
        if notebook not in self._unkept:
            return []
        self._unkept.remove(notebook)
        if self._unkept:
            return []
        (first, *others), self._told = self._told, {}
        text = "What was in memory only is now in a draft, or in its file."
        return [Alert.escaped("No work is in memory only", text, None, first, tuple(others))]
