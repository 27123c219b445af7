import subprocess
import tempfile
import threading
from pathlib import Path

from actors import Autosave, Cell, Saved, SaverActor, SetCode, Transaction
from actors.types import CellId


# [git]
def git(folder: Path, *arguments: str) -> str:
    """Run git with settings of our own, nobody's hooks and nobody's keys."""
    command = ["git", "-C", str(folder)]
    for setting in (
        "user.name=Autosave",
        "user.email=autosave@example.org",
        "core.hooksPath=/dev/null",
        "commit.gpgSign=false",
    ):
        command += ["-c", setting]
    command += arguments
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


# [saver]
class CommittingSaver(SaverActor):
    """Commits a notebook after each durable save."""

    # Savers run at the same time, and git's index takes one at a time.
    index = threading.Lock()

    def after_save(self, saved: Saved) -> None:
        folder, name = saved.path.parent, saved.path.name
        with self.index:
            git(folder, "add", "--", name)
            if git(folder, "status", "--porcelain", "--", name):
                git(folder, "commit", "-m", f"{name}: version {saved.version}", "--", name)


# [use]
CELL = CellId("a")
with tempfile.TemporaryDirectory() as temporary:
    repository = Path(temporary)
    git(repository, "init")
    with Autosave(saver=CommittingSaver) as autosave:
        notebook = autosave.open(repository / "analysis.py", cells=[Cell(CELL, "")])
        for code in ("x = 1", "x = 1", "x = 2"):
            notebook.submit(Transaction([SetCode(CELL, code)], "code-mode")).wait(timeout=5)
    print(git(repository, "log", "--reverse", "--format=%s"), end="")
# [end]
