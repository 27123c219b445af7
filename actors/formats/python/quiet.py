r"""Reading Python that people wrote without their warnings reaching the host.

CPython warns while it compiles: of `"\d"`, of `1or 2`, of `x is 1`. Whether such
a warning is printed, ignored or *raised* (it then is a `SyntaxError`, and a good
cell looks broken) depends on `warnings.filters`, which belongs to the process:
`warnings.catch_warnings` swaps that list for all threads at once, so two threads
using it can leave the host with the other's filters. The filters are therefore
left alone. The compiler is instead given a source that means the same and that
it has nothing to say about: `\d` becomes `\\d` and `1or` becomes `1 or` before
parsing, and the few warnings of the later stage are avoided in the tree. The
answer then depends on the source alone.
"""

import ast
import inspect
import re
import types
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar, cast

import attrs

from actors.formats.fresh_stack import on_fresh_stack
from actors.formats.python.literals import scan

T = TypeVar("T")

# Each of these can only be too wide: it costs a second look, never a warning.
_PERHAPS_INVALID_ESCAPE = re.compile(r"\\[^\n\\'\"abfnrtvx0-3NuU]")
_PERHAPS_BYTES = re.compile(r"[bB][rR]?['\"]")
# A number is looked at from its start alone: a digit of a long one is no new start.
_PERHAPS_GLUED = re.compile(r"\d(?<!\w\d)(?<![\w.]\.\d)[\w.]*?(?:and|else|for|if|in|is|not|or)\b")
# Apart, because each begins with a character that `re` can look for at once: together
# they took 26 us a cell, an eighth of all that a new cell costs.
_PERHAPS_ODD_EXPRESSION = (
    re.compile(r"is(?<!\wis)\b|assert|~"),
    re.compile(r"['\")\]}][\s\\]*+[\[(]"),
    re.compile(r"\d(?<!\w\d)(?<![\w.]\.\d)[\w.]*+[\s\\]*+[\[(]"),
    re.compile(r"\.\.\.[\s\\]*+[\[(]"),
    re.compile(r"(?:None|True|False)[\s\\]*+[\[(]"),
)

_ESCAPE = re.compile(r"\\(?:[0-7]{1,3}|.|$)", re.DOTALL)
_VALID_AFTER_BACKSLASH = frozenset("\n\\'\"abfnrtvx01234567")

# What may be called or subscribed without a warning; all else may be a constant,
# also one that the compiler works out, as in `(not 1.5)[0]`.
_SOUND = (ast.Name, ast.Attribute, ast.Call, ast.Subscript)

_COMPILATIONS = 20
"""Attempts to compile while other threads are in its way; two at once are rare already."""

# Cells may `await` outside a function, as in IPython.
_FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


