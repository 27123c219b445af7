"""Code that needs no compiling to be known as sound.

What the parser takes, the compiler's later stages may still refuse: `return`
outside a function, an argument given twice. To compile costs a third of all
that is done for a new cell, and most cells have nothing that those stages look
at. Here is said which; in doubt a cell is not plain, which costs only time.
"""

import re

from actors.formats.python.scopes import Scopes

_LONGEST = 1_500
"""Characters. A longer text may be nested so deeply that the compiler gives up."""

_TELLING = ("__debug__", "__future__", "\f", "\r")

_DEEP = re.compile(r"\n[ \t]{20}")
"""Perhaps more blocks in each other than the twenty that Python takes."""


def is_plain(code: str, scopes: Scopes) -> bool:
    """Return whether code is certain to compile, and awaits nothing.

    Args:
        code: The source, which the parser takes.
        scopes: What was found in its tree.
    """
    return (
        not scopes.needs_compiling
        and len(code) <= _LONGEST
        and code.isascii()  # to the compiler, a name in other letters is that in their like
        and not any(word in code for word in _TELLING)
        and not _DEEP.search(code)
    )
