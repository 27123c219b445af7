"""Where the string literals of a Python source are.

A scanner of our own and not `tokenize`: since Python 3.12 that one is the
compiler's tokenizer, which stops at errors and gives warnings (see `quiet`).
Replacement fields are read by the rules of Python 3.12, where an f-string may
hold the quotes that it is in; older f-strings are read the same by them.
"""

import re

import attrs

_NUMBER = (
    r"0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+"
    r"|(?:\d(?:_?\d)*\.?(?:\d(?:_?\d)*)?|\.\d(?:_?\d)*)(?:[eE][-+]?\d(?:_?\d)*)?[jJ]?"
)

_TOKEN = re.compile(
    r"#[^\n]*"
    r"|(?P<prefix>[A-Za-z]{0,2})(?P<quote>'''|\"\"\"|'|\")"
    rf"|(?P<number>{_NUMBER})(?P<glued>(?=and|else|for|if|in|is|not|or))?"
    r"|[^\W\d]\w*"
    r"|[][(){}:]"
)

_PLAIN_END = {
    "'": re.compile(r"[^\\'\n]*(?:\\.[^\\'\n]*)*(?:'|$|(?=\n))", re.DOTALL),
    '"': re.compile(r"[^\\\"\n]*(?:\\.[^\\\"\n]*)*(?:\"|$|(?=\n))", re.DOTALL),
    "'''": re.compile(r"[^\\']*(?:(?:\\.|'(?!''))[^\\']*)*(?:'''|$)", re.DOTALL),
    '"""': re.compile(r"[^\\\"]*(?:(?:\\.|\"(?!\"\"))[^\\\"]*)*(?:\"\"\"|$)", re.DOTALL),
}

# `\N{DASH}` is no replacement field; `\{` is a backslash before one.
_FIELD_OR_END = {
    quote: re.compile(
        rf"\\N\{{[^{{}}\n]*\}}|\\[^{{}}]|\{{\{{?|\}}|{quote}" + ("" if len(quote) == 3 else r"|\n"),
        re.DOTALL,
    )
    for quote in _PLAIN_END
}


@attrs.frozen
class Literal:
    """One string literal, replacement fields and all, as offsets in the source."""

    start: int
    end: int
    prefix: str
    """Such as `rb`, as written."""


@attrs.frozen
class Text:
    """Characters between quotes that stand for themselves or are escapes."""

    start: int
    end: int
    prefix: str


@attrs.frozen
class Scan:
    """What one pass over a source found, in order."""

    literals: tuple[Literal, ...]
    """The outermost literals: none of them is inside another."""

    texts: tuple[Text, ...]
    """The texts of all literals, nested ones too."""

    glued: tuple[int, ...]
    """Ends of numbers that a keyword follows without a space, as in `1or 2`."""


def scan(source: str) -> Scan:
    """Find all string literals; never fails, whatever the source is."""
    scanner = _Scanner(source)
    scanner.code(0, in_field=False)
    return Scan(tuple(scanner.literals), tuple(scanner.texts), tuple(scanner.glued))


def lines_inside_literals(source: str) -> frozenset[int]:
    r"""Return the lines (counted from 0) that begin inside a string literal.

    Lines end at `\n` only.
    """
    if "'''" not in source and '"""' not in source and "\\\n" not in source:
        return frozenset()
    inside: set[int] = set()
    line = position = 0
    for literal in scan(source).literals:
        line += source.count("\n", position, literal.start)
        breaks = source.count("\n", literal.start, literal.end)
        inside.update(range(line + 1, line + breaks + 1))
        line, position = line + breaks, literal.end
    return frozenset(inside)


class _Scanner:
    def __init__(self, source: str) -> None:
        self.source = source
        self.literals: list[Literal] = []
        self.texts: list[Text] = []
        self.glued: list[int] = []

    def code(self, position: int, *, in_field: bool, quote: str = "", prefix: str = "") -> int:
        """Scan code from `position`; a replacement field ends at its brace."""
        depth = 0
        while token := _TOKEN.search(self.source, position):
            position = token.end()
            if token["quote"]:
                position = self._literal(token, outermost=not in_field)
            elif token["glued"] is not None:
                self.glued.append(position)
            elif token[0] in {"(", "[", "{"}:
                depth += 1
            elif token[0] in {")", "]", "}"}:
                if in_field and depth == 0:
                    return position
                depth -= 1
            elif token[0] == ":" and in_field and depth == 0:
                return self._text_with_fields(position, quote, prefix, in_spec=True)
        return len(self.source)

    def _literal(self, token: re.Match[str], *, outermost: bool) -> int:
        quote, prefix = token["quote"], token["prefix"]
        if prefix.lower() in {"f", "fr", "rf", "t", "tr", "rt"}:
            end = self._text_with_fields(token.end(), quote, prefix, in_spec=False)
        else:
            match = _PLAIN_END[quote].match(self.source, token.end())
            end = match.end() if match else len(self.source)
            self.texts.append(Text(token.end(), max(token.end(), end - len(quote)), prefix))
        if outermost:
            self.literals.append(Literal(token.start(), end, prefix))
        return end

    def _text_with_fields(self, position: int, quote: str, prefix: str, *, in_spec: bool) -> int:
        """Scan an f-string's text, or a field's format, to the end of either."""
        start = position
        while found := _FIELD_OR_END[quote].search(self.source, position):
            position = found.end()
            if found[0] in {quote, "\n"} or (in_spec and found[0] == "}"):
                self.texts.append(Text(start, found.start(), prefix))
                # A format that meets the quote leaves it to the string around it.
                return found.start() if in_spec and found[0] != "}" else position
            if found[0] == "{" or (in_spec and found[0] == "{{"):
                self.texts.append(Text(start, found.start(), prefix))
                position = start = self.code(
                    found.start() + 1, in_field=True, quote=quote, prefix=prefix
                )
        self.texts.append(Text(start, len(self.source), prefix))
        return len(self.source)
