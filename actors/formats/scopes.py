"""Which names a cell defines, and which it takes from other cells.

Follows marimo 0.25.2's reading, which is a matter of the order in the text and
not only of scopes: `print(x); x = 1` takes and defines `x`, and so does a loop
in a function that reads a name above the line that sets it. The standard
`symtable` module knows scopes without order, which is why it is not enough.
"""

import ast
from collections.abc import Iterable

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
class Definition:
    """One place that defines a name on the outermost level."""

    kind: str
    """`function`, `method`, `class` or `variable`."""

    needs: set[str]
    """Names that its evaluation or its body refers to."""

    needs_at_once: frozenset[str] = frozenset()
    """Of a function or class: what must exist when `def` itself is executed."""

    annotation: ast.expr | None = None
    annotation_refs: frozenset[str] = frozenset()


@attrs.define(eq=False)
class _Block:
    """One scope while it is open, by marimo's notion of a scope."""

    kind: str
    """`module`, `function`, `class`, `comprehension` or `annotation`."""

    defs: set[str] = attrs.field(factory=set)
    globals: set[str] = attrs.field(factory=set)
    refs: set[str] = attrs.field(factory=set)
    """Unknown names met in this very block."""

    inner_refs: set[str] = attrs.field(factory=set)
    """Unknown names met in blocks inside this one; a later definition here
    takes them back."""


# Fields that hold no nodes, or none that matter for names.
_NO_CHILDREN = {
    "arg", "attr", "conversion", "ctx", "id", "is_async", "kind", "kwd_attrs", "level", "module",
    "name", "names", "op", "operand_type", "ops", "rest", "simple", "str", "tag", "type_comment",
    "type_ignores",
}  # fmt: skip


def _child_fields(node_type: type[ast.AST]) -> tuple[str, ...]:
    if node_type in {ast.Constant, ast.MatchSingleton}:
        return ()
    return tuple(field for field in reversed(node_type._fields) if field not in _NO_CHILDREN)


_CHILD_FIELDS = {
    node_type: _child_fields(node_type)
    for node_type in vars(ast).values()
    if isinstance(node_type, type) and issubclass(node_type, ast.AST)
}
"""Last field first: children are put on a stack."""


