"""Python made up from its grammar: what a cell may be, over a few names that meet."""

import sys
from textwrap import indent

from hypothesis import strategies as st

from actors.notebook import Cell, CellConfig, Notebook
from actors.types import CellId

NAMES = st.sampled_from(
    [
        "a",
        "b",
        "c",
        "f",
        "g",
        "A",
        "B",
        "T",
        "os",
        "mo",
        "len",
        "print",
        "_p",
        "__q",
        "café",
        "self",
    ]
)
TOP_NAMES = st.sampled_from(["a", "b", "f", "g", "h", "A", "B", "C", "len", "_p", "app"])
RARELY_ASYNC = st.sampled_from([*[""] * 9, "async "])
HAS_TYPE_PARAMETERS = sys.version_info >= (3, 12)


def _formatted(form, **parts):
    """Return texts of a form whose `{holes}` are filled from strategies."""
    return st.fixed_dictionaries(parts).map(lambda filled: form.format(**filled))


def _listed(parts, separator=", ", *, min_size=0, max_size=3):
    return st.lists(parts, min_size=min_size, max_size=max_size).map(separator.join)


# -- expressions ---------------------------------------------------------------------

CONSTANTS = st.sampled_from(
    ["1.5", "0x1f", "'text'", 'b"\\d"', "...", "[]", r"r'\d'", "'''a\n  b'''", "f'{a!r:>{b}}'"]
)
TARGETS = st.one_of(
    NAMES,
    _formatted("({a}, *{b})", a=NAMES, b=NAMES),
    _formatted("[{a}, {b}]", a=NAMES, b=NAMES),
    _formatted("{a}.{b}", a=NAMES, b=NAMES),
    _formatted("{a}[{b}]", a=NAMES, b=NAMES),
)


def _generators(expressions):
    one = _formatted(
        "{word} {t} in {e}{condition}",
        word=RARELY_ASYNC.map("{}for".format),
        t=TARGETS,
        e=expressions,
        condition=st.just("") | expressions.map(" if {}".format),
    )
    return _listed(one, " ", min_size=1, max_size=2)


def _parameters(expressions, *, annotated=True):
    hint = st.just("") | expressions.map(": {}".format) if annotated else st.just("")
    plain = _formatted("{n}{h}", n=st.sampled_from(["a", "self"]), h=hint)
    other = _formatted("{n}{h}", n=st.sampled_from(["b", "_p"]), h=hint)
    optional = _formatted("{n} = {d}", n=st.sampled_from(["c", "len"]), d=expressions)
    return st.one_of(
        st.just(""),
        plain,
        optional,
        _formatted("{a}, /, {c}", a=plain, c=optional),
        _formatted("*{a}, {c}, **{b}", a=plain, b=other, c=optional),
        _formatted("{a}, *, {b}", a=plain, b=other),
    )


OPERATORS = st.sampled_from(["+", "and", "is", "<=", "@", "in", "not in"])


def _larger(expressions):
    e = expressions
    generators = _generators(e)
    return st.one_of(
        _formatted("({a} {op} {b})", a=e, b=e, op=OPERATORS),
        _formatted("{a}.{n}", a=e, n=NAMES),
        _formatted("{a}({b}, *{c}, {n}={d})", a=e, b=e, c=e, d=e, n=NAMES),
        _formatted("{a}[{b}:{c}]", a=e, b=e, c=e),
        _formatted("[{a} {g}]", a=e, g=generators),
        _formatted("{{{a} {g}}}", a=e, g=generators),
        _formatted("({a} {g})", a=e, g=generators),
        _formatted("{{{a}: {b} {g}}}", a=e, b=e, g=generators),
        _formatted("(lambda {p}: {a})", p=_parameters(e, annotated=False), a=e),
        _formatted("({n} := {a})", n=NAMES, a=e),
        _formatted("({a} if {b} else {c})", a=e, b=e, c=e),
        _formatted(
            "({word} {a})",
            a=e,
            word=st.sampled_from([*["not", "-", "~"] * 5, *["await"] * 3, "yield"]),
        ),
        _formatted("({a}, *{b})", a=e, b=e),
        _formatted("{{**{a}, {b}: {c}}}", a=e, b=e, c=e),
        _formatted('f"{{{a}}} {{{b}.{c}!r}}"', a=NAMES, b=NAMES, c=NAMES),
    )


EXPRESSIONS = st.recursive(NAMES | NAMES | CONSTANTS, _larger, max_leaves=4)

# -- patterns ------------------------------------------------------------------------

CAPTURES = st.sampled_from(["_", "1", "None", "os.path", "a", "b", "_p", "café", "[b, 1]"])
PATTERNS = st.one_of(
    _formatted("[{a}, *{n}]", a=CAPTURES, n=NAMES),
    _formatted("{{'k': {a}, **{n}}}", a=CAPTURES, n=NAMES),
    _formatted("A({a}, b={b})", a=CAPTURES, b=CAPTURES),
    _formatted("1 | os.path | A({a}=_)", a=NAMES),
    _formatted("({a}, 1) as {n}", a=CAPTURES, n=NAMES),
)

# -- statements ----------------------------------------------------------------------

