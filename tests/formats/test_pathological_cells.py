"""No cell ends the process, takes for ever, or loses its text, however it is nested."""

import json
import sys
from pathlib import Path
from subprocess import run

import pytest

import actors
from actors.formats.memo import MEMO
from tests.formats.marimo_reference import notebook_of, read, written

INSTALLED_IN = str(Path(actors.__file__).parents[1])

# A crash of the interpreter would end the whole test run, so they are in a child
# that tells how each was written and whether it was read back.
CHILD = """
import json, sys
sys.path.insert(0, sys.argv[1])
from actors import formats
from actors.notebook import Cell, Notebook

for name, expression in json.load(sys.stdin).items():
    code = eval(expression)
    notebook = Notebook([Cell("a", code), Cell("b", "y = 1")])
    text = formats.render(notebook, ".py")
    parsed = formats.parse(text, ".py")
    assert [cell.code for cell in parsed] == [code, "y = 1"], name
    assert formats.render(parsed, ".py") == text, name
    print("as a string" if b"_unparsable_cell" in text else "as a cell", "-", name, flush=True)
"""

AS_A_STRING = {
    "parentheses": "'x = ' + '(' * 10_000 + ')' * 10_000",
    "open parentheses": "'(' * 10_000",
    "brackets and braces": "'[{' * 5_000 + '}]' * 5_000",
    "attributes": "'a' + '.b' * 20_000",
    "calls": "'a' + '()' * 20_000",
    "calls in calls": "'f(' * 10_000 + ')' * 10_000",
    "subscripts": "'a' + '[0]' * 20_000",
    "unary operators": "'x = ' + '-' * 100_000 + '1'",
    "negations": "'not ' * 10_000 + 'a'",
    "awaits": "'await ' * 10_000 + 'a'",
    "powers": "'**'.join(['a'] * 10_000)",
    "a long sum": "'+'.join(['a'] * 20_000)",
    "conditional expressions": "'a if b else ' * 10_000 + 'c'",
    "lambdas": "'lambda: ' * 10_000 + '1'",
    "else if": "'if a: pass\\n' + 'elif b: pass\\n' * 10_000 + 'c'",
    "indented ifs": "''.join(' ' * n + 'if a:\\n' for n in range(1_000)) + ' ' * 1_000 + 'b'",
    "replacement fields": "'x = f\\'' + '{a:' * 10_000 + '}' * 10_000 + '\\''",
    "patterns": "'match a:\\n case ' + '[' * 10_000 + ']' * 10_000 + ': pass'",
    "a hint": "'x: a' + '.b' * 5_000 + ' = 1'",
    "many quotes": "'\\'\"\\\\{(' * 50_000",
    "a megabyte of digits": "'x = ' + '1' * 1_000_000",
    "a megabyte of points": "'x = ' + '1.' * 500_000",
    "a megabyte that is no Python": "'!' * 1_000_000",
}
AS_A_CELL = {
    "a megabyte in a string": "'x = \"' + 'a' * 1_000_000 + '\"'",
    "a megabyte of comment": "'#' + 'a' * 1_000_000 + '\\nx = 1'",
    "many line ends": "'x = 1' + '\\n' * 300_000 + 'y = 1'",
    "many escapes": "'x = \\'' + '\\\\d' * 100_000 + '\\''",
    "many names": "'\\n'.join(f'x{n} = y{n}' for n in range(10_000))",
    "many strings": "'x = ' + '\"\" ' * 30_000",
    "many parameters": "'def f(' + ','.join(f'a{n}' for n in range(10_000)) + '): pass'",
    "many comparisons": "' < '.join(['a'] * 10_000)",
    "classes in classes": "''.join(' ' * n + 'class A:\\n' for n in range(90)) + ' ' * 90 + 'b'",
    "nested functions": "''.join(' ' * n + 'def f():\\n' for n in range(90)) + ' ' * 90 + '1'",
}


def outcomes(expressions: dict[str, str]) -> list[str]:
    command = [sys.executable, "-c", CHILD, INSTALLED_IN]
    child = run(
        command,
        input=json.dumps(expressions),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    return [*child.stdout.splitlines(), *child.stderr.splitlines()]


def test_what_is_nested_too_deeply_is_written_as_a_string():
    assert outcomes(AS_A_STRING) == [f"as a string - {name}" for name in AS_A_STRING]


def test_what_is_only_long_stays_a_cell():
    assert outcomes(AS_A_CELL) == [f"as a cell - {name}" for name in AS_A_CELL]


def at_depth(frames, function):
    return at_depth(frames - 1, function) if frames else function()


BORDERLINE = {
    "a sum": "x = " + "+".join(["a"] * 1_500),
    "a hint": "x: " + "a[" * 90 + "b" + "]" * 90 + " = 1",
    "lambdas": "x = " + "lambda: " * 100 + "a",
    "elif": "if a:\n    pass\n" + "elif b:\n    pass\n" * 500 + "c",
    "too many": "x = " + "-" * 3_000 + "1",
}


@pytest.mark.parametrize("code", BORDERLINE.values(), ids=BORDERLINE)
def test_the_verdict_is_the_same_deep_in_a_callers_stack(code):
    notebook = notebook_of([code, "y = 1"])
    texts = []
    for frames in (0, 500, 700):
        MEMO.clear()
        texts.append(at_depth(frames, lambda: written(notebook)))
    assert texts == texts[:1] * 3


@pytest.mark.parametrize("code", BORDERLINE.values(), ids=BORDERLINE)
def test_a_file_is_read_the_same_deep_in_a_callers_stack(code):
    text = written(notebook_of([code, "y = 1"]))
    assert at_depth(700, lambda: read(text)) == read(text)
