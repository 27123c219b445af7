"""Code that needs no compiling to be known as sound.

What the parser takes, the compiler's later stages may still refuse: `return`
outside a function, an argument given twice. To compile costs a third of all
that is done for a new cell, and most cells have nothing that those stages look
at. Here is said which; in doubt a cell is not plain, which costs only time.
"""

import ast
import keyword
import re

_LONGEST = 1_500
"""Characters. A longer text may be nested so deeply that the compiler gives up."""

_TELLING = (
    "async", "await", "break", "case", "class ", "class\t", "continue", "except", "global",
    "lambda", "match", "nonlocal", "type", "yield", ":=", "__debug__", "__future__",
    "\f", "\r", "\\\n",
)  # fmt: skip
"""Without these, nothing is out of place; `def`, `return`, `*` and `=` are looked at."""

_ODD_LAYOUT = re.compile(r"\n(?:[ \t]*=|[ \t]{20})")
"""An argument that goes on below its name, or more blocks in each other than the
twenty that Python takes."""

_LONGEST_KEYWORD = max(map(len, keyword.kwlist))
_LAST_WORD = re.compile(r"\w+\Z")
_ENDS_OF_VALUES = (")", "]", "}", "'", '"')

_ARGUMENT = re.compile(r"[(,\n][ \t]*(\w+)[ \t]*=(?!=)")
"""An argument of a call, or a variable at the start of a line, which may be one."""


def is_plain(code: str, tree: ast.Module) -> bool:
    """Return whether code is certain to compile, and awaits nothing.

    Args:
        code: The source, which the parser takes.
        tree: What the parser made of it.
    """
    return (
        len(code) <= _LONGEST
        and code.isascii()  # the compiler compares names in their normal form
        and not any(word in code for word in _TELLING)
        and _has_plain_functions(code, tree)
        and not _ODD_LAYOUT.search(code)
        and not _may_unpack(code)
        and not _may_repeat_argument(code)
    )


def _has_plain_functions(code: str, tree: ast.Module) -> bool:
    """Return whether there is one function with nothing around it, or none at all."""
    match tree.body:
        case [ast.FunctionDef(args=parameters) as function] if code.count("def") == 1:
            given = [*parameters.posonlyargs, *parameters.args, *parameters.kwonlyargs]
            given += [each for each in (parameters.vararg, parameters.kwarg) if each]
            is_generic = bool(getattr(function, "type_params", ()))
            return len({each.arg for each in given}) == len(given) and not is_generic
        case _:
            return "def" not in code and "return" not in code


def _may_unpack(code: str) -> bool:
    """Return whether a star may stand before a value, and not between two."""
    place = code.find("*")
    while place >= 0:
        before = code[:place].rstrip(" \t*")
        word = _LAST_WORD.search(before[-_LONGEST_KEYWORD - 1 :])
        if keyword.iskeyword(word[0]) if word else not before.endswith(_ENDS_OF_VALUES):
            return True
        place = code.find("*", place + 1)
    return False


def _may_repeat_argument(code: str) -> bool:
    names = _ARGUMENT.findall(f"\n{code}")
    return len(names) != len(set(names))