MODULES = st.sampled_from(["os", "a.b", "mo", "b.c.d", "len"])
TYPE_PARAMETERS = (
    st.sampled_from(["", "", "[T]", "[T: a]", "[T: (a, b)]", "[*T]", "[**T, b]", "[_p]"])
    if HAS_TYPE_PARAMETERS
    else st.just("")
)
SIMPLE = st.one_of(
    _formatted("{t} = {e}", t=TARGETS, e=EXPRESSIONS),
    _formatted("{t} = {u} = {e}", t=TARGETS, u=TARGETS, e=EXPRESSIONS),
    _formatted("{n} += {e}", n=NAMES, e=EXPRESSIONS),
    _formatted("{n}: {h} = {e}", n=NAMES, h=EXPRESSIONS, e=EXPRESSIONS),
    _formatted("{n}: {h}", n=NAMES, h=EXPRESSIONS),
    EXPRESSIONS,
    _formatted("import {m}", m=MODULES),
    _formatted("import {m} as {n}, {o}", m=MODULES, n=NAMES, o=MODULES),
    _formatted("from {m} import {a}, {b} as {c}", m=MODULES, a=NAMES, b=NAMES, c=NAMES),
    _formatted("from . import {a}", a=NAMES),
    _formatted("{w} {n}", w=st.sampled_from(["del", "global", "nonlocal"]), n=NAMES),
    _formatted("assert {a}, {b}", a=EXPRESSIONS, b=EXPRESSIONS),
    _formatted("raise {a} from {b}", a=EXPRESSIONS, b=EXPRESSIONS),
    st.sampled_from(["pass", "x = 1  # behind", "a; b = c", "...", "a", "break"]),
    *(
        [_formatted("type {n}{p} = {e}", n=NAMES, p=TYPE_PARAMETERS, e=EXPRESSIONS)]
        if HAS_TYPE_PARAMETERS
        else []
    ),
)


def _block(statements):
    body = _listed(statements, "\n", min_size=1, max_size=2)
    return body.map(lambda text: indent(text, "    ")).map("\n{}".format)


def _definitions(statements, names):
    block = _block(statements)
    decorators = _listed(EXPRESSIONS.map("@{}\n".format), "", max_size=1)
    function = _formatted(
        "{d}{w}def {n}{t}({p}){r}:{b}",
        d=decorators,
        w=RARELY_ASYNC,
        n=names,
        t=TYPE_PARAMETERS,
        p=_parameters(EXPRESSIONS),
        r=st.just("") | EXPRESSIONS.map(" -> {}".format),
        b=block | block.map(lambda body: f"{body}\n    return a"),
    )
    bases = st.just("") | st.just("()") | _formatted("({a}, metaclass={b})", a=NAMES, b=EXPRESSIONS)
    class_ = _formatted(
        "{d}class {n}{t}{p}:{b}", d=decorators, n=names, t=TYPE_PARAMETERS, p=bases, b=block
    )
    return function | class_


def _compound(statements):
    e, block = EXPRESSIONS, _block(statements)
    return st.one_of(
        _definitions(statements, NAMES),
        _formatted("if {e}:{b}", e=e, b=block),
        _formatted("if {e}:{b}\nelif {f}:{c}\nelse:{d}", e=e, f=e, b=block, c=block, d=block),
        _formatted(
            "{w}for {t} in {e}:{b}\nelse:{c}", w=RARELY_ASYNC, t=TARGETS, e=e, b=block, c=block
        ),
        _formatted("while {e}:{b}", e=e, b=block),
        _formatted("{w}with {e} as {t}, {f}:{b}", w=RARELY_ASYNC, e=e, t=TARGETS, f=e, b=block),
        _formatted(
            "try:{a}\nexcept {e} as {n}:{b}\nelse:{c}\nfinally:{d}",
            e=e,
            n=NAMES,
            a=block,
            b=block,
            c=block,
            d=block,
        ),
        _formatted("try:{a}\nexcept* {e} as {n}:{b}", e=e, n=NAMES, a=block, b=block),
        _formatted(
            "match {e}:\n    case {p}:{b}\n    case {q} if {f}:{c}",
            e=e,
            f=e,
            p=PATTERNS,
            q=PATTERNS,
            b=block.map(lambda t: indent(t, "    ")),
            c=block.map(lambda t: indent(t, "    ")),
        ),
    )


STATEMENTS = st.recursive(SIMPLE, lambda inner: SIMPLE | _compound(inner), max_leaves=4)

# -- cells and notebooks -------------------------------------------------------------

COMMENTS = st.sampled_from(["", "", "", "# comment\n", "\n"])
CODES = st.one_of(
    _listed(STATEMENTS, "\n", min_size=1),
    _formatted(
        "{above}{d}{below}",
        above=COMMENTS,
        d=_definitions(STATEMENTS, TOP_NAMES),
        below=COMMENTS.map("\n{}".format).map(str.rstrip),
    ),
)
"""Any statements; as often one definition, which may be a cell of the file's top level."""

CONFIGS = st.builds(
    CellConfig,
    st.none() | st.integers(0, 3),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
CELL_NAMES = st.sampled_from(["_", "_", "_", "", "__", "load", "a", "f", "A", "no name"])
APP_CONFIGS = st.fixed_dictionaries(
    {},
    optional={
        "width": st.sampled_from(["compact", "medium", "full"]),
        "app_title": st.none() | st.text("abc \\", max_size=30),
        "auto_download": st.lists(st.sampled_from(["html", "markdown", "ipynb"]), max_size=2),
        "layout_file": st.text("abc/", max_size=60),
    },
)


@st.composite
def notebooks(draw):
    """Return notebooks of generated cells; the first is the setup cell at times."""
    names = draw(st.lists(CELL_NAMES, max_size=5))
    if names and draw(st.integers(0, 3)) == 0:
        names[draw(st.integers(0, len(names) - 1))] = "setup"
    configs = draw(
        st.lists(st.just(CellConfig()) | CONFIGS, min_size=len(names), max_size=len(names))
    )
    cells = [
        Cell(CellId(f"c{number}"), draw(CODES), name, config)
        for number, (name, config) in enumerate(zip(names, configs, strict=True))
    ]
    return Notebook(cells, draw(APP_CONFIGS))
