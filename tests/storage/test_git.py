"""What git is doing where a notebook is: known from real repositories, without running git."""

import errno
import itertools
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from actors.storage.git import KNOWN_FOR_S, GitWatch
from actors.storage.system_calls import SystemCalls
from actors.testing import Fault, SimulatedDisk

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

# No configuration of the user's, no editor, no pager.
ENVIRONMENT = {
    "PATH": os.environ.get("PATH", ""),
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "ana",
    "GIT_AUTHOR_EMAIL": "ana@example.org",
    "GIT_COMMITTER_NAME": "ana",
    "GIT_COMMITTER_EMAIL": "ana@example.org",
    "GIT_EDITOR": "true",
}


class Repository:
    """A repository in which `main` and `side` have changed the same line of a notebook."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notebook = folder / "notebooks" / "nb.py"
        self.notebook.parent.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit("x = 0\n")
        self.git("switch", "--quiet", "--create", "side")
        self.commit("x = 1\n")
        self.git("switch", "--quiet", "main")
        self.commit("x = 2\n")

    def git(self, *words: str, fails: bool = False) -> None:
        command = ["git", *words]
        done = subprocess.run(
            command, cwd=self.folder, env=ENVIRONMENT, capture_output=True, check=False
        )
        assert (done.returncode != 0) == fails, done.stderr

    def commit(self, text: str) -> None:
        self.notebook.write_text(text)
        self.git("add", ".")
        self.git("commit", "--quiet", "--message", text)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "work")


@pytest.fixture
def obstacle() -> Callable[[Path], str | None]:
    # Each look comes much later than the one before.
    days = itertools.count(time.time(), 86_400.0)
    return GitWatch(SystemCalls(time=lambda: next(days))).obstacle


@needs_git
@pytest.mark.parametrize(
    ("words", "what", "end"),
    [
        (["rebase", "side"], "a rebase is under way", ["rebase", "--abort"]),
        (["rebase", "--apply", "side"], "a rebase or `git am`", ["rebase", "--abort"]),
        (["merge", "side"], "a merge is under way", ["merge", "--abort"]),
        (["cherry-pick", "side"], "a cherry-pick is under way", ["cherry-pick", "--abort"]),
        (["revert", "HEAD~1"], "a revert is under way", ["revert", "--abort"]),
    ],
)
def test_what_stops_at_a_conflict_is_seen_until_it_is_ended(repository, obstacle, words, what, end):
    if words[0] == "revert":
        repository.commit("x = 3\n")
    assert obstacle(repository.notebook) is None
    repository.git(*words, fails=True)
    assert obstacle(repository.notebook).startswith(what)
    repository.git(*end)
    assert obstacle(repository.notebook) is None


@needs_git
def test_git_at_work_is_seen_by_its_lock(repository, obstacle):
    lock = repository.folder / ".git" / "index.lock"
    lock.touch()
    assert obstacle(repository.notebook) == f"git is at work: {lock} exists"
    lock.unlink()
    assert obstacle(repository.notebook) is None


@needs_git
def test_a_worktree_has_its_own_obstacles(repository, obstacle):
    repository.git("worktree", "add", "--quiet", "../other", "side")
    elsewhere = repository.folder.parent / "other" / "notebooks" / "nb.py"
    (repository.folder / ".git" / "worktrees" / "other" / "index.lock").touch()
    assert "worktrees/other/index.lock" in obstacle(elsewhere)
    assert obstacle(repository.notebook) is None


@needs_git
def test_a_submodule_has_its_own_obstacles(repository, obstacle, tmp_path):
    Repository(tmp_path / "part")
    allowed = ["-c", "protocol.file.allow=always"]
    repository.git(*allowed, "submodule", "--quiet", "add", os.fspath(tmp_path / "part"), "part")
    notebook = repository.folder / "part" / "notebooks" / "nb.py"
    assert obstacle(notebook) is None
    lock = repository.folder / ".git" / "modules" / "part" / "index.lock"
    lock.touch()
    assert obstacle(notebook) == f"git is at work: {lock} exists"
    assert obstacle(repository.notebook) is None


@needs_git
def test_a_repository_that_is_made_or_moved_later_is_seen(tmp_path, obstacle):
    notebook = tmp_path / "work" / "notebooks" / "nb.py"
    assert obstacle(notebook) is None
    repository = Repository(tmp_path / "work")
    (repository.folder / ".git" / "index.lock").touch()
    assert obstacle(notebook) is not None
    shutil.rmtree(repository.folder / ".git")
    assert obstacle(notebook) is None


def test_the_innermost_repository_counts():
    disk = SimulatedDisk()
    disk.external.make_folder("/a/.git/index.lock")
    disk.external.make_folder("/a/b/.git")
    watch = GitWatch(disk.calls())
    assert watch.obstacle(Path("/a/b/nb.py")) is None
    assert watch.obstacle(Path("/a/nb.py")) == "git is at work: /a/.git/index.lock exists"


def test_the_root_of_the_file_system_may_be_a_repository():
    disk = SimulatedDisk()
    disk.external.make_folder("/.git/rebase-merge")
    disk.external.make_folder("/a/b")
    watch = GitWatch(disk.calls())
    for path in ("/nb.py", "/a/nb.py", "/a/b/nb.py"):
        assert watch.obstacle(Path(path)) == "a rebase is under way: /.git/rebase-merge exists"


def test_it_is_not_looked_for_on_another_file_system():
    disk = SimulatedDisk()
    disk.external.make_folder("/.git/rebase-merge")
    disk.external.make_folder("/mnt/a")
    asked = []

    def stat(path: str) -> os.stat_result:
        found = list(disk.external.stat(path))
        found[2] += path.startswith("/mnt")  # its device
        return os.stat_result(found)

    def access(path: str, mode: int) -> bool:
        asked.append(path)
        return False

    assert GitWatch(SystemCalls(stat=stat, access=access)).obstacle(Path("/mnt/a/nb.py")) is None
    assert asked == ["/mnt/a/.git", "/mnt/.git"]


@pytest.mark.parametrize("text", [b"", b"gitdir: /nowhere\n", b"\xff", b"not one\n"])
def test_a_git_file_that_points_nowhere_is_no_obstacle(text):
    disk = SimulatedDisk()
    disk.external.make_folder("/a")
    disk.external.write("/a/.git", text)
    assert GitWatch(disk.calls()).obstacle(Path("/a/nb.py")) is None


def test_what_cannot_be_looked_at_is_no_obstacle():
    disk = SimulatedDisk()
    disk.external.make_folder("/a/.git/index.lock")
    watch = GitWatch(disk.calls())
    assert watch.obstacle(Path("/a\0/nb.py")) is None
    assert watch.obstacle(Path("/none/nb.py")) is None
    disk.pass_time(KNOWN_FOR_S)
    disk.before = lambda call: Fault(error=errno.EIO) if call.name == "stat" else None
    assert watch.obstacle(Path("/a/nb.py")) is None


@pytest.fixture
def disk():
    disk = SimulatedDisk()
    disk.external.make_folder("/a/b")
    return disk


def asked(disk, watch):
    names: list[str] = []
    disk.before = lambda call: names.append(call.name)
    assert watch.obstacle(Path("/a/b/nb.py")) is None
    disk.before = None
    return names


def test_outside_of_a_repository_it_is_looked_for_once_a_second(disk):
    watch = GitWatch(disk.calls())
    assert asked(disk, watch)[-3:] == ["access"] * 3
    assert asked(disk, watch) == []
    disk.external.make_folder("/a/.git/MERGE_HEAD")
    disk.pass_time(KNOWN_FOR_S)
    assert watch.obstacle(Path("/a/b/nb.py")) is not None


def test_inside_of_one_at_rest_a_look_is_one_call(disk):
    disk.external.make_folder("/a/.git")
    watch = GitWatch(disk.calls())
    assert len(asked(disk, watch)) > 6
    assert len(asked(disk, watch)) == 7  # what is as young as this may change unseen
    disk.pass_time(2 * KNOWN_FOR_S)
    asked(disk, watch)
    assert asked(disk, watch) == ["stat"]
    disk.external.make_folder("/a/.git/index.lock")
    assert watch.obstacle(Path("/a/b/nb.py")) is not None
