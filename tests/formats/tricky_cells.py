"""Cells at the corners of the format's rules, by subject; each is a list of codes."""

NAMES = {
    "simple": ["x = 1", "print(x)"],
    "used before defined": ["print(x); x = 1", "x"],
    "augmented": ["x += 1", "print(x)"],
    "loop over itself": ["for x in x:\n    y = x", "y"],
    "read above where a loop sets it": [
        "def f():\n    for i in z:\n        if i: print(prev)\n        prev = i"
    ],
    "walrus": ["if (n := len(a)) > 1: print(n)", "n"],
    "walrus in a comprehension": ["[(last := n) for n in ns]", "last, n"],
    "walrus in a function": ["def f():\n    return [(w := n) for n in ns], w", "w"],
    "walrus in a decorator": ["@x((y := 1))\ndef f():\n    def g(z=y): pass\n    return y"],
    "walrus in a decorator of a global": ["@(z := b)\ndef f(c=z):\n    global z\n    z", "z"],
    "walrus of a private name": ["[(_w := n) for n in ns]\nprint(_w)"],
    "comprehensions": [
        "[a for a in b if c for d in a]",
        "{k: v for k, v in items}",
        "{s for s in t}",
    ],
    "generator": ["g = (q for q in r)", "g, q"],
    "lambda": ["h = lambda x, y=z, *a, **k: x + w", "h, x"],
    "except as": ["try:\n    pass\nexcept E as err:\n    err = 1\n    print(err)\nprint(err)"],
    "except star": [
        "try:\n    pass\nexcept* E as err:\n    print(err)\nfinally:\n    done = 1",
        "done",
    ],
    "match": [
        (
            "match cmd:\n    case [a, *rest]: pass\n    case {'k': v, **kw}: pass\n"
            "    case P(x=1, y=yy) as whole: pass\n    case X.Y | None | True: pass"
        ),
        "a, rest, v, kw, yy, whole",
    ],
    "global above": ["global g\ng = 1", "g"],
    "private global": ["global _p\n_p = 1", "_p"],
    "global in a function": ["def f():\n    global h\n    h = 1", "h"],
    "private global in a function": ["x = 1", "def f():\n    global _p\n    _p = 1"],
    "nonlocal": [
        "def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = 2\n    return g"
    ],
    "nonlocal outside": ["nonlocal x"],
    "class scope": [
        "x = 1",
        "class A:\n    x = x\n    y = [x for _ in z]\n    def m(self): return x",
    ],
    "with": ["with open(p) as fh, other() as (a, b):\n    data = fh.read()", "fh, a, b, data"],
    "del": ["del zz", "zz = 1", "zz = 2\ndel zz"],
    "imports": ["import a.b.c as d, e.f\nfrom . import g\nfrom h import i as _j, k", "d, e, g, k"],
    "import star": ["from os import *"],
    "import star below if": ["if 1:\n    from os import *"],
    "future": ["from __future__ import annotations", "x = 1"],
    "starred": ["*a, b = c", "a, b"],
    "dunder and private": [
        "__x = 1\n__ = 2\n_ = 3\n_y = 4\n__all__ = []",
        "__x, __, _, _y, __all__",
    ],
    "builtins": ["print(__file__, __name__, __class__, len)"],
    "shadowed builtins": ["list = [1]", "def print(x): pass", "list(print(len))"],
    "unicode": ["naïve = ﬁ = 1", "变量 = 1", "naïve, fi, 变量"],
    "same name twice": ["x = 1", "x = 2", "x"],
    "f-string": ["s = f'{a!r:>{width}} {b[\"k\"]}'", "s"],
    "decorated twice": ["@f.register\ndef f(): pass", "@deco(arg)\nclass C: pass"],
    "sql": ["df = mo.sql(f'SELECT * FROM {t}')", "mo.sql('SELECT 1')", "df"],
}

HINTS = {
    "plain": ["x: int = 1", "print(x)"],
    "bare": ["x: int", "print(x)"],
    "of another cell": ["x: dict[str, Foo] = {}", "import Foo", "x"],
    "quotes": ["x: Literal['a', \"b\", 'say \"hi\"', 'it\\'s'] = 'a'", "x"],
    "a string": ["x: 'List[int]' = []", "x"],
    "a private name": ["x: _T = 1", "y = 1", "x"],
    "a private name defined there": ["y = 1", "_T = int\nx: _T = 1", "x"],
    "a private name of its own": ["x: [a for _p in b] = 1\ny: (lambda _q: _q) = 1", "x, y"],
    "a private name in an f-string": ["x: f'{_p}' = 1", "x"],
    "not the first definition": ["x = 1\nx: int = 2", "x"],
    "two hints": ["x: int = 1\nx: str = ''", "x"],
    "two cells": ["x: int = 1", "x = 2", "x"],
    "of an attribute": ["a.b: int = 1\nc[d]: e = f"],
    "many lines": ["x: Callable[\n    [int],\n    str,\n] = f", "x"],
    "with a walrus": ["x: (y := int) = 1", "x, y"],
}

