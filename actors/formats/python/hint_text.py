"""The type in an annotation, as marimo writes it."""

import ast
import re

from actors.formats.python.names import MANGLED, is_private

_SINGLE_QUOTED = re.compile(r"'(?P<text>[^'\\]*(?:\\.[^'\\]*)*)'|\"[^\"\\]*(?:\\.[^\"\\]*)*\"")


def hint_text(annotation: ast.expr) -> str:
    """Return the source of a type in marimo's style, on one line, private names mangled."""
    if isinstance(annotation, ast.Name):  # as most are, and `unparse` is slow
        return MANGLED + annotation.id if is_private(annotation.id) else annotation.id
    private = _private_names(annotation)
    for node in private:
        node.id = MANGLED + node.id
    text = ast.unparse(annotation).replace("\n", "").strip()
    for node in private:
        node.id = node.id.removeprefix(MANGLED)
    text = text.replace(repr(MANGLED)[1:-1], MANGLED)  # as it stands in an f-string
    return _SINGLE_QUOTED.sub(_in_double_quotes, text)


def _private_names(annotation: ast.expr) -> list[ast.Name]:
    """Return those that are the cell's, and not of a comprehension or a `lambda` in the type."""
    parts = list(ast.walk(annotation))
    names = [part for part in parts if isinstance(part, ast.Name) and is_private(part.id)]
    if not names:
        return names
    local = {
        node.id
        for part in parts
        if isinstance(part, ast.comprehension)
        for node in ast.walk(part.target)
        if isinstance(node, ast.Name)
    } | {part.arg for part in parts if isinstance(part, ast.arg)}
    return [name for name in names if name.id not in local]


def _in_double_quotes(literal: re.Match[str]) -> str:
    text = literal["text"]
    if text is None or ('"' in text and '\\"' not in text):
        return literal[0]
    return '"' + text.replace("\\'", "'").replace('"', '\\"') + '"'
