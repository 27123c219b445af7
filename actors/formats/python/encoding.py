"""The bytes of a Python file and the text in them: encoding, mark, line ends.

A line of mixed line ends says nothing that Python can see, in strings neither:
it reads each of them as a line feed. So a file is written with the one that most
of its lines have.
"""

import re

from actors.errors import FormatError
from actors.notebook import PLAIN_STYLE, TextStyle

_BOM = b"\xef\xbb\xbf"
_WITH_BOM = "utf-8-sig"

_COOKIE = re.compile(
    r"(?:[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))??"  # what it says in line 1 comes before line 2
    r"[ \t\f]*#[^\r\n]*?coding[:=][ \t]*(?P<name>[-\w.]+)",
    re.ASCII,
)
"""An encoding declaration, PEP 263."""

_SAMPLE = "#\n'\"\\a0"
"""What a file's encoding must leave as it is in ASCII, or no Python finds the declaration."""


def decoded(data: bytes) -> tuple[str, TextStyle]:
    r"""Return the text, all its lines ended by `\n`, and how it was written down.

    Raises:
        FormatError: when it is not text in the encoding that it declares.
    """
    has_bom = data.startswith(_BOM)
    data = data.removeprefix(_BOM)
    declares = not has_bom and b"coding" in data
    encoding = _declared(data.decode("latin-1")) if declares else "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FormatError(f"not text in {encoding.upper()}", line) from None
    except (UnicodeError, LookupError, ValueError):  # codecs that are none of text
        raise FormatError(f"declares an encoding that is of no use: {encoding!r}", 1) from None
    encoding = _WITH_BOM if has_bom else encoding
    if "\r" not in text:
        return text, PLAIN_STYLE if encoding == "utf-8" else TextStyle(encoding=encoding)
    style = TextStyle(_newline(text), encoding)
    return text.replace("\r\n", "\n").replace("\r", "\n"), style


def encoded(text: str, style: TextStyle) -> bytes:
    r"""Return the bytes of a text.

    The declaration in the text rules, since it is what Python goes by. Where its
    encoding cannot hold all of the text, both become UTF-8: no character is lost.
    """
    encoding = "utf-8" if style.encoding == _WITH_BOM else _declared(text)
    if encoding != "utf-8" and not _can_hold(encoding, text):
        encoding = "utf-8"
        text = _declaring_utf8(text)
    if style.newline != "\n":
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", style.newline)
    # A lone surrogate can only be in the header or the footer; elsewhere it is escaped.
    data = text.encode(encoding, "backslashreplace" if encoding == "utf-8" else "strict")
    return _BOM + data if style.encoding == _WITH_BOM else data


def _newline(text: str) -> str:
    windows = text.count("\r\n")
    counts = {"\n": text.count("\n") - windows, "\r\n": windows, "\r": text.count("\r") - windows}
    return max(counts, key=lambda newline: counts[newline])


def _declared(text: str) -> str:
    cookie = _COOKIE.match(text)
    name = cookie["name"].lower().replace("_", "-") if cookie else "utf-8"
    return "utf-8" if name in {"utf8", "utf-8"} or name.startswith("utf-8-") else name


def _can_hold(encoding: str, text: str) -> bool:
    try:
        return (
            _SAMPLE.encode(encoding) == _SAMPLE.encode("ascii")
            and text.encode(encoding).decode(encoding) == text
        )
    except (UnicodeError, LookupError, ValueError):
        return False


def _declaring_utf8(text: str) -> str:
    cookie = _COOKIE.match(text)
    assert cookie is not None
    return f"{text[: cookie.start('name')]}utf-8{text[cookie.end('name') :]}"
