"""The archivist: one commit for all that waits, an answer for all who ask, whatever fails."""

from pathlib import Path
from typing import Any

import pytest

from actors.archivist import MOST_DRAFTS, ArchivistActor, Uncommitted, text_of
from actors.errors import StorageError
from actors.messages import (
    ArchivistMessage,
    Commit,
    DraftFailed,
    DraftKept,
    DraftsRemoved,
    ForgetDraft,
    KeepDraft,
    KeepVersions,
    MoveHistory,
)
from actors.notebook import Cell, Document, Notebook
from actors.runtime import ActorSystem, SimulatedRuntime
from actors.storage import MemoryArchive, Version
from actors.storage.archive import Limits, PutDraft, PutVersion
from actors.testing import Probe
from actors.types import CellId, NotebookId

NB, OTHER = Path("/nb.py"), Path("/other.py")


def version(data: bytes, path: Path = NB, time_s: float = 0.0) -> PutVersion:
    blank = Version(
        path=path, number=0, sha256="", size=0, source="code-mode", label="", time_s=time_s
    )
    return PutVersion(blank, data)


class CountingArchive(MemoryArchive):
    """Counts its commits."""

    commits = 0

    def commit(self, changes: Any) -> Any:
        self.commits += 1
        return super().commit(changes)


class Scene:
    """One archivist, whose archive, askers and clock belong to the test."""

    def __init__(
        self, archive: MemoryArchive | None = None, *, max_restarts: int = 3, **limits: Any
    ) -> None:
        self.runtime = SimulatedRuntime()
        now = self.runtime.clock.now
        self.archive: Any = archive or CountingArchive(limits=Limits(**limits), now=now)
        self.uncommitted = Uncommitted()
        self.asker: Probe[DraftKept | DraftFailed] = Probe()
        self.notifier: Probe[DraftFailed | DraftsRemoved] = Probe()
        self.system = ActorSystem(self.runtime, max_restarts=max_restarts)
        self.mailbox = self.system.start(
            lambda: ArchivistActor(
                archive=self.archive,
                notifier=self.notifier,
                owner="me@here pid 1",
                uncommitted=self.uncommitted,
                now=now,
            ),
            name="archivist",
            dispatcher=self.runtime.dispatcher("test", 1, quantum_messages=1, quantum_s=1.0),
        )

    def keep(self, draft: str = "d", version: int = 1, **changes: Any) -> KeepDraft:
        code = f"x = {version}"
        values: dict[str, Any] = {
            "draft": draft,
            "notebook": NotebookId(f"nb {draft}"),
            "path": NB,
            "suffix": ".py",
            "document": Document(Notebook([Cell(CellId("a"), code)]), version),
            "cause": "disk full",
            "reason": "the disk is full",
            "base_sha256": None,
            "reply_to": self.asker,
        }
        return KeepDraft(**{**values, **changes})

    def tell(self, *messages: ArchivistMessage) -> None:
        for message in messages:
            self.mailbox.tell(message)
        self.runtime.run_until_idle()

    def texts(self, path: Path) -> list[bytes]:
        numbers = [each.number for each in reversed(self.archive.versions(path))]
        return [self.archive.version_text(path, number) for number in numbers]


def kept(draft: str = "d", version: int = 1, path: Path | None = NB) -> DraftKept:
    return DraftKept(NotebookId(f"nb {draft}"), draft, version, path)


def failed(reason: str, draft: str = "d", version: int = 1) -> DraftFailed:
    return DraftFailed(NotebookId(f"nb {draft}"), draft, version, reason)


FULL = StorageError("the disk is full; free some space", "disk full")


# -- what is kept ------------------------------------------------------------------


def test_a_document_is_kept_in_its_format_with_all_that_is_known_of_it():
    scene = Scene()
    scene.tell(scene.keep(version=7, base_sha256="0a"))
    (draft,) = scene.archive.drafts(NB)
    assert (draft.id, draft.notebook, draft.version, draft.base_sha256) == ("d", "nb d", 7, "0a")
    assert (draft.cause, draft.reason) == ("disk full", "the disk is full")
    assert (draft.owner, draft.time_s) == ("me@here pid 1", scene.runtime.clock.now())
    assert b"x = 7" in scene.archive.draft_text("d")
    assert scene.asker.messages == [kept(version=7)]


def test_a_draft_to_forget_is_gone_and_there_need_not_be_one():
    scene = Scene()
    scene.tell(scene.keep())
    scene.tell(ForgetDraft("d"), ForgetDraft("never"))
    assert scene.archive.drafts() == []


