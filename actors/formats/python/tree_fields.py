"""The fields of a syntax tree's nodes in which there may be other nodes."""

import ast

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


CHILD_FIELDS = {
    node_type: _child_fields(node_type)
    for node_type in vars(ast).values()
    if isinstance(node_type, type) and issubclass(node_type, ast.AST)
} | {type(None): ()}
"""Last field first: children are put on a stack. `{**a}` has `None` for a key."""
