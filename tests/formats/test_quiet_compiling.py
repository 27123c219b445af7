"""The host's warnings are the host's: none of ours, and none that changes an answer."""

import ast
import sys
import threading
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.formats.memo import MEMO
from actors.formats.python import cell_facts, quiet
from tests.formats import tricky_cells
from tests.formats.marimo_reference import notebook_of, read, written

WARNED_OF = [code for codes in tricky_cells.WARNED_OF.values() for code in codes]


@pytest.fixture(autouse=True)
def nothing_remembered():
    MEMO.clear()


@pytest.mark.parametrize("code", WARNED_OF)
def test_python_does_warn_of_these(code):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        compile(code, "<cell>", "exec")
    if code != "~True" or sys.version_info >= (3, 12):
        assert caught


@pytest.mark.parametrize("action", ["error", "always", "ignore"])
@pytest.mark.parametrize("code", WARNED_OF)
def test_the_filters_of_the_host_change_no_answer(code, action):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter(action)
        text = written(notebook_of([code]))
        assert [cell.code for cell in read(text)] == [code]
    assert "_unparsable_cell" not in text
    assert not caught


@pytest.mark.parametrize("code", WARNED_OF)
def test_a_quieted_source_means_the_same(code):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = ast.dump(ast.parse(code))
    assert ast.dump(quiet.parse(quiet.quieted(code))) == expected


def test_the_filters_are_not_touched_while_others_use_them():
    before, filters = warnings.filters, list(warnings.filters)
    threads = [threading.Thread(target=written, args=(notebook_of(WARNED_OF),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert warnings.filters is before
    assert warnings.filters == filters


@given(st.text("\\'\"\n#{}:rbfNux0145 d=\x0cé", max_size=30))
def test_any_text_means_the_same_when_it_is_quieted(code):
    source = quiet.quieted(code)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = ast.dump(ast.parse(code))
    except (SyntaxError, ValueError):
        with pytest.raises(quiet.UnreadableError):
            quiet.parse(source)
    else:
        assert ast.dump(quiet.parse(source)) == expected


@given(st.text("\\'\"d1or =", max_size=20))
def test_places_in_a_quieted_source_are_found_in_the_original(code):
    source = quiet.quieted(code)
    for offset, character in enumerate(code):
        inserted_before = sum(place <= offset for place in source.inserted)
        assert source.text[offset + inserted_before] == character
        assert source.original_offset(offset + inserted_before) == offset


@pytest.mark.parametrize(
    "code",
    ["(" * 10_000, "x = " + "-" * 100_000 + "1", "f'{" * 3_000, "x = " + "[" * 90 + "]" * 90],
)
def test_deep_nesting_costs_no_text(code):
    assert [cell.code for cell in read(written(notebook_of([code, "y = 1"])))] == [code, "y = 1"]


def test_a_long_sum_is_a_cell():
    code = "x = " + " + ".join(["a"] * 900)
    assert "_unparsable_cell" not in written(notebook_of([code]))


def test_a_refusal_for_want_of_memory_is_not_remembered(monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(quiet, "_parse", lambda _: (_ for _ in ()).throw(MemoryError))
        assert not cell_facts.analyze("x = 1").is_parsable
    assert cell_facts.analyze("x = 1").is_parsable


@pytest.mark.parametrize("code", ["x = 1", "x = await y"])
def test_a_cell_is_read_though_other_threads_get_into_the_compilers_way(monkeypatch, code):
    errors = [SystemError("AST constructor recursion depth mismatch") for _ in range(5)]

    def disturbed(*args, **options):
        if errors:
            raise errors.pop()
        return compile(*args, **options)

    monkeypatch.setattr(quiet, "compile", disturbed, raising=False)
    source = quiet.quieted(code)
    assert quiet.awaits(source, quiet.parse(source)) == ("await" in code)
    assert errors == []
