"""How much is open at once in an SQL text, before a parser is let loose on it.

Measured with duckdb 2.0.0 and sqlglot 30.30.0: ten `WITH` inside each other
take duckdb 3 GB of memory, and each further one four times that; a `LATERAL` in
a `LATERAL`, or a join that has no `ON` yet, doubles sqlglot's time; and its
compiled variant overflows the C stack at some thousand brackets, which ends the
process.
"""

import re
from collections import Counter

MOST_OPEN = {"BRACKET": 30, "WITH": 4, "LATERAL": 8, "JOIN": 8}
"""Few real queries come near, and all within take some hundredths of a second."""

_TOKEN = re.compile(
    r"""
    --[^\n]* | /\*.*?(?:\*/|$) | (?P<tag>\$\w*\$).*?(?:(?P=tag)|$)
    | e'(?:[^'\\]|\\.)*'? | '[^']*'? | "[^"]*"?
    | with\s+(?:time|ties|ordinality)\b
    | (?P<word>\w+) | (?P<sign>[][(){};])
    """,
    re.DOTALL | re.VERBOSE | re.IGNORECASE,
)


def is_too_deep(text: str) -> bool:
    """Return whether a parser might take more than its share for this text."""
    nesting = _Nesting()
    for token in _TOKEN.finditer(text):
        nesting.read((token["word"] or token["sign"] or "").upper())
        if nesting.is_too_deep:
            return True
    return False


class _Nesting:
    """What is open at one place, by kind."""

    def __init__(self) -> None:
        self._levels = [Counter[str]()]  # by the brackets around it, the outermost first
        self._open = Counter[str]()

    @property
    def is_too_deep(self) -> bool:
        return any(self._open[what] > most for what, most in MOST_OPEN.items())

    def read(self, token: str) -> None:
        """Take a bracket, a semicolon or a word into account."""
        match token:
            case "(" | "[" | "{" | "CASE":
                self._levels.append(Counter())
                self._add("BRACKET", 1)
            case ")" | "]" | "}" | "END" if len(self._levels) > 1:
                self._open -= self._levels.pop()
            case ";" if len(self._levels) == 1:
                self._levels, self._open = [Counter()], Counter()
            case "WITH" | "LATERAL" | "JOIN":
                self._add(token, 1)
            case "ON" | "USING" if self._levels[-1]["JOIN"]:
                self._add("JOIN", -1)
            case _:
                pass

    def _add(self, what: str, count: int) -> None:
        self._levels[-1][what] += count
        self._open[what] += count
