"""What one cell's code says about itself; the rest of the notebook plays no part."""

import ast
import operator
import re
import sys
import types
from collections.abc import Mapping
from typing import cast

import attrs

from actors.formats.fresh_stack import on_fresh_stack
from actors.formats.memo import MEMO
from actors.formats.python import markdown_cells
from actors.formats.python.layout import indent
from actors.formats.python.names import MANGLED, TypeHint, is_private
from actors.formats.python.plain_code import is_plain
from actors.formats.python.quiet import UnreadableError, awaits, parse, quieted
from actors.formats.python.scopes import Scopes

_FACTS_BYTES = 700
_NO_HINTS: Mapping[str, TypeHint] = types.MappingProxyType({})


@attrs.frozen
class Reusable:
    """The one function or class that a cell consists of, unless it is private."""

    kind: str
    """`function` or `class`, which are marimo's decorators but for `_definition`."""

    name: str
    needs_at_once: frozenset[str]
    """Names that must exist when the `def` or `class` is executed."""

    needs_in_sql: frozenset[str]
    """Names of which its SQL alone makes use: they are looked up when it is run."""

    has_trailing_comment: bool
    """A comment at the margin below it, which would be lost in a file."""


@attrs.frozen
class CellFacts:
    """All that rendering needs to know of a cell, from its code alone."""

    code: str
    """The code to write, which differs from the cell's in non-breaking spaces."""

    is_parsable: bool
    """Python accepts it, and accepts it as the body of a function."""

    body: str = ""
    """The indented code of `@app.cell`, up to the `return`."""

    is_async: bool = False
    defs: tuple[str, ...] = ()
    """Public names that it defines, sorted."""

    refs: tuple[str, ...] = ()
    """Names that it uses before it defines them, sorted."""

    hints: Mapping[str, TypeHint] = _NO_HINTS
    """The types of its public names, where these are given."""

    reusable: Reusable | None = None
    declared_global: frozenset[str] = frozenset()
    """Names in a `global` statement outside functions: no parameter may be one."""

    is_lasting: bool = True
    """It will be read the same way next time; not so if there was no memory for it."""

    def says_the_same(self, other: "CellFacts") -> bool:
        """Return whether the rest of a notebook cannot tell two cells apart."""
        return _seen(self) == _seen(other)

    def weight_bytes(self) -> int:
        """Return about what keeping this takes, calibrated with `tracemalloc`."""
        names = len(self.defs) + len(self.refs) + len(self.hints)
        return sys.getsizeof(self.code) + sys.getsizeof(self.body) + 80 * names + _FACTS_BYTES


def analyze(code: str) -> CellFacts:
    """Return the facts about a cell; any text is a cell, if not a parsable one."""
    known = MEMO.get(code)
    if known is not None:
        return cast("CellFacts", known)
    try:
        try:
            facts = _facts(code)
        except (RecursionError, MemoryError):
            facts = on_fresh_stack(lambda: _facts(code))
    except UnreadableError as refusal:
        facts = CellFacts(code, is_parsable=False, is_lasting=refusal.lasting)
    except (RuntimeError, MemoryError):  # too deep even there, or no more threads
        facts = CellFacts(code, is_parsable=False, is_lasting=False)
    if facts.is_lasting:
        MEMO.put(code, facts, facts.weight_bytes())
    return facts


def _facts(original: str) -> CellFacts:
    # Some editors send U+00A0 for a space, which is an error in Python; marimo
    # replaces all of them, and the files must be the same.
    code = original.replace("\u00a0", " ")
    source = quieted(code)
    tree = parse(source)
    is_single = len(tree.body) == 1 and isinstance(tree.body[0], _DEFINITIONS)
    scopes = Scopes(tree, detailed=is_single)
    is_async = not is_plain(source.text, scopes) and awaits(source, tree)
    if scopes.imports_star:  # Python allows that in a module; in the file a cell is a function
        return CellFacts(original, is_parsable=False)
    body = _body(code, markdown_cells.formatted(code, source, tree) or code, tree)
    defs = sorted(name for name in scopes.defs if not is_private(name))
    return CellFacts(
        code,
        is_parsable=_is_function_body(code, body, has_global=bool(scopes.declared_global)),
        body=body,
        is_async=is_async,
        defs=tuple(defs),
        refs=tuple(sorted(scopes.refs)),
        hints=_hints(scopes),
        reusable=_reusable(code, tree.body[0], scopes) if is_single else None,
        declared_global=frozenset(
            name for name in scopes.declared_global if not name.startswith(MANGLED)
        ),
    )


_seen = operator.attrgetter(
    *(field.name for field in attrs.fields(CellFacts) if field.name not in {"code", "body"})
)

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_NEEDS_BLANK_LINE = (*_DEFINITIONS, ast.Import, ast.ImportFrom)


def _body(code: str, written: str, tree: ast.Module) -> str:
    body = indent(written)
    if not tree.body:
        return body
    last = tree.body[-1]
    is_last_line = last.end_lineno == code.rstrip().count("\n") + 1
    if isinstance(last, _NEEDS_BLANK_LINE) and is_last_line:
        return body + "\n"  # as ruff's formatter wants it
    return body


# Without these, indenting cannot change what the code is: tabs and form feeds
# move columns, and Python allows a hundred levels of indentation.
_PERHAPS_NO_BODY = ("\t", "\f", "\r", "\n" + 90 * " ")


def _is_function_body(code: str, body: str, *, has_global: bool) -> bool:
    lines = f"\n{code}"
    if not has_global and not any(odd in lines for odd in _PERHAPS_NO_BODY):
        return True
    function = quieted(f"async def _():\n{body}\n    return")
    try:
        tree = parse(function)
        if has_global:  # `global b; b: int = 1` is fine in a module, and nowhere else
            awaits(function, tree)
    except UnreadableError:
        return False
    return True


def _hints(scopes: Scopes) -> Mapping[str, TypeHint]:
    hints = {
        name: definitions[0].hint
        for name, definitions in scopes.definitions.items()
        if definitions[0].hint is not None and not is_private(name)
    }
    return types.MappingProxyType(hints) if hints else _NO_HINTS


def _reusable(code: str, node: ast.stmt, scopes: Scopes) -> Reusable | None:
    assert isinstance(node, _DEFINITIONS)
    # One name, defined once: `global` adds no other. Not `__getattr__` either.
    if node.name.startswith("_") or scopes.defs != {node.name}:
        return None
    definitions = scopes.definitions.get(node.name, ())
    if len(definitions) != 1:
        return None
    return Reusable(
        "class" if isinstance(node, ast.ClassDef) else "function",
        node.name,
        definitions[0].needs_at_once,
        scopes.asked_by_sql,
        _has_trailing_comment(code, node),
    )


def _has_trailing_comment(code: str, node: ast.stmt) -> bool:
    below = re.split(r"\r\n|\r|\n", code)[node.end_lineno :]
    comments = [line for line in below if line.strip()]
    return bool(comments) and comments[-1].startswith("#")
