"""What an SQL statement creates or attaches, by duckdb's tokens, as marimo 0.25.2 finds it."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from actors.formats.sql.libraries import Duckdb

_WORD_END = re.compile(rb"[\s\-/]")
_MOST_PARTS = 3
_DEFAULT_NAME = ("",)


@attrs.frozen
class Created:
    """One thing that a statement makes."""

    name: str
    """What other cells may call it."""

    qualified: str
    """The same with the catalog and the schema that it was created in, if these were given."""


def created_by(statement: str, library: Duckdb) -> Iterator[Created]:
    """Find `CREATE` of tables, views and schemas, and `ATTACH`, anywhere in a statement."""
    tokens = _Tokens.of(statement, library)
    while tokens.has_more:
        if tokens.take("create"):
            yield from _created(tokens)
        elif tokens.take("attach"):
            yield from _attached(tokens)
        else:
            tokens.skip(1)


@attrs.define(eq=False)
class _Tokens:
    """The tokens of a statement and a place among them."""

    text: bytes  # duckdb counts bytes
    starts: Sequence[int]
    keywords: Sequence[bool]
    place: int = 0

    @classmethod
    def of(cls, statement: str, library: Duckdb) -> "_Tokens":
        kinds: Any = library.module.token_type
        comment = getattr(kinds, "comment", None)  # from duckdb 2.0, which used to drop them
        found = [token for token in library.module.tokenize(statement) if token[1] != comment]
        starts = [start for start, _ in found]
        return cls(statement.encode(), starts, [kind == kinds.keyword for _, kind in found])

    @property
    def has_more(self) -> bool:
        return self.place < len(self.starts)

    def skip(self, count: int) -> None:
        self.place += count

    def take(self, *words: str) -> bool:
        """Move behind the next token if it is one of these keywords."""
        if not self.has_more or not self.keywords[self.place] or self._next().lower() not in words:
            return False
        self.place += 1
        return True

    def name(self) -> str:
        """Move behind the next token and return it without its quotes."""
        text = self._next()
        self.place += 1
        for quote in ('"', "'"):
            if text.startswith(quote) and text.endswith(quote):
                return text.strip(quote)
        return text

    def take_dot(self) -> bool:
        """Move behind a dot that is not the end."""
        is_dot = self.has_more and self._next() == "."
        self.place += is_dot
        return is_dot and self.has_more

    def _next(self) -> str:
        start = self.starts[self.place]
        if self.text.startswith(b"e'", start):
            start += 1
        quote = self.text[start : start + 1]
        if quote in {b'"', b"'"}:
            end = self.text.find(quote, start + 1) + 1  # 0 when it is never closed
        else:
            word = _WORD_END.search(self.text, start)
            end = word.start() if word else len(self.text)
            if self.place + 1 < len(self.starts):  # `(select` is two tokens
                end = min(end, self.starts[self.place + 1])
        return self.text[start:end].decode()


def _created(tokens: _Tokens) -> Iterator[Created]:
    if tokens.take("or"):
        tokens.skip(1)  # `REPLACE`
    tokens.take("temporary", "temp")
    is_schema = False
    if not tokens.take("table", "view"):
        is_schema = tokens.take("schema")
        if not is_schema:
            tokens.skip(1)  # a macro, a type, …: nothing that a cell could take
            return
    _skip_condition(tokens)
    if not tokens.has_more:
        return
    parts = [tokens.name()]
    while tokens.take_dot():
        parts.append(tokens.name())
    if is_schema:
        yield Created(parts[-1], parts[-1])
        return
    # Other counts are an error in duckdb too; marimo goes on with a name that nothing has.
    lowered = [part.lower() for part in (parts if len(parts) <= _MOST_PARTS else _DEFAULT_NAME)]
    yield Created(lowered[-1], ".".join(lowered))


def _attached(tokens: _Tokens) -> Iterator[Created]:
    tokens.take("database")
    _skip_condition(tokens)
    if not tokens.has_more:
        return
    # `'data/sales.db'` is called after the part before the dot, `'md:sales'` after the colon.
    name = tokens.name().split(".")[0]
    if ":" in name:
        name = name.split(":")[1]
    if tokens.take("as") and tokens.has_more:
        name = tokens.name()
    yield Created(name, name)


def _skip_condition(tokens: _Tokens) -> None:
    if tokens.take("if"):
        tokens.skip(2)  # `NOT EXISTS`
