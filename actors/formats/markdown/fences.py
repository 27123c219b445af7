"""Where the fenced code blocks of a markdown text are, and which of them are cells.

The rules are those of pymdown's superfences, by which marimo reads: a fence is
closed by one of exactly its length, one that is never closed is none, and a head
with unknown words does not open any.
"""

import html
import re
from collections.abc import Mapping, Sequence

import attrs

TAB_WIDTH = 4

_PREFIX = re.compile(r"[> \t]*")
_GUARD = re.compile(r"~{3,}|`{3,}")
_HEAD = re.compile(
    r"(?P<guard>~{3,}|`{3,})"
    r"(?:[ \t]*\.?(?P<language>[\w#.+-]+)(?=[ \t]|$))?"
    r"[ \t]*(?:\{(?P<attributes>.*)\}|(?P<words>[^{ \t].*))?$"
)
"""For a line without spaces at its end; it takes time in proportion to the line."""

_ODD_SPACE = re.compile(r"[^\S \t]")
_OPTION = re.compile(
    r"(?P<key>[A-Za-z]\w*)(?:=(?P<quote>[\"'])(?P<value>.*?)(?P=quote))?(?=[ \t]|$)"
)
_OPTION_VALUES = {
    "hl_lines": re.compile(r"\d+(?:-\d+)?(?:[ \t]+\d+(?:-\d+)?)*$"),
    "linenums": re.compile(r"\d"),
    "title": re.compile(""),
}
"""The words that a head may have besides a language, and what they may be set to."""

_CELL_WORDS = ("python", "sql", "marimo")
_ATTRIBUTE = re.compile(r'(?<!\w)(\w+)="([^"]*)"')
_CLASS = re.compile(r"(?:^|(?<=[.\s]))(python|sql|markdown)(?=[.\s]|$)")


@attrs.frozen
class Fence:
    """A closed fenced code block; lines are counted from 0."""

    first: int
    last: int
    indent: int
    """Width of what stands before the guard, tabs expanded."""

    is_quoted: bool
    """It stands in a block quote."""

    head: str
    """The first line from its guard on, without spaces at its end."""

    @property
    def is_cell(self) -> bool:
        """Whether marimo takes it for a cell."""
        braced = self.head[self.head.find("{") : self.head.rfind("}") + 1]
        return not self.is_quoted and any(word in braced for word in _CELL_WORDS)

    @property
    def language(self) -> str:
        """The language that the head names, `python` if it names none."""
        head = _HEAD.match(self.head)
        if head is None or head["language"]:
            return "python" if head is None else head["language"]
        named = _CLASS.findall(_ATTRIBUTE.sub("", head["attributes"] or ""))
        return next((name for name in ("python", "sql", "markdown") if name in named), "python")

    @property
    def attributes(self) -> Mapping[str, str]:
        """What stands in braces as `key="value"`."""
        head = _HEAD.match(self.head)
        found = _ATTRIBUTE.findall((head and head["attributes"]) or "")
        return {key: html.unescape(value) for key, value in found}

    def content(self, lines: Sequence[str]) -> list[str]:
        """Return the lines between the guards, without the indentation of the block."""
        return [_outdented(line, self.indent) for line in lines[self.first + 1 : self.last]]


@attrs.define
class _Open:
    """A block that waits for its end."""

    first: int
    prefix: str
    guard: str
    head: str
    had_blank: bool = False

    @property
    def quotes(self) -> int:
        return self.prefix.count(">")

    def closes_at(self, line: str) -> bool | None:
        """Return whether a line closes the block; `None` when the block is none."""
        width = len(self.prefix.expandtabs(TAB_WIDTH))
        start, rest = _split(line, width)
        quotes = start.count(">")
        if not rest.strip() and not (self.quotes and rest):
            self.had_blank |= bool(self.quotes)
            return False if quotes <= self.quotes else None
        if quotes > self.quotes or (self.had_blank and quotes < self.quotes):
            return None
        too_near = len(start) < len(self.prefix) if self.quotes else len(start) != width
        if too_near:
            return None
        self.had_blank = False
        return rest.rstrip(" \t") == self.guard


def _split(line: str, width: int) -> tuple[str, str]:
    """Return the first columns of a line as far as they are blank or quotes, and the rest."""
    start = ""
    for place, character in enumerate(line):
        if len(start) >= width or character not in "> \t":
            return start, line[place:]
        start += " " * (TAB_WIDTH - len(start) % TAB_WIDTH) if character == "\t" else character
    return start, ""


@attrs.frozen
class Fences:
    """The blocks of a text, from top to bottom."""

    closed: tuple[Fence, ...]
    open: int | None
    """Line of a head whose block takes in all that follows, and never ends."""


def fences_of(lines: Sequence[str]) -> Fences:
    """Return the blocks of a text."""
    closed = []
    block: _Open | None = None
    for number, line in enumerate(lines):
        closes = None if block is None else block.closes_at(line)
        if block is not None and closes:
            indent = len(block.prefix.expandtabs(TAB_WIDTH))
            closed.append(Fence(block.first, number, indent, block.quotes > 0, block.head))
            block = None
        elif closes is None:  # a line that leaves a block may be the head of another
            block = _opened(number, line)
    return Fences(tuple(closed), None if block is None else block.first)


def looks_like_fence(line: str) -> bool:
    """Return whether marimo takes a line for the head of a block, valid or not."""
    guard = _GUARD.match(line)
    if guard is None:
        return False
    info = line[guard.end() :].rstrip(" \t")
    return _ODD_SPACE.search(info) is None or ("{" in info and info.endswith("}"))


def _opened(number: int, line: str) -> _Open | None:
    prefix = _PREFIX.match(line)
    assert prefix is not None  # it may be empty
    text = line[prefix.end() :].rstrip(" \t")
    head = _HEAD.match(text)
    if head is None or (head["words"] and not _are_options(head["words"])):
        return None
    return _Open(number, prefix[0], head["guard"], text)


def _are_options(words: str) -> bool:
    place = 0
    while place < len(words):
        option = _OPTION.match(words, place)
        pattern = _OPTION_VALUES.get(option["key"]) if option else None
        if option is None or pattern is None:
            return False
        if not pattern.match(option["key"] if option["value"] is None else option["value"]):
            return False
        place = len(words) - len(words[option.end() :].lstrip(" \t"))
    return True


def _outdented(line: str, width: int) -> str:
    if not width:
        return line
    start, rest = _split(line, width)
    return " " * (len(start) - width) + rest
