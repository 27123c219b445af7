"""Files, folders and symbolic links of a simulated disk: what is seen, and what is durable."""

import stat
from typing import Literal, TypeAlias

import attrs

from actors.storage.simulated_disk.choices import Choice

_State: TypeAlias = Literal["dirty", "lost", "durable"]


@attrs.define
class Write:
    """A change of a file's text that came after its last sync."""

    offset: int
    """Where the data goes; of a truncation, the size."""

    data: bytes | None
    """`None` for a truncation."""

    state: _State = "dirty"
    """`lost`: marked clean by a sync that failed, so that no later sync writes it."""

    def apply(self, text: bytearray) -> None:
        """Change `text` as the call did."""
        if self.data is None:
            del text[self.offset :]
        else:
            extend(text, self.offset)
            text[self.offset : self.offset + len(self.data)] = self.data


def extend(text: bytearray, size: int) -> None:
    """Give `text` at least this size, by zeros, as a hole in a file reads."""
    if len(text) < size:
        text.extend(bytes(size - len(text)))


class Inode:
    """What a name leads to, with its owner and mode."""

    __slots__ = ("_durable", "gid", "links", "mode", "mtime_ns", "number", "openings", "uid")

    def __init__(self, number: int, mode: int, owner: tuple[int, int], mtime_ns: int) -> None:
        self.number = number
        self.mode = mode
        self.uid, self.gid = owner
        self.mtime_ns = mtime_ns
        self.links = 0
        """Names in folders as they are seen now."""
        self.openings = 0
        """Open file descriptions, of all processes."""
        self._durable = self._attributes()

    def sync(self) -> None:
        """Make mode, owner and times durable."""
        self._durable = self._attributes()

    def crash(self, choice: Choice) -> None:
        """Keep what is durable, and perhaps what is not."""
        self.openings = 0
        if self._durable != self._attributes() and choice.randrange(2) == 0:
            self.mode, self.uid, self.gid, self.mtime_ns = self._durable
        self.sync()

    def _attributes(self) -> tuple[int, int, int, int]:
        return self.mode, self.uid, self.gid, self.mtime_ns


class File(Inode):
    """A regular file."""

    __slots__ = ("_synced", "_writes", "text")

    def __init__(self, number: int, mode: int, owner: tuple[int, int], mtime_ns: int) -> None:
        super().__init__(number, stat.S_IFREG | mode, owner, mtime_ns)
        self.text = bytearray()
        """As every process sees it."""
        self._synced = b""
        self._writes: list[Write] = []

    def write(self, offset: int, data: bytes) -> None:
        """Put `data` at `offset`; a hole before it reads as zeros."""
        self._change(Write(offset, data))

    def truncate(self, size: int) -> None:
        """Forget what is beyond `size`."""
        self._change(Write(size, None))

    def _change(self, write: Write) -> None:
        write.apply(self.text)
        self._writes.append(write)

    def sync(self) -> None:
        """Make all durable but what an earlier sync has lost."""
        super().sync()
        if any(write.state == "lost" for write in self._writes):
            for write in self._writes:
                if write.state == "dirty":
                    write.state = "durable"
        else:
            self._synced = bytes(self.text)
            self._writes.clear()

    def lose(self) -> None:
        """Mark what is not durable as clean, as Linux does when a sync fails."""
        for write in self._writes:
            if write.state == "dirty":
                write.state = "lost"

    def crash(self, choice: Choice) -> None:
        """Keep what is durable, and of each later write nothing, a part or all."""
        text = bytearray(self._synced)
        cut = False
        for write in self._writes:
            if write.state == "durable":
                write.apply(text)
            elif write.data is None:
                # The blocks that were freed are used again afterwards only: a
                # write after a truncation that is lost is lost as well.
                cut = cut or choice.randrange(2) == 0
                if not cut:
                    write.apply(text)
            elif not cut:
                _keep_some(text, write.offset, write.data, choice)
        self.text = text
        self._writes.clear()
        self._synced = bytes(text)
        super().crash(choice)


def _keep_some(text: bytearray, offset: int, data: bytes, choice: Choice) -> None:
    kept = choice.randrange(4 if len(data) > 1 else 3)
    if kept == 1:
        Write(offset, data).apply(text)
    elif kept == 2:
        # The size reached the disk and the data did not.
        extend(text, offset + len(data))
    elif kept == 3:
        Write(offset, data[: 1 + choice.randrange(len(data) - 1)]).apply(text)


class Folder(Inode):
    """A folder, with the entries that are seen and those that are durable."""

    __slots__ = ("durable", "entries", "parent")

    def __init__(self, number: int, mode: int, owner: tuple[int, int], mtime_ns: int) -> None:
        super().__init__(number, stat.S_IFDIR | mode, owner, mtime_ns)
        self.entries: dict[str, Inode] = {}
        self.durable: dict[str, Inode] = {}
        self.parent = self
        """Its own for the root, and for one that was removed."""


class Symlink(Inode):
    """A symbolic link; it is written in one step."""

    __slots__ = ("target",)

    def __init__(self, number: int, target: str, owner: tuple[int, int], mtime_ns: int) -> None:
        super().__init__(number, stat.S_IFLNK | 0o777, owner, mtime_ns)
        self.target = target