def test_versions_are_kept_in_their_order():
    scene = Scene()
    scene.tell(KeepVersions((version(b"1"), version(b"2", time_s=60))))
    assert scene.texts(NB) == [b"1", b"2"]


def test_what_came_before_a_move_is_moved_and_what_comes_after_is_not():
    scene = Scene()
    scene.tell(
        KeepVersions((version(b"1"),)), MoveHistory(NB, OTHER), KeepVersions((version(b"2"),))
    )
    assert (scene.texts(OTHER), scene.texts(NB)) == ([b"1"], [b"2"])


def test_all_that_waits_is_one_commit():
    scene = Scene()
    drafts = [scene.keep(str(number)) for number in range(10)]
    scene.tell(*drafts, ForgetDraft("3"), KeepVersions((version(b"1"),)))
    scene.tell(Commit())
    assert scene.archive.commits == 1
    assert len(scene.archive.drafts()) == 9


def test_very_many_drafts_are_durable_in_several_steps():
    scene = Scene()
    scene.tell(*(scene.keep(str(number)) for number in range(2 * MOST_DRAFTS + 1)))
    assert scene.archive.commits == 3
    assert len(scene.asker.messages) == len(scene.archive.drafts()) == 2 * MOST_DRAFTS + 1


def test_of_one_draft_the_last_word_counts_and_all_who_asked_are_answered():
    scene = Scene()
    scene.tell(
        scene.keep(version=1), scene.keep(version=2), ForgetDraft("d"), scene.keep(version=3)
    )
    assert [draft.version for draft in scene.archive.drafts()] == [3]
    assert scene.asker.messages == [kept(version=1), kept(version=2), kept(version=3)]


def test_a_commit_that_has_nothing_to_do_does_nothing():
    scene = Scene()
    scene.tell(Commit(), KeepVersions(()))
    assert scene.archive.commits == 0


# -- what cannot be rendered ---------------------------------------------------------


@pytest.mark.parametrize(
    ("fails_for", "suffix"), [({".md"}, ".py"), ({".md", ".py"}, ".txt"), ({".py"}, ".md")]
)
def test_a_document_that_a_format_fails_over_is_kept_in_another(monkeypatch, fails_for, suffix):
    def render(notebook: Notebook, suffix: str) -> bytes:
        if suffix in fails_for:
            raise RecursionError
        return b"rendered"

    monkeypatch.setattr("actors.archivist.render", render)
    scene = Scene()
    scene.tell(scene.keep(suffix=".md"))
    assert scene.archive.drafts()[0].suffix == suffix
    assert scene.asker.messages == [kept()]


def test_the_plain_text_has_all_code_whatever_it_is(monkeypatch):
    monkeypatch.setattr("actors.archivist.render", None)
    cells = [Cell(CellId("a"), "x = (\n"), Cell(CellId("b"), "'\ud800'")]
    assert text_of(Notebook(cells, header="# top"), ".py") == (
        ".txt",
        b"# top\n\nx = (\n\n\n'\\ud800'",
    )


def test_a_suffix_that_no_format_has_is_kept_as_python():
    suffix, data = text_of(Notebook([Cell(CellId("a"), "x = 1")]), ".unknown")
    assert (suffix, b"x = 1" in data) == (".py", True)


# -- failures ------------------------------------------------------------------------


def test_all_who_asked_hear_of_a_failure_and_nothing_of_theirs_is_tried_again():
    scene = Scene()
    scene.archive.fail_next(FULL)
    scene.tell(scene.keep("a"), scene.keep("a", 2), scene.keep("b"))
    answers = [failed(str(FULL), "a"), failed(str(FULL), "a", 2), failed(str(FULL), "b")]
    assert scene.asker.take() == answers
    scene.tell(scene.keep("c"))
    assert [draft.id for draft in scene.archive.drafts()] == ["c"]


def test_the_notifier_hears_of_each_failing_draft_once_until_a_commit_works():
    scene = Scene()
    scene.archive.fail_next(FULL, times=2)
    scene.tell(scene.keep("a"))
    scene.tell(scene.keep("a", 2), scene.keep("b"))
    assert scene.notifier.take() == [failed(str(FULL), "a"), failed(str(FULL), "b")]
    scene.tell(scene.keep("a", 3))
    scene.archive.fail_next(FULL)
    scene.tell(scene.keep("a", 4))
    assert scene.notifier.take() == [failed(str(FULL), "a", 4)]


