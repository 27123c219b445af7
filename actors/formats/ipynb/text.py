r"""JSON edited in place: whatever is not changed stays as the file had it.

Loading and dumping a file would be shorter, and would rewrite numbers (`1e400`,
`1.0e-5`), escapes, key order and indentation of a file that other tools wrote.
So the text is kept, and only the values that changed are replaced in it.
"""

import bisect
import codecs
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from actors.errors import FormatError
from actors.formats.python.broken_files import conflict_line
from actors.notebook import PLAIN_STYLE, TextStyle

_DECODER = json.JSONDecoder()
_BLANK = re.compile(r"[ \t\n\r]*")
_LINE_END = re.compile(r"\r\n|\r|\n")
_INDENT = re.compile(r"\s*\{\n([ \t]*)\"")
_COLON = re.compile(r'\s*\{\s*"(?:[^"\\]|\\.)*"(:[ ]?)')
# Control characters are escaped in every file; these need not be.
_NEEDLESS_ESCAPE = re.compile(r"\\u(?!00[0-7])[0-9a-fA-F]{4}")

_SURROGATE = re.compile(r"[\ud800-\udfff]")


# -- bytes -------------------------------------------------------------------------


def decoded(data: bytes) -> tuple[str, TextStyle]:
    """Return the text with Unix line ends, and how the file writes it down.

    Raises:
        FormatError: when it is not UTF-8.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FormatError("not text in UTF-8", line) from None
    encoding = "utf-8-sig" if data.startswith(codecs.BOM_UTF8) else "utf-8"
    found = _LINE_END.search(text)
    # A line end inside a JSON string is an escape, so all of these are layout.
    return _LINE_END.sub("\n", text), TextStyle(found[0] if found else "\n", encoding)


def encoded(text: str, style: TextStyle) -> bytes:
    """Return the file for a text with Unix line ends; JSON is UTF-8, whatever a style says."""
    if style.newline != PLAIN_STYLE.newline:
        text = (text if "\n" in text else f"{text}\n").replace("\n", style.newline)
    return text.encode("utf-8-sig" if style.encoding == "utf-8-sig" else "utf-8")


def loaded(text: str) -> Any:
    """Return the value of a JSON text.

    Raises:
        FormatError: when it is not JSON, with the line; also for a git conflict,
            a number that is too long, or nesting that is too deep.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        if (line := conflict_line(text.split("\n"))) is not None:
            raise FormatError("a git conflict is not resolved here", line) from None
        raise FormatError(f"not JSON: {error.msg}", error.lineno) from None
    except ValueError as error:  # more digits than Python converts
        raise FormatError(f"not JSON that can be read: {error}") from None


# -- places ------------------------------------------------------------------------


@attrs.frozen
class Span:
    """Where a value is in a text; for the member of an object, with its key."""

    start: int
    """Of the key, if there is one."""

    value: int
    end: int
    key: str = ""


def members(text: str, start: int = 0) -> Iterator[Span]:
    """Yield the members of the object that begins here; the text is sound JSON."""
    place = _skip(text, _skip(text, start) + 1)
    while text[place] != "}":
        place = _skip(text, place + 1) if text[place] == "," else place
        key, end = _DECODER.raw_decode(text, place)
        value = _skip(text, _skip(text, end) + 1)
        end = _DECODER.raw_decode(text, value)[1]
        yield Span(place, value, end, key)
        place = _skip(text, end)


def last_member(text: str, key: str) -> Span | None:
    """Return the member of this name; of several, readers take the last."""
    found = [span for span in members(text) if span.key == key]
    return found[-1] if found else None


def elements(text: str, start: int) -> Iterator[Span]:
    """Yield the elements of the array that begins here; the text is sound JSON."""
    place = _skip(text, start + 1)
    while text[place] != "]":
        place = _skip(text, place + 1) if text[place] == "," else place
        end = _DECODER.raw_decode(text, place)[1]
        yield Span(place, place, end)
        place = _skip(text, end)


def _skip(text: str, place: int) -> int:
    found = _BLANK.match(text, place)
    assert found is not None
    return found.end()


# -- changes -----------------------------------------------------------------------


@attrs.frozen
class Layout:
    """How a file lays its JSON out; what is new in it is laid out alike."""

    indent: str | None
    """What each level adds; `None` for JSON on one line."""

    colon: str
    comma: str
    ascii: bool
    """Whether all other characters are escaped."""

    @classmethod
    def of(cls, text: str) -> "Layout":
        """Return the layout of a file, as its beginning shows it."""
        indent, colon = _INDENT.match(text), _COLON.match(text)
        separator = ": " if colon is None else colon[1]
        spaced = indent is None and separator == ": "
        return cls(
            None if indent is None else indent[1],
            separator,
            ", " if spaced else ",",
            text.isascii() and _NEEDLESS_ESCAPE.search(text) is not None,
        )

    def dump(self, value: Any, level: int) -> str:
        """Return a value's JSON for a place at this level of nesting."""
        separators = (self.comma, self.colon)
        text = json.dumps(value, indent=self.indent, separators=separators, ensure_ascii=self.ascii)
        # Half a surrogate pair has no UTF-8, but an escape.
        return _SURROGATE.sub(_escape, text.replace("\n", self.gap(level)))

    def gap(self, level: int) -> str:
        """Return what stands between two tokens that are on lines of their own."""
        return "" if self.indent is None else "\n" + self.indent * level

    def joined(self, parts: list[str], brackets: str, level: int) -> str:
        """Return an array or object of these texts."""
        if not parts:
            return brackets
        inner = self.gap(level + 1)
        between = (self.comma + inner).join(parts)
        return f"{brackets[0]}{inner}{between}{self.gap(level)}{brackets[1]}"

    def changed(self, text: str, changes: Mapping[str, str | None], level: int) -> str:
        """Return a text whose object has other members.

        Args:
            text: the object; more than blanks may follow it.
            changes: the new values as JSON, by key; `None` takes a member away.
            level: how deep the object is nested.
        """
        for key, value in changes.items():
            text = self._with_member(text, key, value, level)
        return text

    def _with_member(self, text: str, key: str, value: str | None, level: int) -> str:
        spans = list(members(text))
        found = [span for span in spans if span.key == key]
        if found and value is not None:
            return text[: found[-1].value] + value + text[found[-1].end :]
        if not found and value is None:
            return text
        parts = [(span.key, text[span.start : span.end]) for span in spans if span.key != key]
        if value is not None:
            parts.insert(_place(key, parts), (key, self.dump(key, 0) + self.colon + value))
        begin = _skip(text, 0)
        end = _skip(text, spans[-1].end if spans else begin + 1) + 1
        return text[:begin] + self.joined([part for _, part in parts], "{}", level) + text[end:]


def _place(key: str, parts: list[tuple[str, str]]) -> int:
    """Return where a new member goes: in its order if there is one, or to the end."""
    keys = [known for known, _ in parts]
    return bisect.bisect(keys, key) if keys == sorted(keys) else len(keys)


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"
