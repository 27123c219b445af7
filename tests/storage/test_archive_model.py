"""Any sequence of calls: the database does whatever the archive in memory does."""

import tempfile
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from actors.storage import Archive, MemoryArchive, SqliteArchive
from actors.storage.archive import Change, DropDraft, Limits, PutVersion
from actors.storage.archive.stored_text import StoredText
from tests.storage.archive_scene import NB, NOW_S, OTHER, a_draft, a_version, texts

PATHS = st.sampled_from([NB, OTHER, Path("/books/\udcff.py")])
TEXTS = st.sampled_from([b"", b"1", b"2", b"3" * 40])
NAMES = st.sampled_from("abcd")

LIMITS = Limits(
    drafts_max_age_s=100,
    drafts_max_bytes=3 * StoredText.of(b"1").stored,
    history_merge_s=5,
    history_max_versions=4,
    history_max_age_s=200,
    history_max_bytes=6 * StoredText.of(b"1").stored,
    check_every=2,
)


class TwoArchives(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now_s = NOW_S
        self.folder = tempfile.TemporaryDirectory()
        self.sqlite = SqliteArchive(Path(self.folder.name), limits=LIMITS, now=lambda: self.now_s)
        self.memory = MemoryArchive(limits=LIMITS, now=lambda: self.now_s)
        self.newest: dict[Path, bytes] = {}
        self.waiting: list[Change] = []

    def teardown(self) -> None:
        self.sqlite.close()
        self.folder.cleanup()

    @rule(name=NAMES, path=st.none() | PATHS, data=TEXTS, age_s=st.integers(0, 60))
    def put_draft(self, name: str, path: Path | None, data: bytes, age_s: int) -> None:
        self.waiting.append(a_draft(name, data, path=path, time_s=self.now_s - age_s))

    @rule(name=NAMES)
    def drop_draft(self, name: str) -> None:
        self.waiting.append(DropDraft(name))

    @rule(path=PATHS, data=TEXTS, label=st.sampled_from("xy"), at_s=st.integers(-2, 4))
    def put_version(self, path: Path, data: bytes, label: str, at_s: int) -> None:
        put = a_version(data, path=path, label=label, at_s=self.now_s - NOW_S + at_s)
        self.waiting.append(put)

    @rule()
    def commit(self) -> None:
        changes, self.waiting = self.waiting, []
        assert self.sqlite.commit(changes) == self.memory.commit(changes)
        for change in changes:
            if isinstance(change, PutVersion):
                self.newest[change.version.path] = change.data

    @rule(old=PATHS, new=PATHS)
    def move(self, old: Path, new: Path) -> None:
        for archive in (self.sqlite, self.memory):
            archive.moved(old, new)
        if old in self.newest:
            self.newest[new] = self.newest.pop(old)

    @rule(path=PATHS, new=TEXTS, old=TEXTS)
    def begin_overwrite(self, path: Path, new: bytes, old: bytes) -> None:
        for archive in (self.sqlite, self.memory):
            archive.begin_overwrite(path, new, old)

    @rule(path=PATHS)
    def end_overwrite(self, path: Path) -> None:
        for archive in (self.sqlite, self.memory):
            archive.end_overwrite(path)

    @rule(seconds=st.sampled_from([1, 4, 90, 250]))
    def wait(self, seconds: int) -> None:
        self.now_s += seconds

    @rule()
    def restart(self) -> None:
        self.sqlite.close()

    @invariant()
    def the_newest_version_of_each_file_is_there(self) -> None:
        for path, data in self.newest.items():
            assert texts(self.sqlite, path)[-1] == data

    @invariant()
    def no_text_is_there_that_nothing_refers_to_and_totals_are_true(self) -> None:
        with self.sqlite._reading.reading("look") as database:
            for table in ("drafts", "versions", "overwrites"):
                (actual,) = database.execute(
                    f"SELECT coalesce(sum(stored), 0) FROM {table}"
                ).fetchone()
                (total,) = database.execute(
                    "SELECT stored FROM totals WHERE name = ?", (table,)
                ).fetchone()
                assert actual == total
            orphans = database.execute(
                "SELECT id FROM texts EXCEPT SELECT text FROM drafts "
                "EXCEPT SELECT text FROM versions EXCEPT SELECT text FROM overwrites"
            )
            assert orphans.fetchall() == []

    @invariant()
    def both_archives_are_the_same(self) -> None:
        assert everything_in(self.sqlite) == everything_in(self.memory)


def everything_in(archive: Archive) -> object:
    paths = [NB, OTHER, Path("/books/\udcff.py")]
    return (
        [(draft, archive.draft_text(draft.id)) for draft in archive.drafts()],
        [(archive.drafts(path), archive.versions(path), texts(archive, path)) for path in paths],
        [archive.overwrite_of(path) for path in paths],
    )


TestTwoArchives = TwoArchives.TestCase
