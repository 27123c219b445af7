"""The YAML between `---` lines at the top of a markdown notebook, edited in place.

Loading and dumping it would lose comments and quote values anew. So the text is
kept, and only the fields that changed are replaced in it.
"""

import re
from collections.abc import Mapping
from itertools import accumulate
from typing import Any, cast

import attrs
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from actors.errors import FormatError
from actors.formats.markdown.yaml import (
    LETTERS,
    TEXT_TAG,
    dumped,
    yaml_as_marimo_reads_it,
)
from actors.formats.memo import MEMO

_BYTES, _BYTES_A_CHARACTER = 2_000, 50  # what a syntax tree takes, measured with `tracemalloc`

_DEEPEST = 200  # brackets in brackets; ruamel.yaml 0.19 takes 7 s to give up at 10,000
_BRACKET = re.compile(r"[][{}]")

Value = str | list[str]


@attrs.frozen
class _Field:
    """One top-level entry; lines are counted from 0."""

    first: int
    last: int
    node: Node


@attrs.frozen
class FrontMatter:
    """What stands between the `---` lines, and its top-level entries."""

    text: str
    """Ends in a line feed unless it is empty."""

    fields: Mapping[str, _Field]
    is_block: bool = True
    """Each entry has lines of its own."""

    @classmethod
    def of(cls, text: str) -> "FrontMatter | None":
        """Return the front matter in a text; `None` when it is no mapping.

        Raises:
            FormatError: when it is not YAML; its line is one of the text.
        """
        known = MEMO.get((cls, text))
        if known is None:
            known = cls._of(text)
            MEMO.put((cls, text), known, _BYTES_A_CHARACTER * len(text) + _BYTES)
        return cast("FrontMatter | None", known)

    @classmethod
    def _of(cls, text: str) -> "FrontMatter | None":
        node = _composed(text)
        if node is None:
            return cls(text, {})
        if not isinstance(node, MappingNode):
            return None
        fields = {
            key.value: _Field(key.start_mark.line, _last_line(value, text), value)
            for key, value in node.value
            if isinstance(key, ScalarNode)
        }
        return cls(text, fields, not node.flow_style)

    def __contains__(self, key: str) -> bool:
        return key in self.fields

    def get(self, key: str) -> Value | None:
        """Return a text or a list of texts; anything else is `None`, as if it were not there."""
        field = self.fields.get(key)
        return None if field is None else _value(field.node)

    def scalar(self, key: str) -> str | None:
        """Return a value as it is written, be it a text, a number or a date."""
        field = self.fields.get(key)
        return field.node.value if field and isinstance(field.node, ScalarNode) else None

    def with_value(self, key: str, value: object) -> "FrontMatter":
        """Return this with a value set, in the place that it has or at the end."""
        edited = _read_if(self._text_with(key, value)) if self.is_block else None
        if edited is None:  # it had an anchor, a margin or an end mark
            return _read(dumped(_constructed(self.text) | {key: value}))
        return edited

    def without(self, key: str) -> "FrontMatter":
        """Return this without an entry."""
        field = self.fields.get(key)
        if field is None:
            return self
        lines = self.text.splitlines(keepends=True)
        text = "".join([*lines[: field.first], *lines[field.last + 1 :]])
        edited = _read_if(text) if self.is_block else None
        if edited is None or key in edited:
            left = {name: value for name, value in _constructed(self.text).items() if name != key}
            return _read(dumped(left))
        return edited

    def _text_with(self, key: str, value: object) -> str:
        entry = dumped({key: value})
        field = self.fields.get(key)
        if field is None:
            return self.text + entry
        lines = self.text.splitlines(keepends=True)
        if field.first == field.last and entry.count("\n") == 1 and _is_visible(field.node):
            line, mark = lines[field.first], field.node
            written = entry.partition(": ")[2].rstrip("\n")
            entry = line[: mark.start_mark.column] + written + line[mark.end_mark.column :]
        return "".join([*lines[: field.first], entry, *lines[field.last + 1 :]])


NO_FRONT_MATTER = FrontMatter("", {})


def _read(text: str) -> FrontMatter:
    front_matter = FrontMatter.of(text)
    assert front_matter is not None  # what `dumped` returns is a mapping
    return front_matter


def _read_if(text: str) -> FrontMatter | None:
    try:
        return FrontMatter.of(text)
    except FormatError:
        return None


# -- reading -----------------------------------------------------------------------


def _composed(text: str) -> Node | None:
    if _nesting(text) > _DEEPEST:
        raise FormatError("the front matter is nested too deeply", 1)
    try:
        return yaml_as_marimo_reads_it().compose(text)  # type: ignore[no-any-return]
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or "it has characters that YAML does not allow"
        line = None if mark is None else mark.line + 1
        raise FormatError(f"the front matter is not YAML: {reason}", line) from None
    except (ValueError, RecursionError, AttributeError, IndexError, TypeError, AssertionError):
        # ruamel.yaml 0.19 has more ways to stumble over what is no YAML.
        raise FormatError("the front matter is not YAML", 1) from None


def _nesting(text: str) -> int:
    depths = accumulate(1 if bracket[0] in "[{" else -1 for bracket in _BRACKET.finditer(text))
    return max(depths, default=0)


def _value(node: Node) -> Value | None:
    if isinstance(node, ScalarNode):
        is_text = node.tag == TEXT_TAG or (node.value in LETTERS and not node.style)
        return node.value if is_text else None
    if isinstance(node, SequenceNode) and all(isinstance(each, ScalarNode) for each in node.value):
        return [each.value for each in node.value]
    return None


def _constructed(text: str) -> dict[str, Any]:
    try:
        return dict(yaml_as_marimo_reads_it().load(text) or {})
    except (YAMLError, ValueError, RecursionError) as error:
        raise FormatError(f"the front matter cannot be changed: {error}") from None


def _is_visible(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.start_mark.index < node.end_mark.index


def _last_line(node: Node, text: str) -> int:
    """Return the last line of a value, without the comments and blank lines below it."""
    end = node.end_mark
    last: int = end.line - (end.column == 0 and end.line > node.start_mark.line)
    lines = text.splitlines()
    is_literal = isinstance(node, ScalarNode)
    while last > node.start_mark.line and (
        not lines[last].strip() or (not is_literal and lines[last].lstrip().startswith("#"))
    ):
        last -= 1
    return last


def loaded(text: str) -> dict[str, Any] | None:
    """Return the mapping that a text is as YAML; `None` for any other text."""
    front_matter = _read_if(text)
    if front_matter is None or not front_matter.fields:
        return None
    try:
        return _constructed(text)
    except FormatError:
        return None
