"""YAML as marimo writes it with PyYAML, to the byte, by the emitter of ruamel.yaml.

The two came from one source, and differ in which quotes they choose and where
they break long lines.
"""

import io
import re
from collections.abc import Mapping

from ruamel.yaml import YAML
from ruamel.yaml.emitter import Emitter
from ruamel.yaml.error import YAMLError
from ruamel.yaml.representer import SafeRepresenter

TEXT_TAG = "tag:yaml.org,2002:str"
LETTERS = frozenset("yYnN")
"""Truth values of YAML 1.1 to ruamel.yaml, texts to PyYAML."""

_DIRECTIVE = "%YAML 1.1\n---\n"
_WORD_OR_SPACES = re.compile(r" +|[^ ]+")


def yaml_as_marimo_reads_it() -> YAML:
    """Return a reader and writer of YAML 1.1, to which `yes` is a truth value."""
    yaml = YAML(typ="safe", pure=True)
    yaml.version = (1, 1)
    yaml.allow_duplicate_keys = True
    return yaml


def dumped(values: Mapping[str, object]) -> str:
    """Return entries as marimo writes them, a line or more for each.

    A value that YAML has no form for is written as Python shows it.
    """
    return "".join(_entry(key, value) for key, value in values.items())


def _entry(key: str, value: object) -> str:
    if isinstance(value, str):
        if key in {"pyproject", "header"} or "\n" in value:
            value = _Literal(value)
        elif key == "description":
            value = _Folded(value)
        elif value in LETTERS:
            return f"{key}: {value}\n"
    yaml = yaml_as_marimo_reads_it()
    yaml.Emitter, yaml.Representer = _MarimoEmitter, _MarimoRepresenter
    yaml.default_flow_style, yaml.allow_unicode, yaml.width = False, False, 80
    out = io.StringIO()
    try:
        yaml.dump({key: value}, out)
    except YAMLError:
        return _entry(key, repr(value))
    return out.getvalue().removeprefix(_DIRECTIVE)


class _Literal(str):
    """A text that is written below its key, line by line."""

    __slots__ = ()


class _Folded(str):
    """A text that is written below its key, in lines of 80 columns."""

    __slots__ = ()


class _MarimoEmitter(Emitter):
    """Chooses quotes, and breaks lines, as PyYAML does."""

    def choose_scalar_style(self) -> str:
        if self.analysis is None:
            self.analysis = self.analyze_scalar(self.event.value)
        analysis, style = self.analysis, self.event.style
        is_awkward_key = self.simple_key_context and (analysis.multiline or analysis.empty)
        may_be_plain = analysis.allow_flow_plain if self.flow_level else analysis.allow_block_plain
        if not style and self.event.implicit[0] and may_be_plain and not is_awkward_key:
            return ""
        if style in {"|", ">"} and analysis.allow_block:
            return str(style)
        if not style and analysis.allow_single_quoted and not is_awkward_key:
            return "'"
        return '"'

    def write_plain(self, text: str, split: bool = True) -> None:  # noqa: FBT001, FBT002 - ruamel's signature
        if text and not self.whitespace:
            self._put(" ")
        for piece in _WORD_OR_SPACES.findall(text):
            if piece == " " and split and self.column > self.best_width:
                self.write_indent()
            else:
                self._put(piece)
            self.whitespace = self.indention = False

    def write_double_quoted(self, text: str, split: bool = True) -> None:  # noqa: FBT001, FBT002 - ruamel's signature
        self.write_indicator('"', True)
        waiting = ""
        for place, character in enumerate(text):
            written = self._escaped(character)
            if written != character:
                self._put(waiting + written)
                waiting, following, width = "", text[place + 1 : place + 2], self.column - 1
            else:
                following, width = character, self.column + len(waiting)
            if (
                split
                and 0 < place < len(text) - 1
                and (character == " " or not waiting)
                and width > self.best_width
            ):
                self._put(waiting + "\\")
                waiting = ""
                self.write_indent()
                self._put("\\" if following == " " else "")
            waiting += character if written == character else ""
        self._put(waiting)
        self.write_indicator('"', False)

    def _escaped(self, character: str) -> str:
        if " " <= character <= "~" and character not in '"\\':
            return character
        if character in self.ESCAPE_REPLACEMENTS:
            return f"\\{self.ESCAPE_REPLACEMENTS[character]}"
        code = ord(character)
        return f"\\x{code:02X}" if code < 0x100 else self._escaped_widely(code)

    def _escaped_widely(self, code: int) -> str:
        return f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"

    def _put(self, text: str) -> None:
        self.column += len(text)
        self.stream.write(text)


class _MarimoRepresenter(SafeRepresenter):
    """Knows the two kinds of text that have a style of their own."""


_MarimoRepresenter.add_representer(
    _Literal,
    lambda self, text: self.represent_scalar(TEXT_TAG, str(text), style="|"),
)
_MarimoRepresenter.add_representer(
    _Folded, lambda self, text: self.represent_scalar(TEXT_TAG, str(text), style=">")
)