REUSABLE = {
    "function": ["def f(a, b=1): return a", "f(1)"],
    "class": ["class A:\n    '''Doc.'''\n    x: int = 1\n    def m(self): return self.x", "A"],
    "async": ["async def f(x): await x"],
    "recursive": ["def f(n): return f(n - 1)"],
    "needs a later function": ["def f(): return g()", "def g(): return 1"],
    "default of a later function": ["def f(x=g()): return x", "def g(): return 1"],
    "default of an earlier function": ["def g(): return 1", "def f(x=g()): return x"],
    "default of a function that waits": [
        "def a(): return later()",
        "def b(x=a): return x",
        "def later(): return len([])",
    ],
    "body of a later function": ["class A:\n    c = g()", "def g(): return len([])"],
    "loop of a later function": ["class A:\n    for i in g(): pass", "def g(): return len([])"],
    "method of a later function": [
        "class A:\n    def m(self): return g()",
        "def g(): return len([])",
    ],
    "method and a name outside": ["class A:\n    def m(self): return m", "m = 1"],
    "method default of itself": ["class A:\n    def m(self, x=m): return x", "m = 1"],
    "cycle": ["def f(): return g()", "def g(): return f()"],
    "cycle with a variable": ["def f(): return g() + bad", "def g(): return f()", "bad = 1"],
    "chain to a variable": [
        "def f(): return g()",
        "def g(): return h()",
        "def h(): return bad",
        "bad = 1",
    ],
    "chain of functions": ["def f(): return g()", "def g(): return h()", "def h(): return len([])"],
    "imported name": ["import os", "def f(): return os.path"],
    "from setup": ["import os", "def f(x: os.PathLike = os.sep): return os.path"],
    "private": ["def _f(): pass", "class _C: pass", "def __getattr__(name): pass"],
    "reserved": ["def app(): pass", "class __generated_with: pass"],
    "two in a cell": ["def f(): pass\ndef g(): pass"],
    "and a statement": ["def f(): pass; x = 1", "x = 1\ndef f(): pass"],
    "comment above": ["# about f\ndef f(): pass"],
    "comment below": ["def f():\n    pass\n# below"],
    "comment below, indented": ["def f():\n    pass\n    # below"],
    "comment behind": ["def f(): pass  # behind"],
    "decorator": [
        "import functools",
        "@functools.cache\ndef f(): pass",
        "@staticmethod\ndef g(): pass",
    ],
    "decorator from setup": ["import functools", "@functools.cache\ndef f(): pass"],
    "hints": ["def f(a: int, *b: T, k: 'U' = 1) -> list[V]: pass"],
    "name clash": ["def f(): pass", "f = 1", "f"],
    "clash of functions": ["def f(): return q", "def f(): return q", "q = 1"],
    "clash with a cell's name": ["def f(): return load", "load = 1"],
    "shadowed builtin": ["def f(): return len([])", "len = 1"],
    "class with bases": [
        "class B: pass",
        "class A(B, metaclass=type): pass",
        "class C(D): pass",
        "D = 1",
    ],
    "class body": [
        "class A:\n    a = 1\n    b = [a]\n    c = outer\n    d = lambda: later",
        "outer = 1",
    ],
    "class with a loop": [
        "class A:\n    for i in range(3):\n        j = i\n    def m(self): return glob",
        "glob = 1",
    ],
    "property": [
        "class A:\n    @property\n    def p(self): return 1\n    @p.setter\n    def p(self, v): ..."
    ],
    "classes in classes": [
        "class A:\n    class B(C):\n        class D(C):\n            E = F",
        "F = 1",
        "class C: pass",
    ],
    "class in a class": [
        "class A:\n    class B:\n        z = 1\n    y = B.z\n    def m(self): return A, glob"
    ],
    "private attribute": [
        "class A:\n    _a = 1\n    b = _a + 1\n    def _m(self, x=_a): return _a"
    ],
    "walrus default": ["def f(x=(y := 1)): return y"],
    "dataclass": ["from d import dataclass", "@dataclass\nclass D:\n    a: int\n    b: str = 'x'"],
    "test": ["def test_a(): assert f(1) == 1", "def f(x): return x"],
    "unparsable beside": ["def f(: pass", "def g(): return f()"],
}

