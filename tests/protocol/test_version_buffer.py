"""The buffer of versions: nothing is swallowed that is a step of its own, and nobody is woken."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from actors.messages import KeepVersions, MoveHistory
from actors.runtime import SimulatedRuntime
from actors.storage import MemoryArchive, Version
from actors.storage.archive import PutVersion
from actors.testing import Probe
from actors.version_buffer import VersionBuffer


def put(
    data: bytes, path: str = "/nb.py", source: str = "code-mode", label: str = ""
) -> PutVersion:
    version = Version(
        path=Path(path), number=0, sha256="", size=0, source=source, label=label, time_s=0
    )
    return PutVersion(version, data)


def newest(archive: MemoryArchive, path: Path) -> str | None:
    versions = archive.versions(path)
    return versions[0].sha256 if versions else None


class Scene:
    """A buffer, whose clock and archivist belong to the test."""

    def __init__(self) -> None:
        self.runtime = SimulatedRuntime()
        self.archivist: Probe[KeepVersions | MoveHistory] = Probe()
        self.buffer = VersionBuffer(self.archivist, self.runtime.later, delay_s=1.0)

    def add(self, *versions: PutVersion) -> None:
        for version in versions:
            self.buffer.add(version)

    def told(self) -> list[KeepVersions]:
        return [each for each in self.archivist.messages if isinstance(each, KeepVersions)]


def test_versions_are_handed_on_together_when_the_first_has_waited():
    scene, first, second = Scene(), put(b"1"), put(b"2", "/other.py")
    scene.add(first)
    scene.runtime.advance(0.9)
    scene.add(second)
    assert scene.archivist.messages == []
    scene.runtime.advance(0.1)
    assert scene.archivist.messages == [KeepVersions((first, second))]


def test_of_a_run_of_one_author_the_last_is_handed_on():
    scene, last, other = Scene(), put(b"3"), put(b"o", "/other.py")
    scene.add(put(b"1"), other, put(b"2"), last)
    scene.buffer.flush()
    assert scene.archivist.messages == [KeepVersions((last, other))]


def test_every_change_of_the_author_is_handed_on():
    scene = Scene()
    versions = [put(b"1"), put(b"2", label="b"), put(b"3"), put(b"4", source="found"), put(b"5")]
    scene.add(*versions)
    scene.buffer.flush()
    assert scene.archivist.messages == [KeepVersions(tuple(versions))]


def test_a_timer_runs_only_while_there_is_something():
    scene = Scene()
    assert scene.runtime.next_timer() is None
    scene.add(put(b"1"))
    scene.runtime.advance(0.5)
    scene.add(put(b"2"))
    scene.runtime.advance(0.5)
    assert scene.runtime.next_timer() is None
    scene.add(put(b"3"))
    assert scene.runtime.next_timer() == 1.0


def test_versions_of_a_file_that_is_moved_are_handed_on_before_the_move():
    scene, first, last = Scene(), put(b"1"), put(b"2", "/new.py")
    scene.add(first)
    scene.buffer.move(Path("/nb.py"), Path("/new.py"))
    scene.add(last)
    scene.buffer.flush()
    moved = MoveHistory(Path("/nb.py"), Path("/new.py"))
    assert scene.archivist.messages == [KeepVersions((first,)), moved, KeepVersions((last,))]


def test_flushing_an_empty_buffer_tells_nobody():
    scene = Scene()
    scene.add(put(b"1"))
    scene.buffer.flush()
    scene.buffer.flush()
    scene.runtime.advance(1.0)
    assert len(scene.archivist.messages) == 1


def test_no_version_is_lost_between_threads():
    scene = Scene()
    versions = [put(b"", f"/{number}.py") for number in range(2_000)]

    def add(number: int) -> None:
        scene.buffer.add(versions[number])
        if number % 50 == 0:
            scene.buffer.flush()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(add, range(len(versions))))
    scene.buffer.flush()
    told = [version for message in scene.told() for version in message.versions]
    assert sorted(told, key=versions.index) == versions


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xy"), st.sampled_from([b"1", b"2"])))
)
def test_the_newest_version_is_the_same_with_the_buffer_as_without(steps):
    versions = [put(data, f"/{path}.py", label=label) for path, label, data in steps]
    scene, buffered, direct = Scene(), MemoryArchive(), MemoryArchive()
    scene.add(*versions)
    scene.buffer.flush()
    for message in scene.told():
        buffered.commit(message.versions)
    direct.commit(versions)
    for path in (Path("/a.py"), Path("/b.py")):
        assert newest(buffered, path) == newest(direct, path)