def test_a_draft_to_forget_waits_for_a_commit_that_works():
    scene = Scene()
    scene.tell(scene.keep("a"))
    scene.archive.fail_next(FULL)
    scene.tell(ForgetDraft("a"))
    assert [draft.id for draft in scene.archive.drafts()] == ["a"]
    scene.tell(scene.keep("b"))
    assert [draft.id for draft in scene.archive.drafts()] == ["b"]


def test_versions_of_a_commit_that_fails_are_lost_and_the_next_are_kept():
    scene = Scene()
    scene.archive.fail_next(FULL)
    scene.tell(KeepVersions((version(b"1"),)))
    scene.tell(KeepVersions((version(b"2", time_s=60),)))
    assert scene.texts(NB) == [b"2"]
    assert scene.notifier.messages == []


def test_a_history_that_cannot_be_moved_harms_nothing_else():
    scene = Scene()
    scene.archive.fail_next(FULL)
    scene.tell(MoveHistory(NB, OTHER), scene.keep())
    assert scene.asker.messages == [kept()]
    assert scene.system.statistics().crashes == 0


def test_people_hear_of_drafts_that_had_to_go():
    scene = Scene(drafts_max_age_s=10)
    scene.tell(scene.keep("old"))
    (old,) = scene.archive.drafts()
    scene.runtime.advance(11)
    scene.tell(scene.keep("new"))
    assert scene.notifier.messages == [DraftsRemoved((old,))]


# -- crashes and the end ---------------------------------------------------------------


class RaisingArchive(MemoryArchive):
    """Raises what an archive must not, as often as told."""

    def __init__(self, *errors: BaseException) -> None:
        super().__init__()
        self.errors = list(errors)

    def commit(self, changes: Any) -> Any:
        if self.errors:
            raise self.errors.pop(0)
        return super().commit(changes)


def test_an_archive_that_raises_what_it_should_not_is_a_failure_like_others():
    scene = Scene(RaisingArchive(KeyError("no")))
    scene.tell(scene.keep())
    scene.tell(scene.keep(version=2))
    assert scene.asker.messages == [failed("the archive raised KeyError('no')"), kept(version=2)]


class PickyArchive(MemoryArchive):
    """Raises over changes of one kind, and the draft `bad`."""

    def __init__(self, *kinds: type) -> None:
        super().__init__()
        self.kinds = kinds

    def commit(self, changes: Any) -> Any:
        changes = list(changes)
        for each in changes:
            is_bad = isinstance(each, PutDraft) and each.draft.id == "bad"
            if is_bad or isinstance(each, self.kinds):
                raise MemoryError
        return super().commit(changes)


def test_what_cannot_be_kept_of_one_notebook_does_not_harm_the_others():
    scene = Scene(PickyArchive())
    scene.tell(scene.keep("a"), scene.keep("bad"), KeepVersions((version(b"1"),)), scene.keep("c"))
    reason = "the archive raised MemoryError()"
    assert scene.asker.messages == [kept("a"), failed(reason, "bad"), kept("c")]
    assert scene.texts(NB) == [b"1"]


def test_versions_that_cannot_be_kept_do_not_harm_a_draft():
    scene = Scene(PickyArchive(PutVersion))
    scene.tell(scene.keep("a"), KeepVersions((version(b"1"),)))
    assert (scene.asker.messages, scene.texts(NB)) == ([kept("a")], [])


def test_after_a_crash_another_archivist_commits_what_was_left():
    scene = Scene(RaisingArchive(SystemExit()))
    scene.tell(scene.keep(), KeepVersions((version(b"1"),)))
    assert scene.system.statistics().restarts == 1
    assert (scene.asker.messages, scene.texts(NB)) == ([kept()], [b"1"])


def test_out_of_service_it_tells_all_who_wait_and_all_who_come_that_nothing_is_kept():
    scene = Scene(RaisingArchive(SystemExit()), max_restarts=0)
    scene.tell(scene.keep("a"))
    scene.tell(scene.keep("b"))
    assert [type(answer) for answer in scene.asker.messages] == [DraftFailed, DraftFailed]
    assert "out of service" in scene.asker.messages[0].reason  # type: ignore[union-attr]


def test_what_was_told_before_the_stop_is_committed():
    scene = Scene()
    scene.mailbox.tell(scene.keep())
    scene.mailbox.tell(KeepVersions((version(b"1"),)))
    assert scene.system.stop([scene.mailbox], 1.0) == []
    assert (scene.asker.messages, scene.texts(NB)) == ([kept()], [b"1"])


def test_what_comes_after_the_stop_is_answered():
    scene = Scene()
    scene.system.stop([scene.mailbox], 1.0)
    scene.tell(scene.keep())
    assert [type(answer) for answer in scene.asker.messages] == [DraftFailed]
