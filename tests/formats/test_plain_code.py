"""What is called plain does compile, whatever it is."""

import ast
import inspect
import textwrap
import warnings
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.formats.python import quiet
from actors.formats.python.plain_code import is_plain
from actors.formats.python.scopes import Scopes
from benchmarks.workload import make_workload
from tests.formats import tricky_cells

REFUSED = (
    "return 1",
    "if x:\n    return",
    "yield",
    "x = (yield)",
    "await x",
    "[x async for x in y]",
    "break",
    "for x in y: pass\nelse: break",
    "f(a=1, a=2)",
    "f(a=1, # one\n  a=2)",
    "f(a=1, a # one\n =2)",
    "f(a=1, \\\n a \\\n = 2)",
    "f(\\\na=1, \\\na=2)",
    "f(a=g(b), b=1, a=2)",
    "f(fi=1, \ufb01=2)",
    "def f(a, a): pass",
    "def f(a, *, b, **a): pass",
    "def f(a, a=1): return a",
    "def f(): g(a=1, a=2)",
    "def f(): pass\nreturn 1",
    "if x:\n    def f(): pass\n    return",
    "def f[T, T](): pass",
    "lambda a, a: 1",
    "*a",
    "* a",
    "*a, *b = c",
    "x = *a",
    "x = * a",
    "for *a in b: pass",
    "for x in *a: pass",
    "print(x) ; *a",
    "a = b\n*c",
    "def f():\n    return *a",
    "from os import *\nif x:\n    def f(): from os import *",
    "def f():\n    from os import*",
    "global x; x = 1; global x",
    "x = 1\nglobal x",
    "nonlocal x",
    "__debug__ = 1",
    "f(__debug__=1)",
    "__\uff44ebug__ = 1",
    "async def f():\n    yield 1\n    return 2",
    "async def f():\n    yield from x",
    "from __future__ import nothing",
    "x = 1\nfrom __future__ import annotations",
    "try: pass\nexcept: pass\nexcept E: pass",
    "[(x := 1) for x in y]",
    "[x for x in (y := z)]",
    "match x:\n    case _: pass\n    case 1: pass",
    "match x:\n    case [a, a]: pass",
    "type X[T, T] = int",
    "class A:\n    return",
    "class A(x=1, x=2): pass",
    "def f():\n    class A:\n        return 1",
    "with " + ", ".join(["a"] * 25) + ": pass",
    "".join(f"{' ' * depth}while x:\n" for depth in range(24)) + " " * 24 + "pass",
)


def compiled(code):
    """Return whether Python compiles code that awaits nothing; `None` if it cannot be parsed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(code)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None, None
        try:
            flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
            found = compile(code, "<cell>", "exec", flags=flags, dont_inherit=True)
        except SyntaxError:
            return tree, False
        return tree, not found.co_flags & inspect.CO_COROUTINE


@pytest.mark.parametrize("code", REFUSED)
def test_what_python_refuses_late_is_not_plain(code):
    tree, is_sound = compiled(code)
    assert not is_sound
    assert tree is None or not is_plain(code, Scopes(tree))


@pytest.mark.parametrize("codes", tricky_cells.ALL.values(), ids=tricky_cells.ALL)
def test_tricky_cells_that_are_plain_compile(codes):
    for code in codes:
        tree, is_sound = compiled(code)
        assert is_sound or tree is None or not is_plain(code, Scopes(tree))


@pytest.mark.parametrize("module", [ast, inspect, textwrap, warnings, st, quiet])
def test_statements_of_real_modules_that_are_plain_compile(module):
    text = Path(module.__file__).read_text("utf-8")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.stmt) and node.col_offset >= 0:
            code = ast.unparse(node)
            tree, is_sound = compiled(code)
            assert is_sound or tree is None or not is_plain(code, Scopes(tree)), code


PIECES = st.sampled_from([
    *"abx*=,:()[]{}.\n\\#; ", "**", "    ", "f(", "a=", "def f(", "):", "return ", "for ", " in ",
    "import ", "if ", "pass", "with ", " as ", "not ", "else", "'", "1",
])  # fmt: skip


@given(st.lists(PIECES, max_size=14).map("".join))
def test_any_text_that_is_plain_compiles(code):
    tree, is_sound = compiled(code)
    assert is_sound or tree is None or not is_plain(code, Scopes(tree))


def test_the_cells_that_people_write_are_plain():
    codes = [cell.code for cell in make_workload(11, 1, "a").cells]
    assert all(is_plain(code, Scopes(ast.parse(code))) for code in codes)