class Scopes:
    """Reads a module from top to bottom; look at the attributes afterwards."""

    def __init__(self, module: ast.Module, *, detailed: bool = False) -> None:
        """Read `module`.

        Args:
            module: The cell's tree; it is not changed.
            detailed: Fill `Definition.needs_at_once` too, which costs a second
                look at each class.
        """
        self.definitions: dict[str, list[Definition]] = {}
        self._detailed = detailed
        self._module = _Block("module")
        self._stack = [self._module]
        self._needs: list[set[str]] = [set()]
        self._handled: list[str] = []
        self._visit_all(module.body)

    @property
    def defs(self) -> set[str]:
        """Names defined on the outermost level, private ones mangled."""
        return self._module.defs

    @property
    def refs(self) -> set[str]:
        """Names used and not defined before."""
        return self._module.refs | self._module.inner_refs

    # -- walking ---------------------------------------------------------------

    def _visit_all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self._visit(node)

    def _visit(self, root: ast.AST) -> None:
        # A stack of our own: long sums and call chains nest deeply to the left.
        stack = [root]
        while stack:
            node = stack.pop()
            handler = _HANDLERS.get(type(node))
            if handler is not None:
                handler(self, node)
                continue
            for field in _CHILD_FIELDS[type(node)]:
                child = getattr(node, field)
                if isinstance(child, list):
                    stack.extend(item for item in reversed(child) if item is not None)
                elif child is not None:
                    stack.append(child)

    def _open(self, kind: str, defs: Iterable[str] = ()) -> _Block:
        block = _Block(kind, set(defs))
        self._stack.append(block)
        return block

    def _close(self) -> None:
        block = self._stack.pop()
        self._stack[-1].inner_refs |= block.refs
        self._stack[-1].inner_refs |= block.inner_refs

    # -- names -----------------------------------------------------------------

    def _bound(self, name: str) -> str:
        """Return the name as the current block stores it."""
        return MANGLED + name if len(self._stack) == 1 and is_private(name) else name

    def _define(self, name: str, definition: Definition) -> None:
        index = 0 if name in self._stack[-1].globals else len(self._stack) - 1
        self._define_in(index, name, definition)

    def _define_in(self, index: int, name: str, definition: Definition) -> None:
        block = self._stack[index]
        block.defs.add(name)
        if index == 0:
            self.definitions.setdefault(name, []).append(definition)
        if definition.kind != "method":
            block.inner_refs.discard(name)
            for inner in self._stack[index + 1 :]:
                inner.refs.discard(name)
                inner.inner_refs.discard(name)

    def _define_variable(self, name: str) -> None:
        self._define(self._bound(name), Definition("variable", set()))

    def _refer(self, name: str) -> None:
        self._stack[-1].refs.add(name)
        self._needs[-1].add(name)

    def _name(self, node: ast.Name) -> None:
        name = node.id
        if name in self._handled:
            return  # the name of an `except … as` belongs to its handler alone
        if isinstance(node.ctx, ast.Store):
            self._define(self._bound(name), Definition("variable", self._needs[-1]))
        elif not any(name in block.defs for block in self._stack[1:]):
            self._outer_name(name, loaded=isinstance(node.ctx, ast.Load))

    def _outer_name(self, name: str, *, loaded: bool) -> None:
        """Meet a name that no block but the outermost can have defined."""
        if is_private(name) and name not in self._module.defs:
            name = MANGLED + name
        if name in self._module.defs:
            if loaded:
                self._needs[-1].add(name)
        elif not name.startswith(MANGLED):
            self._refer(name)

    def _global(self, node: ast.Global) -> None:
        for name in node.names:
            seen = MANGLED + name if is_private(name) else name
            self._stack[-1].globals.add(seen)
            if seen not in self._module.defs:
                self._refer(seen)

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.asname is not None:
                self._define_variable(alias.asname)
            else:  # a private module or symbol keeps its name
                name = alias.name.split(".")[0]
                self._define(name, Definition("variable", set()))

    # -- functions, classes and the like ----------------------------------------

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        name = self._bound(node.name)
        is_method = self._stack[-1].kind == "class"
        self._needs.append(set())
        known = self._signature(node)
        at_once = set(self._needs[-1])
        if not is_method:
            self._stack[-1].defs.add(name)  # its body may call it
        self._open("function", known)
        self._visit_all(node.body)
        self._close()
        self._finish(name, node, "method" if is_method else "function", at_once)

    def _signature(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
        """Visit all but the body; return the names that the body starts with."""
        block = self._open("function")
        self._visit_all(getattr(node, "type_params", ()))
        self._arguments(node.args)
        known = set(block.defs)
        self._visit_all(node.decorator_list)
        if node.returns is not None:
            self._visit(node.returns)
        self._close()
        return known

    def _class(self, node: ast.ClassDef) -> None:
        self._needs.append(set())
        at_once = _needed_by_class_body(node) if self._detailed else set()
        block = self._open("class")
        self._visit_all([*node.bases, *node.keywords])
        known = set(block.defs)
        self._visit_all([*node.decorator_list, *getattr(node, "type_params", ())])
        self._close()
        at_once |= self._needs[-1]
        self._open("class", known)
        self._visit_all([*node.body, *getattr(node, "type_params", ())])
        self._close()
        self._finish(self._bound(node.name), node, "class", at_once)

    def _finish(
        self,
        name: str,
        node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef,
        kind: str,
        at_once: set[str],
    ) -> None:
        needs = self._needs.pop()
        self._needs[-1] |= needs
        generic = {parameter.name for parameter in getattr(node, "type_params", ())}
        self._define(name, Definition(kind, needs - generic, frozenset(at_once - generic)))

    def _lambda(self, node: ast.Lambda) -> None:
        self._needs[-1].add("_lambda")  # marimo's mark for "is called later"
        self._open("function")
        self._arguments(node.args)
        self._visit(node.body)
        self._close()

    def _arguments(self, node: ast.arguments) -> None:
        self._visit_all(default for default in node.kw_defaults if default is not None)
        self._visit_all(node.defaults)
        for argument in [*node.posonlyargs, *node.args, *node.kwonlyargs, node.vararg, node.kwarg]:
            if argument is not None:
                self._define_variable(argument.arg)
                if argument.annotation is not None:
                    self._visit(argument.annotation)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> None:
        self._open("comprehension")
        self._generators(node.generators)
        self._visit(node.elt)
        self._close()

    def _dict_comprehension(self, node: ast.DictComp) -> None:
        self._open("comprehension")
        self._generators(node.generators)
        self._visit_all([node.value, node.key])
        self._close()

    def _generators(self, generators: list[ast.comprehension]) -> None:
        for generator in generators:
            self._visit_all([generator.iter, generator.target, *generator.ifs])

    def _type_alias(self, node: ast.AST) -> None:
        self._visit(node.name)  # type: ignore[attr-defined]  # ast.TypeAlias, from Python 3.12
        self._open("annotation")
        self._visit_all([*node.type_params, node.value])  # type: ignore[attr-defined]
        self._close()

    def _type_parameter(self, node: ast.AST) -> None:
        self._define(node.name, Definition("variable", self._needs[-1]))  # type: ignore[attr-defined]
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
        self._needs.append(set())
        self._visit_all(nodes)
        needs = self._needs.pop()
        self._needs[-1] |= needs

    def _annotated_assign(self, node: ast.AnnAssign) -> None:
        self._needs.append(set())
        if node.value is not None:
            self._visit(node.value)
        self._needs.append(set())
        self._visit(node.annotation)
        annotation_refs = self._needs.pop()
        self._needs[-1] |= annotation_refs
        self._annotated_target(node, annotation_refs)
        needs = self._needs.pop()
        self._needs[-1] |= needs

    def _annotated_target(self, node: ast.AnnAssign, refs: set[str]) -> None:
        name = node.target.id if isinstance(node.target, ast.Name) else ""
        is_first = bool(name) and len(self._stack) == 1 and name not in self.definitions
        self._visit(node.target)
        if is_first and name in self.definitions:
            first = self.definitions[name][0]
            self.definitions[name][0] = attrs.evolve(
                first, annotation=node.annotation, annotation_refs=frozenset(refs)
            )

    def _walrus(self, node: ast.NamedExpr) -> None:
        self._visit(node.value)
        if self._stack[-1].kind != "comprehension":
            self._visit(node.target)
            return
        index = max(i for i, block in enumerate(self._stack) if block.kind != "comprehension")
        name = node.target.id
        if index == 0 and is_private(name):
            name = MANGLED + name
        self._define_in(index, name, Definition("variable", set()))

    def _handler(self, node: ast.ExceptHandler) -> None:
        if node.name is not None:
            self._handled.append(node.name)
        if node.type is not None:
            self._visit(node.type)
        self._visit_all(node.body)
        if node.name is not None:
            self._handled.pop()

    def _match_as(self, node: ast.MatchAs) -> None:
        if node.name is not None:
            self._define_variable(node.name)
        if node.pattern is not None:
            self._visit(node.pattern)

    def _match_star(self, node: ast.MatchStar) -> None:
        if node.name is not None:
            self._define_variable(node.name)

    def _match_mapping(self, node: ast.MatchMapping) -> None:
        if node.rest is not None:
            self._define_variable(node.rest)
        self._visit_all([*node.keys, *node.patterns])


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


_HANDLERS = {
    getattr(ast, node_type): handler
    for node_type, handler in {
        "AnnAssign": Scopes._annotated_assign,
        "Assign": Scopes._assign,
        "AsyncFunctionDef": Scopes._function,
        "AugAssign": Scopes._augmented_assign,
        "ClassDef": Scopes._class,
        "DictComp": Scopes._dict_comprehension,
        "ExceptHandler": Scopes._handler,
        "FunctionDef": Scopes._function,
        "GeneratorExp": Scopes._comprehension,
        "Global": Scopes._global,
        "Import": Scopes._import,
        "ImportFrom": Scopes._import,
        "Lambda": Scopes._lambda,
        "ListComp": Scopes._comprehension,
        "MatchAs": Scopes._match_as,
        "MatchMapping": Scopes._match_mapping,
        "MatchStar": Scopes._match_star,
        "Name": Scopes._name,
        "NamedExpr": Scopes._walrus,
        "ParamSpec": Scopes._type_parameter,
        "SetComp": Scopes._comprehension,
        "TypeAlias": Scopes._type_alias,
        "TypeVar": Scopes._type_parameter,
        "TypeVarTuple": Scopes._type_parameter,
    }.items()
    if hasattr(ast, node_type)
}
