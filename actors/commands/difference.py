"""The difference of two texts, as `diff -u` writes it."""

import difflib
import io
import sys
from collections import Counter
from collections.abc import Iterator

import typer

from actors.doctor.printable import printable

_COLOURS = {b"+": "green", b"-": "red", b"@": "cyan"}

_NO_END = b"\n\\ No newline at end of file\n"


def print_difference(old: bytes | None, new: bytes | None, old_name: str, new_name: str) -> None:
    """Print what turns one text into another; nothing if they are the same.

    In a pipe or a file the texts are as they are, so that `patch` can use it. A
    terminal gets colours, and no control characters of theirs.
    """
    lines = difference(old, new, old_name, new_name)
    if sys.stdout.isatty():
        for line in lines:
            text = line.decode("utf-8", "backslashreplace").rstrip("\n").expandtabs()
            typer.secho(printable(text), fg=_COLOURS.get(line[:1]))
    else:
        sys.stdout.flush()
        sys.stdout.buffer.writelines(lines)


def difference(
    old: bytes | None, new: bytes | None, old_name: str, new_name: str
) -> Iterator[bytes]:
    """Yield the lines of a unified diff; `None` is no file at all."""
    names = (_name(old, old_name), _name(new, new_name))
    olds, news = (io.BytesIO(text or b"").readlines() for text in (old, new))
    for line in difflib.diff_bytes(difflib.unified_diff, olds, news, *names):
        yield line if line.endswith(b"\n") else line + _NO_END


def lines_changed(old: bytes, new: bytes) -> tuple[int, int]:
    """Return how many lines came and went; one that only moved did neither."""
    olds, news = Counter(old.splitlines()), Counter(new.splitlines())
    return (news - olds).total(), (olds - news).total()


def _name(text: bytes | None, name: str) -> bytes:
    return b"/dev/null" if text is None else printable(name).encode("utf-8")
