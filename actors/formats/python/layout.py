"""How marimo lays out what it writes: indentation, and lists that may not fit a line."""

import re
from collections.abc import Sequence

from actors.formats.python.literals import lines_inside_literals

INDENT = "    "
LINE_LENGTH = 80

_ABOVE_TEXT = re.compile(r"\n(?=[^\S\n]*\S)")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")
_FORM_FEEDS = re.compile(r"[ \t\f]*\f")


def indent(text: str) -> str:
    r"""Indent each line that is not blank.

    A line ends where Python's tokenizer ends it. `str.splitlines`, and with it
    `textwrap.indent`, also ends lines at `\f`, `\x85` or `\u2028`, and would put
    spaces into the middle of a string that holds one of these.
    """
    if "\f" in text or "\r" in text:
        return _indent_odd_lines(text)
    return _ABOVE_TEXT.sub(f"\n{INDENT}", f"\n{text}")[1:]


def _indent_odd_lines(text: str) -> str:
    """A form feed sets the tokenizer's column to 0: spaces count behind it only."""
    inside = lines_inside_literals(text)
    lines = []
    for number, line in enumerate(_LINE.findall(text)):
        feeds = None if number in inside else _FORM_FEEDS.match(line)
        place = feeds.end() if feeds else 0
        blank = not line or line.isspace()
        lines.append(line if blank else line[:place] + INDENT + line[place:])
    return "".join(lines)


def call(start: str, arguments: Sequence[str], end: str = "") -> str:
    """Return `start(arguments)end`, one argument a line when it is too long."""
    line = f"{start}({', '.join(arguments)}){end}"
    if not arguments or len(line) < LINE_LENGTH:
        return line
    return f"{start}{_one_a_line(arguments)}{end}"


def returned(names: Sequence[str]) -> str:
    """Return the `return` statement of a cell that hands on these names."""
    if not names:
        return f"{INDENT}return"
    values = ", ".join(names) if len(names) > 1 else f"({names[0]},)"
    line = f"{INDENT}return {values}"
    return line if len(line) < LINE_LENGTH else indent(f"return {_one_a_line(names)}")


def _one_a_line(elements: Sequence[str]) -> str:
    return "(\n" + indent(",\n".join(elements)) + ",\n)"


_UNWRITABLE = re.compile(r"[\0\ud800-\udfff]")
"""A null byte cannot stand in a Python file, a lone surrogate not in UTF-8."""


def is_writable(text: str) -> bool:
    """Return whether a source file can hold these characters as they are."""
    return _UNWRITABLE.search(text) is None


def escaped(text: str) -> str:
    """Return text for between quotes of a literal that is not raw; lines stay lines."""
    return _UNWRITABLE.sub(_escape, text.replace("\\", "\\\\").replace('"', '\\"'))


def quoted(text: str) -> str:
    """Return a one-line string literal in marimo's manner, but always a valid one."""
    return f'"{escaped(text)}"'.replace("\n", "\\n").replace("\r", "\\r")


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def literal(value: object) -> str:
    """Return a keyword argument's value as marimo writes it."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    return str(value)
