"""Names and the blocks that they are defined in, while a cell is read.

The rules are those of marimo 0.25.2, which differ from Python's in places: a
block sees all blocks around it, classes too, and what counts is whether a name
was defined *above* its use.
"""

from collections.abc import Iterable
from typing import NamedTuple

import attrs

MANGLED = "_cell_\0"
"""What stands before a cell's private names where others can see them.

marimo writes the cell's position for the null character, which no Python
source can contain.
"""


def is_private(name: str) -> bool:
    """Return whether a name stays in its cell: `_x` and `__`, but not `__x`."""
    return name == "__" or (name.startswith("_") and not name.startswith("__"))


@attrs.frozen
class TypeHint:
    """The type written at a definition, and the names that it needs."""

    text: str
    refs: frozenset[str]

    def placed(self, position: int) -> "TypeHint":
        """Return the hint of the cell at a position, private names mangled for it."""
        if "\0" not in self.text:
            return self
        return attrs.evolve(self, text=self.text.replace("\0", str(position)))


SQL_TYPE = TypeHint("", frozenset())
"""Stands for the type of what SQL made: not to be written, nor can it be returned."""


class Definition(NamedTuple):  # for a third of the time that attrs takes
    """One place that defines a name on the outermost level."""

    kind: str
    """`function`, `method`, `class` or `variable`; a variable may be one of SQL."""

    needs: set[str]
    """Names that its evaluation or its body refers to."""

    needs_at_once: frozenset[str] = frozenset()
    """Of a function or class: what must exist when `def` itself is executed."""

    hint: TypeHint | None = None


@attrs.define(eq=False)
class Block:
    """One scope while it is open."""

    kind: str
    """`module`, `function`, `class`, `comprehension` or `annotation`."""

    defs: set[str] = attrs.field(factory=set)
    globals: set[str] = attrs.field(factory=set)
    refs: set[str] = attrs.field(factory=set)
    """Unknown names met in this very block."""

    inner_refs: set[str] = attrs.field(factory=set)
    """Unknown names met in blocks inside this one; a later definition here
    takes them back."""


class _Use(NamedTuple):
    """The first use of a name in a block, while nothing defines it."""

    block: Block
    outer: tuple[Block, ...]
    in_sql: bool


class Names:
    """The open blocks, and what is known of the outermost one."""

    def __init__(self) -> None:
        self.module = Block("module")
        self.stack = [self.module]
        self.definitions: dict[str, list[Definition]] = {}
        """Of the outermost block, private names mangled."""

        self.needs: list[set[str]] = [set()]
        """Names referred to by the statements being read, the innermost last."""

        self._uses: dict[str, list[_Use]] = {}

    @property
    def asked_by_sql(self) -> frozenset[str]:
        """Names that SQL reads, but for those that Python asks for below it."""
        return frozenset(name for name, uses in self._uses.items() if uses and uses[-1].in_sql)

    def open(self, kind: str, defs: Iterable[str] = ()) -> Block:
        """Enter a block in which some names are defined already."""
        block = Block(kind, set(defs))
        self.stack.append(block)
        return block

    def close(self) -> None:
        """Leave the innermost block; what it did not know is asked outside."""
        block = self.stack.pop()
        self.stack[-1].inner_refs |= block.refs
        self.stack[-1].inner_refs |= block.inner_refs

    def bound(self, name: str) -> str:
        """Return a name as the innermost block stores it."""
        is_own = name[0] == "_" and len(self.stack) == 1 and is_private(name)
        return MANGLED + name if is_own else name

    def define(self, name: str, definition: Definition) -> None:
        """Define a name where Python does: here, or outermost after `global`."""
        self.define_in(
            0 if name in self.stack[-1].globals else len(self.stack) - 1, name, definition
        )

    def define_in(self, index: int, name: str, definition: Definition) -> None:
        """Define a name in an open block; blocks inside it meant this one by it."""
        block = self.stack[index]
        block.defs.add(name)
        if index == 0:
            self.definitions.setdefault(name, []).append(definition)
        if definition.kind != "method":
            block.inner_refs.discard(name)
            for inner in self.stack[index + 1 :]:
                inner.refs.discard(name)
                inner.inner_refs.discard(name)
            if name in self._uses:
                uses = self._uses[name]
                self._uses[name] = [use for use in uses if block not in use.outer]

    def define_variable(self, name: str) -> None:
        """Define a name by something that is not an assignment."""
        self.define(self.bound(name), Definition("variable", set()))

    def refer(self, name: str, *, in_sql: bool = False) -> None:
        """Note a name that nothing above defines, or that SQL looks up."""
        block = self.stack[-1]
        block.refs.add(name)
        self.needs[-1].add(name)
        uses = self._uses.get(name)
        if uses is None:  # most names are met once
            self._uses[name] = [_Use(block, tuple(self.stack[:-1]), in_sql)]
        elif not any(_is_alike(use.block, block) for use in uses):
            uses.append(_Use(block, tuple(self.stack[:-1]), in_sql))

    def use(self, name: str, *, loaded: bool) -> None:
        """Read a name, or delete it."""
        for block in self.stack[1:]:
            if name in block.defs:
                return
        defs, is_own = self.module.defs, name[0] == "_" and is_private(name)
        if is_own and name not in defs:
            name = MANGLED + name
        if name in defs:
            if loaded:
                self.needs[-1].add(name)
        elif not is_own:
            self.refer(name)

    def declare_global(self, name: str) -> None:
        """Read `global name`, which counts as a use."""
        if is_private(name):
            name = MANGLED + name
        self.stack[-1].globals.add(name)
        if name not in self.module.defs:
            self.refer(name)


def _is_alike(block: Block, other: Block) -> bool:
    """Return whether marimo would take one block for the other: it compares values."""
    return block is other or (
        block.kind == other.kind and block.defs == other.defs and block.globals == other.globals
    )
