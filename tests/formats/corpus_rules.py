"""The notebooks of `tests/data/corpus`: one for each rule of marimo's `.py` format.

`python -m tests.formats.corpus_rules` writes the files anew, as marimo writes them.
"""

from pathlib import Path

import attrs

from actors.notebook import Cell, CellConfig, Notebook
from tests.formats.marimo_reference import notebook_of, written
from tests.formats.tricky_cells import HINTS, LAYOUT, MARKDOWN, NAMES, REUSABLE, UNPARSABLE

CORPUS = Path(__file__).parents[1] / "data" / "corpus"


def _configured(*options: dict[str, object], code: str = "x = {}") -> list[Cell]:
    return [
        Cell(f"c{number}", code.format(number), "_", CellConfig.from_options(given))
        for number, given in enumerate(options)
    ]


def _with_setup(code: str, others: list[str], config: CellConfig | None = None) -> Notebook:
    notebook = notebook_of([code, *others], ["setup", *["_"] * len(others)])
    setup = attrs.evolve(notebook.cells[0], config=config or CellConfig())
    return attrs.evolve(notebook, cells=[setup, *notebook.cells[1:]])


HEADER = """\
#!/usr/bin/env python
# /// script
# dependencies = ["marimo"]
# ///

'A docstring.'"""
OTHERS = ["def f(): return os.sep", "print(os, f)"]