class UnreadableError(Exception):
    """The compiler refuses this source, for whatever reason.

    It says so in half a dozen ways: `SyntaxError`, `ValueError` for a null byte
    or a lone surrogate, `RecursionError` and `MemoryError` for deep nesting.
    """

    def __init__(self, reason: str, line: int | None, *, lasting: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line
        self.lasting = lasting
        """Whether it will be refused next time too; memory may be free then."""


@attrs.frozen
class QuietSource:
    """A source that the compiler accepts, or refuses, in silence."""

    text: str
    """Like the original, with a character inserted at some places; same lines."""

    inserted: tuple[int, ...] = ()
    """Offsets of these places in the original, sorted."""

    def original_offset(self, offset: int) -> int:
        """Return where a place in `text` is in the original."""
        low, high = 0, len(self.inserted)
        while low < high:  # the n-th insertion moved everything behind it by n
            middle = (low + high) // 2
            if self.inserted[middle] + middle < offset:
                low = middle + 1
            else:
                high = middle
        return offset - low


def quieted(source: str) -> QuietSource:
    """Return a source with the same meaning that gives no warnings when parsed."""
    if not (
        _PERHAPS_GLUED.search(source)
        or (
            "\\" in source
            and (_PERHAPS_INVALID_ESCAPE.search(source) or _PERHAPS_BYTES.search(source))
        )
    ):
        return QuietSource(source)
    found = scan(source)
    inserts = dict.fromkeys(found.glued, " ")
    for text in found.texts:
        if "r" not in text.prefix.lower():
            is_bytes = "b" in text.prefix.lower()
            inserts |= dict.fromkeys(_bad_escapes(source, text.start, text.end, is_bytes), "\\")
    places = sorted(inserts)
    pieces, last = [], 0
    for place in places:
        pieces += [source[last:place], inserts[place]]
        last = place
    return QuietSource("".join([*pieces, source[last:]]), tuple(places))


def _bad_escapes(source: str, start: int, end: int, is_bytes: bool) -> list[int]:  # noqa: FBT001 - private, named at its only call
    bad = []
    for escape in _ESCAPE.finditer(source, start, end):
        letters = escape[0][1:]
        valid = letters[:1] in _VALID_AFTER_BACKSLASH or (
            letters in {"N", "u", "U"} and not is_bytes
        )
        if not letters or not valid or (letters.isdigit() and int(letters, 8) > 0o377):
            bad.append(escape.start())
    return bad


def parse(source: QuietSource) -> ast.Module:
    """Return the syntax tree, whose columns are those of `source.text`.

    Raises:
        UnreadableError: when the compiler refuses it.
    """
    return _or_refused(lambda: _parse(source.text))


def awaits(source: QuietSource, tree: ast.Module) -> bool:
    """Compile for real and say whether the source awaits outside a function.

    Raises:
        UnreadableError: for what only the compiler's later stages find, such as
            `return` outside a function.
    """
    return _or_refused(lambda: _awaits(source.text, tree))


def _or_refused(compiled: Callable[[], T]) -> T:
    try:
        try:
            return compiled()
        except (RecursionError, MemoryError):
            return on_fresh_stack(compiled)
    except SyntaxError as error:
        raise UnreadableError(error.msg, error.lineno, lasting=True) from None
    except ValueError as error:  # a null byte, or a lone surrogate that UTF-8 cannot hold
        raise UnreadableError(str(error), None, lasting=True) from None
    except (RuntimeError, MemoryError):  # `RecursionError`, or no more threads
        raise UnreadableError("nested too deeply", None, lasting=False) from None


def _parse(text: str) -> ast.Module:
    return cast("ast.Module", _compiled(text, _FLAGS | ast.PyCF_ONLY_AST))


def _awaits(text: str, tree: ast.Module) -> bool:
    if any(pattern.search(text) for pattern in _PERHAPS_ODD_EXPRESSION):
        tree = _without_odd_expressions(_parse(text))  # another one, since this changes it
    code = _compiled(tree, _FLAGS)
    assert isinstance(code, types.CodeType), "no tree was asked for"
    return bool(code.co_flags & inspect.CO_COROUTINE)


def _compiled(source: str | ast.Module, flags: int) -> object:
    for _ in range(_COMPILATIONS):
        # Python 3.11 counts the depth of trees for all threads together. When one of them
        # gets its turn amid a compilation of another, as it may where a host has put
        # something into `gc.callbacks`, both find that the count is wrong.
        with suppress(SystemError):
            return compile(source, "<cell>", "exec", flags=flags, dont_inherit=True)
    return compile(source, "<cell>", "exec", flags=flags, dont_inherit=True)


def _without_odd_expressions(tree: ast.Module) -> ast.Module:
    """Replace what the compiler warns of by what it takes without a word.

    What is replaced has no part in any check that could refuse the source.
    """
    for node in ast.walk(tree):
        match node:
            case ast.Compare():  # `x is 1`
                node.ops = [ast.Eq() for _ in node.ops]
            case ast.Assert(test=ast.Tuple(elts=elements)):  # `assert (x, "message")`
                node.test = ast.copy_location(ast.List(elements, ast.Load()), node.test)
            case ast.Call(func=ast.expr() as called) if not isinstance(called, _SOUND):  # `[1](2)`
                node.func = _attribute_of(called)
            case ast.Subscript(value=value) if not isinstance(value, _SOUND):  # `[1]["a"]`
                node.value = _attribute_of(value)
            case ast.UnaryOp(op=ast.Invert()):  # `~True`, which is computed at once
                node.op = ast.Not()
            case _:
                pass
    return tree


def _attribute_of(value: ast.expr) -> ast.Attribute:
    return ast.copy_location(ast.Attribute(value, "x", ast.Load()), value)
