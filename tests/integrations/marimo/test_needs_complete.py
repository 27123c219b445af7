"""What the plug-in's modules use of marimo is in the table of what it needs."""

import ast
import re
from pathlib import Path

import pytest

from actors.integrations import marimo as plugin
from actors.integrations.marimo.needs import CALLED, OF_MANAGER, OF_SESSION, REPLACED

MODULES = sorted(Path(plugin.__path__[0]).glob("*.py"))
LINES = [
    (module, line.removeprefix("await ").partition("(")[0])
    for table in (CALLED, REPLACED)
    for module, lines in table.items()
    for line in lines
]
"""Each module with the dotted name of something in it."""

LOOKED_FOR = {(module, name.partition(".")[0]) for module, name in LINES}
WORDS = set(re.findall(r"\w+", f"{CALLED} {REPLACED} {OF_MANAGER} {OF_SESSION}"))


def names_imported(tree):
    """Yield what is imported from marimo, but for what may be absent."""
    optional = {part for each in ast.walk(tree) if is_optional(each) for part in ast.walk(each)}
    for node in set(ast.walk(tree)) - optional:
        if isinstance(node, ast.ImportFrom) and re.match(r"marimo\b", node.module or ""):
            yield from ((node.module, alias.name) for alias in node.names)


def is_optional(node):
    return isinstance(node, ast.Try) and "except ImportError" in ast.unparse(node)


def private_names(tree):
    """Yield the private attributes of objects that are not a module's own."""
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) != "self":
            yield from {node.attr} & set(re.findall(r"^_[^_].*", node.attr)) - own


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_each_name_that_is_imported_from_marimo_is_looked_for(path):
    assert set(names_imported(ast.parse(path.read_bytes()))) <= LOOKED_FOR


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_each_private_attribute_of_marimo_is_looked_for(path):
    assert set(private_names(ast.parse(path.read_bytes()))) <= WORDS


def test_nothing_is_looked_for_that_the_plug_in_does_not_use():
    sources = "".join(path.read_text() for path in MODULES if path.stem != "needs")
    assert {name.rpartition(".")[2] for _, name in LINES} <= set(re.findall(r"\w+", sources))
