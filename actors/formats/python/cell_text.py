"""The text of one cell in a `.py` notebook."""

import functools
import keyword
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

import attrs

from actors.formats.python.cell_facts import CellFacts
from actors.formats.python.layout import (
    INDENT,
    call,
    escaped,
    indent,
    is_writable,
    literal,
    quoted,
    returned,
)
from actors.formats.python.names import MANGLED, SQL_TYPE, TypeHint
from actors.formats.python.quiet import UnreadableError, parse, quieted
from actors.notebook import DEFAULT_CONFIG, CellConfig


@attrs.frozen
class Surroundings:
    """What the text of a cell depends on besides the cell."""

    known: AbstractSet[str]
    """Names that are there without being passed."""

    used: AbstractSet[str]
    """Names that some cell takes."""

    hints: Mapping[str, TypeHint]
    """Types of the notebook's variables, by the last cell that defines each."""


def function_cell(
    facts: CellFacts, name: str, config: CellConfig, position: int, surroundings: Surroundings
) -> str:
    """Return an `@app.cell`; `name` must be one that a function can have."""
    prefix = "async " if facts.is_async else ""
    parameters = _parameters(facts, position, surroundings)
    lines = [
        _decorator("cell", config),
        call(f"{prefix}def {name}", parameters, ":"),
        facts.body,
        returned(_results(facts, surroundings)),
    ]
    if not facts.body:
        del lines[2]
    return "\n".join(lines)


def reusable_cell(facts: CellFacts, config: CellConfig) -> str:
    """Return an `@app.function` or `@app.class_definition`."""
    assert facts.reusable is not None
    kind = "class_definition" if facts.reusable.kind == "class" else facts.reusable.kind
    return f"{_decorator(kind, config)}\n{facts.code.strip()}"


def setup_cell(facts: CellFacts, config: CellConfig) -> str:
    """Return the `with app.setup` block, which stands above all cells."""
    prefix = "async " if facts.is_async else ""
    arguments = "(hide_code=True)" if config.hide_code else ""
    code = facts.code if _has_statement(facts.code) else f"{facts.code}\npass"
    return f"{prefix}with app.setup{arguments}:\n{indent(code)}"


def _has_statement(code: str) -> bool:
    return any(line.strip() and not line.strip().startswith("#") for line in code.splitlines())


def unparsable_cell(code: str, name: str, config: CellConfig) -> str:
    """Return a cell that Python cannot read, as a string that it can."""
    if '"""' in code or not is_writable(code):
        text = f'"""\n{escaped(code)}\n"""'
    else:
        text = f'r"""\n{code}\n"""'
    options = config.options() if config != DEFAULT_CONFIG else {}
    arguments = [f"{key}={literal(value)}" for key, value in options.items()]
    arguments.append(f"name={quoted(name)}")
    return f"app._unparsable_cell(\n{indent(text + ',')}\n{INDENT}{', '.join(arguments)}\n)"


def can_be_function_name(name: str) -> bool:
    """Return whether `def name()` is Python."""
    return name.isidentifier() and not keyword.iskeyword(name)


def _decorator(kind: str, config: CellConfig) -> str:
    if config is DEFAULT_CONFIG:
        return f"@app.{kind}"
    defaults = DEFAULT_CONFIG.options()
    arguments = [
        f"{key}={literal(value)}"
        for key, value in config.options().items()
        if key not in defaults or value != defaults[key]
    ]
    return call(f"@app.{kind}", arguments) if arguments else f"@app.{kind}"


def _parameters(facts: CellFacts, position: int, surroundings: Surroundings) -> list[str]:
    parameters = []
    own = facts.declared_global.union(facts.defs)
    for ref in facts.refs:
        if ref in surroundings.known or ref in own:
            continue
        hint = surroundings.hints.get(ref)
        text = None if hint is None else _type(hint, facts, surroundings.known)
        # Only a private name that a function declares global has the mark in it.
        name = ref.replace("\0", str(position)) if ref.startswith(MANGLED) else ref
        if can_be_function_name(name):  # tables are called `class` too, or `schema.table`
            parameters.append(name if text is None else f"{name}: {text}")
    return parameters


def _results(facts: CellFacts, surroundings: Surroundings) -> list[str]:
    """Return what a cell hands on; what SQL made stays in its database."""
    return [
        name
        for name in facts.defs
        if name in surroundings.used and surroundings.hints.get(name) is not SQL_TYPE
    ]


_BARE_QUOTE = re.compile(r'(?<!\\)"')
_ESCAPED_QUOTE = r'\\"'


def _type(hint: TypeHint, facts: CellFacts, known: AbstractSet[str]) -> str | None:
    """Return a type as it can stand in a signature, if it can.

    In quotes when it needs names that other cells define: these do not exist
    yet when Python reads the file.
    """
    text = hint.text
    if hint is SQL_TYPE:
        return None
    if not hint.refs <= known | set(facts.defs):
        text = f'"{_BARE_QUOTE.sub(_ESCAPED_QUOTE, text)}"'
    return text if _is_expression(text) else None


@functools.lru_cache(maxsize=1_024)
def _is_expression(text: str) -> bool:
    try:
        parse(quieted(f"def _(x: {text}): ..."))
    except UnreadableError:
        return False
    return True