LAYOUT = {
    "empty": [""],
    "blank": ["   ", "\n", "\n\nx = 1\n\n"],
    "comment": ["# only a comment", "# one\n\n# two"],
    "import last": ["import x", "import x\n", "import x\n# comment", "x = 1\nimport y  # behind"],
    "def last": ["x = 1\ndef g(): pass", "x = 1\nclass C:\n    def m(self):\n        pass\n"],
    "semicolon": ["x = 1;", "x; y; z"],
    "docstring": ['"""doc"""', '"""\nmulti\n   line\n"""'],
    "strings over lines": ['x = """\na\n\n  b\n   \n"""', "s = '''a\nb''' \\\n    'c'"],
    "tabs": ["if x:\n\ty = 1\n\tif y:\n\t\tz = 1", "x = '''\n\ta\n'''"],
    "form feed": ["x = 1\n\f\ny = 2", "x = 1\n\fdef g(): pass"],
    "carriage returns": ["x = 1\r\ny = 2\r\n", "s = '''a\r\nb'''"],
    "non-breaking space": ["x\u00a0= 1", "x = (\u00a0"],
    "long parameters": [
        "print(" + ", ".join(f"a_parameter_of_a_long_name_{n}" for n in range(4)) + ")"
    ],
    "one long parameter": [f"print({'p' * 90})"],
    "long returns": [
        " = ".join(f"a_result_with_a_long_name_{n}" for n in range(4)) + " = 1",
        "print(" + ", ".join(f"a_result_with_a_long_name_{n}" for n in range(4)) + ")",
    ],
    "one long return": [f"{'r' * 90} = 1", "r" * 90],
    "parameters of about a line": [f"print({'a' * 35}, {'b' * n})" for n in range(30, 40)],
    "returns of about a line": [
        "\n".join(f"{'a' * 35}{n}, {'b' * n}{n} = c" for n in range(26, 36)),
        *(f"print({'a' * 35}{n}, {'b' * n}{n})" for n in range(26, 36)),
        *(f"{'a' * 35}, {'b' * n}{n}, = c" for n in range(26, 36)),
        *(f"print({'b' * n}{n}, {'a' * 35})" for n in range(26, 36)),
    ],
    "async": [
        "await foo()",
        "async with a as b: pass",
        "[x async for x in y]",
        "async for i in j: pass",
    ],
    "not async": ["async def f(): await g()\nx = 1", "def f(): await g()"],
}

UNPARSABLE = {
    "open bracket": ["x = ("],
    "words": ["this is no python"],
    "triple quotes": ['x = """', 'bad """ triple \\ quote " and ""'],
    "single triple quotes": ["x = '''"],
    "backslashes": ["bad \\d \\\\ code", "x = \\"],
    "many lines": ["if x:\n  y = 1\n z = 2\n\n   \nend"],
    "return": ["return 5", "x = 1\nreturn x"],
    "outside a function": ["yield 1", "break", "continue", "def f(): await g()", "[(yield)]"],
    "late errors": ["def f(a, a): pass", "f(a=1, a=2)", "x: int\nglobal x", "a, *b, *c = d"],
    "shell and magic": ["!ls", "%time x", "x?"],
    "type parameters": ["def f[T](x: T) -> T: return x", "type X = int", "class C[T]: pass"],
}

MARKDOWN = {
    "plain": ['mo.md("# hi")', "mo.md('''a\n  b''')"],
    "raw": ['mo.md(r"""\nraw \\alpha\n  indented\n""")', "mo.md(R'x')"],
    "f-string": ['mo.md(f"plain")', 'mo.md(f"{{braces}}")', 'mo.md(f"{x}")', 'mo.md(rf"raw \\x")'],
    "quotes": [
        "mo.md('one \"quoted\"')",
        'mo.md("""\n    a ""quoted"" b\n    """)',
        'mo.md("it\'s")',
    ],
    "comments": ['# above\nmo.md("x")  # behind\n# below', 'mo.md(\n    # inside\n    "x"\n)'],
    "parentheses": ['(mo.md("x"))', 'mo.md(("x"))', 'mo.md("x (y) :-)")'],
    "not alone": ['mo.md("x");', 't = mo.md("x")', 'mo.md("x").center()', 'mo.md("a")\nmo.md("b")'],
    "empty": ['mo.md("")', 'mo.md("  \\n ")', "mo.md()", 'mo.md(f"")'],
    "escapes": ['mo.md("a\\nb\\n\\n  c  \\n")', 'mo.md("caf\\u00e9 \\N{DASH}")'],
    "concatenated": ['mo.md("a" "b")', 'mo.md(\n    "a\\n"\n    "b"\n)', 'mo.md("a" f"b")'],
    "unicode": ['mo.md("é ☃ 漢")  # ☃ é', 'x = mo.md(u"x")', 'mo.md(u"x")'],
    "other module": ['marimo.md("x")', 'mo.markdown("x")'],
    "invalid escape": ['mo.md(r"\\d")', 'mo.md("x")  # \\d'],
}

WARNED_OF = {
    "constants that are worked out": ["a = a\na = (not 1.5)[a]"],
    "invalid escapes": ["x = '\\d \\s'", "b = b'\\d \\u \\N'", "f'\\d{x}\\{y}'"],
    "glued numbers": ["x = 1or 2", "y = [0x1for z in z]", "1if 1else 2"],
    "odd comparisons": ["x is 1", "assert (x, 'm')"],
    "odd calls": ["'a'(1)", "[1]['a']", "(1, 2)(3)", "{1: 2}()"],
    "inverted": ["~True"],
}

ALL = {
    f"{subject}: {what}": codes
    for subject, group in {
        "names": NAMES,
        "hints": HINTS,
        "reusable": REUSABLE,
        "layout": LAYOUT,
        "unparsable": UNPARSABLE,
        "markdown": MARKDOWN,
        "warned of": WARNED_OF,
    }.items()
    for what, codes in group.items()
}

CODES = sorted({code for codes in ALL.values() for code in codes if "\f" not in code})
"""To be put together; a form feed in an unparsable cell is not as marimo has it."""
