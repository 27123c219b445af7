'''Cells that are one `name = mo.sql(f"""…""")`, which a markdown notebook holds as SQL.'''

import ast
import textwrap
from collections.abc import Mapping

import attrs

from actors.formats.python.layout import indent
from actors.formats.python.literals import scan
from actors.formats.python.quiet import UnreadableError, parse, quieted

DEFAULT_QUERY = "_df"


@attrs.frozen
class SqlCell:
    """A query, and what is done with its result."""

    text: str
    """The query; what is in braces is Python."""

    query: str
    """The variable that the result goes to."""

    engine: str | None
    hides_output: bool

    @classmethod
    def from_attributes(cls, text: str, attributes: Mapping[str, str]) -> "SqlCell":
        """Return the cell that a block with these attributes is."""
        return cls(
            text,
            attributes.get("query", DEFAULT_QUERY),
            attributes.get("engine") or None,
            attributes.get("hide_output", "false").lower() == "true",
        )

    def attributes(self) -> dict[str, str]:
        """Return the attributes of its block, in marimo's order."""
        found = {} if self.query == DEFAULT_QUERY else {"query": self.query}
        if self.engine is not None:
            found["engine"] = self.engine
        return found | ({"hide_output": "True"} if self.hides_output else {})

    def code(self) -> str:
        """Return the code of the cell, as marimo lays it out."""
        ends = ['"""']
        if self.hides_output:
            ends.append("output=False")
        if self.engine is not None:
            ends.append(f"engine={self.engine}")
        lines = ['f"""', textwrap.indent(self.text, "    "), ",\n".join(ends)]
        inner = "\n".join([indent(lines[0]), lines[1], indent(lines[2])])
        return f"{self.query} = mo.sql(\n{inner}\n)"


def sql_cell(code: str) -> SqlCell | None:
    """Return the SQL cell that a code is, if a block can hold all of it.

    marimo takes more for SQL, and then loses it: comments, backslashes, letters
    outside of ASCII, `duckdb.sql`, an engine that is no plain name.
    """
    if "mo.sql(" not in code:  # far cheaper than to parse every cell
        return None
    cell = _read(code)
    if cell is None or has_comments(code) or _read(cell.code()) != cell:
        return None
    return cell


def _read(code: str) -> SqlCell | None:
    try:
        return _read_body(parse(quieted(code.strip())).body)
    except (UnreadableError, RecursionError):  # `ast.unparse` goes deeper than the parser
        return None


def _read_body(body: list[ast.stmt]) -> SqlCell | None:
    match body:
        case [
            ast.Assign(
                targets=[ast.Name(id=query)],
                value=ast.Call(
                    func=ast.Attribute(value=ast.Name(id="mo"), attr="sql"),
                    args=[argument],
                    keywords=keywords,
                ),
            )
        ]:
            text, options = _text(argument), _options(keywords)
        case _:
            return None
    if text is None or options is None:
        return None
    return SqlCell(text, query, options.get("engine"), "output" in options)


def _options(keywords: list[ast.keyword]) -> dict[str, str] | None:
    options: dict[str, str] = {}
    for keyword in keywords:
        match keyword:
            case ast.keyword(arg="output", value=ast.Constant(value=False)):
                options["output"] = "False"
            case ast.keyword(arg="engine", value=ast.Name(id=engine)):
                options["engine"] = engine
            case _:
                return None
    return options


def _text(argument: ast.expr) -> str | None:
    match argument:
        case ast.JoinedStr(values=values):
            text = "".join(map(_part, values))
        case ast.Constant(value=str(value)):
            text = value
        case _:
            return None
    return textwrap.dedent(textwrap.dedent(text).strip()).strip()


def _part(value: ast.expr) -> str:
    if isinstance(value, ast.Constant):
        return str(value.value).replace("{", "{{").replace("}", "}}")
    assert isinstance(value, ast.FormattedValue)
    expression = ast.unparse(value.value)
    space = " " if expression.startswith("{") else ""
    conversion = "" if value.conversion < 0 else f"!{chr(value.conversion)}"
    spec = value.format_spec
    written = f":{''.join(map(_part, spec.values))}" if isinstance(spec, ast.JoinedStr) else ""
    return f"{{{space}{expression}{conversion}{written}}}"


def has_comments(code: str) -> bool:
    """Return whether there is a comment outside of the code's strings."""
    last = 0
    outside = []
    for literal in scan(code).literals:
        outside.append(code[last : literal.start])
        last = literal.end
    return "#" in "".join([*outside, code[last:]])