RULES: dict[str, Notebook] = {
    "cell kinds": _with_setup(
        "import os", [*OTHERS, "class A:\n    x = os", "x = (", 'mo.md("text")', "", "await f()"]
    ),
    "cell configs": Notebook(
        _configured(
            {"hide_code": True},
            {"column": 0},
            {"column": 1, "disabled": True, "hide_code": True, "expand_output": True},
        )
    ),
    "configs of functions": Notebook(_configured({"hide_code": True}, code="def f{}(): pass")),
    "configs of unparsable cells": Notebook(_configured({"disabled": True}, code="x = ({}")),
    "config keys of a newer release": Notebook(_configured({"hide_code": True, "later": "x"})),
    "app configs": notebook_of(
        ["x = 1"], app_config={"width": "full", "app_title": "A \\ B", "auto_download": ["html"]}
    ),
    "async cells": notebook_of(LAYOUT["async"] + LAYOUT["not async"]),
    "setup": _with_setup("import os", OTHERS),
    "setup that hides its code": _with_setup("import os", OTHERS, CellConfig(hide_code=True)),
    "setup of comments": _with_setup("# import os\n\n# later", OTHERS),
    "setup that awaits": _with_setup("import os\nawait os", OTHERS),
    "setup that is unparsable": _with_setup("import (", OTHERS),
    "functions in order": notebook_of(
        REUSABLE["default of an earlier function"] + REUSABLE["body of a later function"]
    ),
    "functions in cycles": notebook_of(REUSABLE["cycle"] + ["x = bad", "bad = 1"]),
    "functions in cycles with variables": notebook_of(REUSABLE["cycle with a variable"]),
    "functions that need functions": notebook_of(REUSABLE["chain of functions"]),
    "functions that need variables": notebook_of(REUSABLE["chain to a variable"]),
    "private functions": notebook_of(REUSABLE["private"]),
    "comments at functions": notebook_of(
        ["# above\ndef f(): 1", "def g():\n    pass\n# below", "def h():\n    pass\n    # inside"]
    ),
    "decorators": _with_setup(
        "import functools", ["@functools.cache\ndef f(): pass", "@a.b\nclass C: pass"]
    ),
    "default arguments": notebook_of(REUSABLE["default of a later function"]),
    "annotations of functions": notebook_of([*REUSABLE["hints"], "T = V = int"]),
    "clashes of names": notebook_of(REUSABLE["name clash"]),
    "clashes of functions": notebook_of(REUSABLE["clash of functions"]),
    "reserved names": notebook_of(REUSABLE["reserved"]),
    "classes": notebook_of(REUSABLE["class with bases"] + REUSABLE["property"]),
    "unparsable cells": notebook_of(
        UNPARSABLE["words"] + UNPARSABLE["many lines"] + UNPARSABLE["shell and magic"]
    ),
    "unparsable cells with triple quotes": notebook_of(UNPARSABLE["triple quotes"]),
    "refused code": notebook_of(
        NAMES["import star"] + UNPARSABLE["return"] + UNPARSABLE["outside a function"]
    ),
    "markdown": notebook_of(MARKDOWN["plain"] + MARKDOWN["escapes"] + MARKDOWN["unicode"]),
    "markdown with quotes": notebook_of(MARKDOWN["quotes"]),
    "markdown with prefixes": notebook_of(MARKDOWN["raw"] + MARKDOWN["f-string"]),
    "markdown with comments": notebook_of(MARKDOWN["comments"]),
    "shadowed builtins": notebook_of(NAMES["shadowed builtins"]),
    "annotated variables": notebook_of(HINTS["plain"] + HINTS["of another cell"][:1] + ["x"]),
    "annotated variables with quotes": notebook_of(HINTS["quotes"]),
    "long signatures": notebook_of(LAYOUT["long parameters"] + LAYOUT["one long parameter"]),
    "long returns": notebook_of(LAYOUT["long returns"] + LAYOUT["one long return"]),
    "signatures of about a line": notebook_of(LAYOUT["parameters of about a line"]),
    "returns of about a line": notebook_of(LAYOUT["returns of about a line"]),
    "unused definitions": notebook_of(["used = unused = 1", "_private = 2\nused"]),
    "blank line above return": notebook_of(
        ["import x", "x = 1\ndef f(): pass", "from os import a  # b", "import y\n# below"]
    ),
    "strings over lines": notebook_of(LAYOUT["strings over lines"] + LAYOUT["docstring"]),
    "tabs": notebook_of(LAYOUT["tabs"]),
    "unicode": notebook_of(NAMES["unicode"]),
    "null bytes": notebook_of(["x = 1\0", "y = 1"]),
    "form feeds": notebook_of(LAYOUT["form feed"]),
    "lone surrogates": notebook_of(["x = '\ud83d'", "y = 1"]),
    "a long cell": notebook_of(["\n".join(f"x_{n} = [y_{n}]" for n in range(500)), "print(x_499)"]),
    "no cells": Notebook(),
    "empty cells": notebook_of(["", "# only a comment", "pass"]),
    "duplicate names": notebook_of(["x = 1", "y = x", "x = 2"], ["load", "load", "load"]),
    "names that are none": notebook_of(["x = 1", "y = 2", "z = 3"], ["a b", "class", "über"]),
    "type parameters": notebook_of(UNPARSABLE["type parameters"]),
    "Windows line ends": notebook_of(["x = '''a\nb'''", "def f():\n    return 1"]),
    "a header": notebook_of(["x = 1"], header=HEADER),
}  # fmt: skip

NOT_MARIMOS = {"null bytes", "lone surrogates", "config keys of a newer release"}
"""marimo writes no Python for the first two, and drops what it does not know."""

BY_RELEASE = {"type parameters"}
"""Which of these cells are Python depends on its release."""


def file_name(rule: str) -> str:
    """Return the name of the file that shows a rule."""
    return f"{rule.lower().replace(' ', '_')}.py"


def notebook_for(rule: str) -> Notebook:
    """Return the notebook of a rule, which its file names at the top."""
    notebook = RULES[rule]
    newline = "\r\n" if rule == "Windows line ends" else "\n"
    return attrs.evolve(
        notebook,
        header=notebook.header or f"# Rule: {rule}.",
        style=attrs.evolve(notebook.style, newline=newline),
    )


def main() -> None:
    """Write all files."""
    CORPUS.mkdir(parents=True, exist_ok=True)
    for rule in RULES:
        (CORPUS / file_name(rule)).write_bytes(written(notebook_for(rule)).encode())


if __name__ == "__main__":
    main()
