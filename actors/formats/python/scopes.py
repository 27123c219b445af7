"""Which names a cell defines, and which it takes from other cells.

Follows marimo 0.25.2's reading, which is a matter of the order in the text and
not only of scopes: `print(x); x = 1` takes and defines `x`, and so does a loop
in a function that reads a name above the line that sets it. The standard
`symtable` module knows scopes without order, which is why it is not enough.
"""

import ast
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from actors.formats import sql
from actors.formats.python.hint_text import hint_text
from actors.formats.python.names import (
    MANGLED,
    SQL_TYPE,
    Block,
    Definition,
    Names,
    TypeHint,
    is_private,
)
from actors.formats.python.tree_fields import CHILD_FIELDS


class Scopes:
    """Reads a module from top to bottom; look at the attributes afterwards."""

    def __init__(self, module: ast.Module, *, detailed: bool = False) -> None:
        """Read `module`.

        Args:
            module: The cell's tree.
            detailed: Fill `Definition.needs_at_once` too, which costs a second
                look at each class.
        """
        self.imports_star = False
        self.needs_compiling = False
        """Whether there is anything that the compiler's later stages look at."""

        self._detailed = detailed
        self._names = Names()
        self._handled: list[str] = []
        self._visit_all(module.body)

    @property
    def definitions(self) -> dict[str, list[Definition]]:
        """All definitions on the outermost level, by name, in order."""
        return self._names.definitions

    @property
    def defs(self) -> set[str]:
        """Names defined on the outermost level, private ones mangled."""
        return self._names.module.defs

    @property
    def refs(self) -> set[str]:
        """Names used and not defined before."""
        return self._names.module.refs | self._names.module.inner_refs

    @property
    def declared_global(self) -> set[str]:
        """Names that are declared `global` outside of functions and classes."""
        return self._names.module.globals

    @property
    def asked_by_sql(self) -> frozenset[str]:
        """Those of `refs` that SQL alone needs, when it is run."""
        return self._names.asked_by_sql

    # -- walking ---------------------------------------------------------------

    def _visit(self, node: ast.AST) -> None:
        self._visit_all((node,))

    def _visit_all(self, nodes: Iterable[ast.AST]) -> None:
        # A stack of our own: long sums and call chains nest deeply to the left.
        handlers, stack = self._HANDLERS, [*nodes]
        stack.reverse()
        while stack:
            node = stack.pop()
            kind = type(node)
            handler = handlers.get(kind)
            if handler is not None:
                handler(self, node)
                continue
            if type(node) is ast.Call:
                self._call(node)
            for field in CHILD_FIELDS[kind]:
                child = getattr(node, field)
                if type(child) is list:
                    stack += child[::-1]
                elif child is not None:
                    stack.append(child)

    # -- names -----------------------------------------------------------------

    def _name(self, node: ast.Name) -> None:
        name, names = node.id, self._names
        if name in self._handled:
            return  # the name of an `except … as` belongs to its handler alone
        context = type(node.ctx)
        if context is ast.Store:
            names.define(names.bound(name), Definition("variable", names.needs[-1]))
        else:
            names.use(name, loaded=context is ast.Load)

    def _call(self, call: ast.Call) -> None:
        if len(call.keywords) > 1:
            self._unique([keyword.arg for keyword in call.keywords])
        for statement in sql.statements(call):
            for name in statement.defs:
                self._names.define(name, Definition("variable", set(), hint=SQL_TYPE))
            for name in statement.refs:  # even of what is defined above: marimo does not look
                self._names.refer(name, in_sql=True)

    def _unique(self, names: Sequence[str | None]) -> None:
        """Note arguments of one name, which the parser lets pass."""
        self.needs_compiling |= len(set(names)) < len(names)

    def _global(self, node: ast.Global) -> None:
        self.needs_compiling = True
        for name in node.names:
            self._names.declare_global(name)

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.asname is not None:
                self._names.define_variable(alias.asname)
            else:  # a private module or symbol keeps its name
                name = alias.name.split(".")[0]
                self.imports_star |= name == "*"
                self.needs_compiling |= name == "*"
                self._names.define(name, Definition("variable", set()))

    # -- functions, classes and the like ----------------------------------------

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        name = self._names.bound(node.name)
        self._names.needs.append(set())
        known, late = self._signature(node)
        at_once = set(self._names.needs[-1])
        body = self._names.open("function", known)
        self._visit_all(node.body)
        self._define_late(body, late)
        self._names.close()
        kind = "method" if self._names.stack[-1].kind == "class" else "function"
        self._finish(name, node, kind, at_once)

    def _signature(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[set[str], set[str]]:
        """Visit all but the body.

        Returns:
            The names that the body starts with, and those that its decorators
            define, which only functions inside it know.
        """
        block = self._names.open("function")
        self._visit_all(getattr(node, "type_params", ()))
        self._arguments(node.args)
        known = set(block.defs)
        self._visit_all(node.decorator_list)
        if node.returns is not None:
            self._visit(node.returns)
        self._names.close()
        return known, block.defs - known

    def _return(self, node: ast.Return) -> None:
        self.needs_compiling |= self._names.stack[-1].kind != "function"
        if node.value is not None:
            self._visit(node.value)

    def _class(self, node: ast.ClassDef) -> None:
        self._unique([keyword.arg for keyword in node.keywords])
        self._names.needs.append(set())
        # Deeper ones are part of that: to ask for them too takes twice as long a level.
        is_asked = self._detailed and len(self._names.stack) == 1
        at_once = _needed_by_class_body(node) if is_asked else set()
        block = self._names.open("class")
        self._visit_all([*node.bases, *node.keywords])
        known = set(block.defs)
        self._visit_all([*node.decorator_list, *getattr(node, "type_params", ())])
        self._names.close()
        at_once |= self._names.needs[-1]
        body = self._names.open("class", known)
        self._visit_all([*node.body, *getattr(node, "type_params", ())])
        self._define_late(body, block.defs - known)
        self._names.close()
        self._finish(self._names.bound(node.name), node, "class", at_once)

    def _define_late(self, body: Block, names: set[str]) -> None:
        """Define what a decorator does (`@(x := f)`), which marimo reads below the body."""
        body.inner_refs -= names
        for name in names & body.globals:
            self._names.define_in(0, name, Definition("variable", set()))

    def _finish(
        self,
        name: str,
        node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef,
        kind: str,
        at_once: set[str],
    ) -> None:
        needs = self._names.needs.pop()
        self._names.needs[-1] |= needs
        generic = {parameter.name for parameter in getattr(node, "type_params", ())}
        self._names.define(name, Definition(kind, needs - generic, frozenset(at_once - generic)))

    def _lambda(self, node: ast.Lambda) -> None:
        self._names.needs[-1].add("_lambda")  # marimo's mark for "is called later"
        self._names.open("function")
        self._arguments(node.args)
        self._visit(node.body)
        self._names.close()

    def _arguments(self, node: ast.arguments) -> None:
        self._visit_all(default for default in node.kw_defaults if default is not None)
        self._visit_all(node.defaults)
        given = [*node.posonlyargs, *node.args, *node.kwonlyargs]
        given += [each for each in (node.vararg, node.kwarg) if each is not None]
        self._unique([argument.arg for argument in given])
        for argument in given:
            self._names.define_variable(argument.arg)
            if argument.annotation is not None:
                self._visit(argument.annotation)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> None:
        self._names.open("comprehension")
        self._generators(node.generators)
        self._visit(node.elt)
        self._names.close()

    def _dict_comprehension(self, node: ast.DictComp) -> None:
        self._names.open("comprehension")
        self._generators(node.generators)
        self._visit_all([node.value, node.key])
        self._names.close()

    def _generators(self, generators: list[ast.comprehension]) -> None:
        for generator in generators:
            self.needs_compiling |= bool(generator.is_async)
            self._visit_all([generator.iter, generator.target, *generator.ifs])

    def _type_alias(self, node: ast.AST) -> None:
        self.needs_compiling = True
        self._visit(node.name)  # type: ignore[attr-defined]  # ast.TypeAlias, from Python 3.12
        self._names.open("annotation")
        self._visit_all([*node.type_params, node.value])  # type: ignore[attr-defined]
        self._names.close()

    def _type_parameter(self, node: ast.AST) -> None:
        self.needs_compiling = True
        self._names.define(node.name, Definition("variable", self._names.needs[-1]))  # type: ignore[attr-defined]
        bound = getattr(node, "bound", None)
        if bound is not None:
            self._visit(bound)

    # -- statements and patterns that define names --------------------------------

    def _assign(self, node: ast.Assign) -> None:
        self._apart([node.value, *node.targets])

    def _augmented_assign(self, node: ast.AugAssign) -> None:
        self._apart([node.value, node.target])

    def _apart(self, nodes: Iterable[ast.AST]) -> None:
        """Visit a statement whose names need only what the statement itself does."""
        self._names.needs.append(set())
        self._visit_all(nodes)
        needs = self._names.needs.pop()
        self._names.needs[-1] |= needs

    def _annotated_assign(self, node: ast.AnnAssign) -> None:
        names = self._names
        names.needs.append(set())
        if node.value is not None:
            self._visit(node.value)
        names.needs.append(set())
        self._visit(node.annotation)
        refs = names.needs.pop()
        names.needs[-1] |= refs
        name = node.target.id if isinstance(node.target, ast.Name) else ""
        is_first = bool(name) and len(names.stack) == 1 and name not in names.definitions
        self._visit(node.target)
        if is_first and name in names.definitions:
            hint = TypeHint(hint_text(node.annotation), frozenset(refs))
            names.definitions[name][0] = names.definitions[name][0]._replace(hint=hint)
        needs = names.needs.pop()
        names.needs[-1] |= needs

    def _walrus(self, node: ast.NamedExpr) -> None:
        self.needs_compiling = True
        self._visit(node.value)
        if self._names.stack[-1].kind != "comprehension":
            self._visit(node.target)
            return
        index = max(i for i, block in enumerate(self._names.stack) if block.kind != "comprehension")
        name = node.target.id
        if index == 0 and is_private(name):
            name = MANGLED + name
        self._names.define_in(index, name, Definition("variable", set()))

    def _handler(self, node: ast.ExceptHandler) -> None:
        self.needs_compiling |= node.type is None  # which must be the last one
        if node.name is not None:
            self._handled.append(node.name)
        if node.type is not None:
            self._visit(node.type)
        self._visit_all(node.body)
        if node.name is not None:
            self._handled.pop()

    def _with(self, node: ast.With) -> None:
        self.needs_compiling |= len(node.items) > 1  # each is a block in the one before
        self._visit_all([*node.items, *node.body])

    def _looked_at_later(self, node: ast.AST) -> None:
        """Visit what may stand in some places only, or not with some others."""
        self.needs_compiling = True
        self._visit_all(ast.iter_child_nodes(node))

    def _match_as(self, node: ast.MatchAs | ast.MatchStar) -> None:
        if node.name is not None:
            self._names.define_variable(node.name)
        pattern = getattr(node, "pattern", None)
        if pattern is not None:
            self._visit(pattern)

    def _match_mapping(self, node: ast.MatchMapping) -> None:
        if node.rest is not None:
            self._names.define_variable(node.rest)
        self._visit_all([*node.keys, *node.patterns])

    _HANDLERS: ClassVar[dict[type, Callable[..., None]]] = {
        ast.AnnAssign: _annotated_assign,
        ast.Assign: _assign,
        ast.AsyncFor: _looked_at_later,
        ast.AsyncFunctionDef: _function,
        ast.AsyncWith: _looked_at_later,
        ast.AugAssign: _augmented_assign,
        ast.Await: _looked_at_later,
        ast.Break: _looked_at_later,
        ast.ClassDef: _class,
        ast.Continue: _looked_at_later,
        ast.DictComp: _dict_comprehension,
        ast.ExceptHandler: _handler,
        ast.FunctionDef: _function,
        ast.GeneratorExp: _comprehension,
        ast.Global: _global,
        ast.Import: _import,
        ast.ImportFrom: _import,
        ast.Lambda: _lambda,
        ast.ListComp: _comprehension,
        ast.Match: _looked_at_later,
        ast.MatchAs: _match_as,
        ast.MatchMapping: _match_mapping,
        ast.MatchStar: _match_as,
        ast.Name: _name,
        ast.NamedExpr: _walrus,
        ast.Nonlocal: _looked_at_later,
        ast.Return: _return,
        ast.SetComp: _comprehension,
        ast.Starred: _looked_at_later,
        ast.TryStar: _looked_at_later,
        ast.With: _with,
        ast.Yield: _looked_at_later,
        ast.YieldFrom: _looked_at_later,
    }
    if sys.version_info >= (3, 12):
        _HANDLERS |= {
            ast.ParamSpec: _type_parameter,
            ast.TypeAlias: _type_alias,
            ast.TypeVar: _type_parameter,
            ast.TypeVarTuple: _type_parameter,
        }


def _needed_by_class_body(node: ast.ClassDef) -> set[str]:
    """Return what a class body needs when it is executed, its methods' bodies aside."""
    body = Scopes(ast.Module(node.body, []), detailed=True)
    needed: set[str] = set()
    later: set[str] = set()
    known: set[str] = set()
    for name, definitions in body.definitions.items():
        for definition in definitions:
            if definition.kind == "variable":
                needed |= definition.needs - known - {name}
            else:
                needed |= definition.needs_at_once - known
                later |= definition.needs
            known.add(name)
    return needed | (body.refs - later)
