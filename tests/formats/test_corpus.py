"""The notebooks of `tests/data/corpus` stay as they are, and are marimo's own."""

import sys

import attrs
import pytest

from actors import formats
from actors.notebook import Cell
from tests.formats.corpus_rules import (
    BY_RELEASE,
    CORPUS,
    NOT_MARIMOS,
    RULES,
    file_name,
    notebook_for,
)
from tests.formats.marimo_reference import read_by_marimo, written_by_marimo

READ_OTHERWISE = {"form feeds", "no cells", "strings over lines", "unparsable cells"}
"""marimo's reader drops white space in these, and gives every notebook a cell."""

ON_OTHER_PYTHONS = BY_RELEASE if sys.version_info >= (3, 12) else set()
FILES = sorted(CORPUS.glob("*.py"))
SAME_HERE = [path for path in FILES if path.name not in map(file_name, ON_OTHER_PYTHONS)]


@pytest.mark.parametrize("path", SAME_HERE, ids=lambda path: path.stem)
def test_a_file_stays_as_it_is(path):
    assert formats.render(formats.parse(path.read_bytes(), ".py"), ".py") == path.read_bytes()


@pytest.mark.parametrize("rule", sorted({*RULES} - NOT_MARIMOS - READ_OTHERWISE - ON_OTHER_PYTHONS))
def test_a_file_is_what_marimo_makes_of_it(rule):
    path = CORPUS / file_name(rule)
    cells, app_config = read_by_marimo(path)
    notebook = attrs.evolve(
        notebook_for(rule), cells=[Cell(*cell) for cell in cells], app_config=app_config
    )
    assert written_by_marimo(notebook) == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("rule", sorted({*RULES} - ON_OTHER_PYTHONS))
def test_a_file_is_what_its_rule_says(rule):
    notebook = notebook_for(rule)
    data = (CORPUS / file_name(rule)).read_bytes()
    assert data == formats.render(notebook, ".py")


@pytest.mark.parametrize("rule", sorted({*RULES} - NOT_MARIMOS - ON_OTHER_PYTHONS))
def test_a_rule_is_marimos(rule):
    notebook = notebook_for(rule)
    text = (CORPUS / file_name(rule)).read_text(encoding="utf-8")
    assert text == written_by_marimo(notebook)


def test_every_file_has_its_rule():
    assert [path.name for path in FILES] == sorted(map(file_name, RULES))
