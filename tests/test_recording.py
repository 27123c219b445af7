"""Recordings: what a good one holds, and one clear line for every bad one."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actors.codec import decode_transaction
from actors.notebook import Cell, CellConfig
from actors.recording import Recording, RecordingError, read_recording
from actors.types import CellId

RECORDINGS = sorted((Path(__file__).parent / "data" / "recordings").glob("*.ndjson"))

CELL = {"id": "a", "code": "x = 1", "name": "_", "config": {"hide_code": True}}
OPEN = {"op": "open", "filename": "nb.py", "text": "import marimo\n", "cells": [CELL]}
CHANGE = {"type": "set-code", "cellId": "a", "code": "x = 2"}
EDIT = {"op": "transaction", "transaction": {"changes": [CHANGE], "source": "code-mode"}}
FINAL = {"op": "final", "text": "the end"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "session.ndjson"


def write(path: Path, *lines: Any) -> Path:
    """Write lines; a text is written as it is, all else as JSON."""
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_bytes("\n".join(texts).encode())
    return path


def complaint(path: Path) -> str:
    """Return what is wrong with a recording, without its path."""
    with pytest.raises(RecordingError) as caught:
        read_recording(path)
    text = str(caught.value)
    assert text.startswith(f"{path}:")
    assert "\n" not in text
    return text.removeprefix(f"{path}:")


# -- what a recording holds ----------------------------------------------------


def test_a_recording_holds_what_its_lines_say(path: Path) -> None:
    recording = read_recording(write(path, OPEN, EDIT, EDIT, FINAL))
    assert recording == Recording(
        path=path,
        filename="nb.py",
        text="import marimo\n",
        cells=(Cell(CellId("a"), "x = 1", "_", CellConfig(hide_code=True)),),
        transactions=recording.transactions,
        final="the end",
    )
    assert [json.loads(data) for data in recording.transactions] == [EDIT["transaction"]] * 2


@pytest.mark.parametrize("source", RECORDINGS, ids=lambda path: path.stem)
def test_marimos_recordings_are_read_whole(source: Path) -> None:
    entries = [json.loads(line) for line in source.read_text("utf-8").splitlines()]
    recording = read_recording(source)
    assert [json.loads(data) for data in recording.transactions] == [
        entry["transaction"] for entry in entries[1:-1]
    ]
    assert (recording.text, recording.final) == (entries[0]["text"], entries[-1]["text"])
    assert all(decode_transaction(data).changes for data in recording.transactions)


def test_the_final_line_may_be_missing(path: Path) -> None:
    assert read_recording(write(path, OPEN, EDIT)).final is None


def test_a_session_without_edits_is_a_recording(path: Path) -> None:
    assert read_recording(write(path, OPEN)).transactions == ()


def test_the_path_may_be_a_text(path: Path) -> None:
    assert read_recording(str(write(path, OPEN))).path == path


def test_blank_lines_and_unknown_fields_are_passed_over(path: Path) -> None:
    lines = ["", OPEN | {"recorder": 2}, " \t\r", EDIT | {"at": 1.5}, "", ""]
    assert len(read_recording(write(path, *lines)).transactions) == 1


def test_lines_of_windows_are_lines(path: Path) -> None:
    path.write_bytes(json.dumps(OPEN).encode() + b"\r\n" + json.dumps(EDIT).encode() + b"\r\n")
    assert len(read_recording(path).transactions) == 1


def test_unknown_fields_of_a_transaction_are_replayed_too(path: Path) -> None:
    transaction = {**EDIT["transaction"], "future": {"k": [1]}}  # type: ignore[dict-item]
    recording = read_recording(write(path, OPEN, {**EDIT, "transaction": transaction}))
    assert json.loads(recording.transactions[0]) == transaction


@pytest.mark.parametrize("filename", ["nb.py", "sub/nb.md", "my notebook.py", "größe.py", "..py"])
def test_a_filename_inside_the_output_folder_is_taken(path: Path, filename: str) -> None:
    assert read_recording(write(path, OPEN | {"filename": filename})).filename == filename


# -- files that cannot be read -------------------------------------------------


def test_a_missing_file_is_named(path: Path) -> None:
    assert complaint(path) == " there is no such file; check the path"


def test_a_folder_is_no_recording(tmp_path: Path) -> None:
    assert complaint(tmp_path) == " is a folder; name a recording in it"


def test_a_path_through_a_file_is_refused(path: Path) -> None:
    reason = "cannot be read (Not a directory); check the file"
    assert complaint(write(path, OPEN) / "nb.ndjson") == f" {reason}"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_refused(path: Path) -> None:
    write(path, OPEN).chmod(0)
    assert complaint(path) == " cannot be read (Permission denied); check the file"


def test_an_error_of_the_disk_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Path) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "read_bytes", fail)
    assert complaint(path) == " cannot be read (Input/output error); check the file"


def test_a_path_that_no_system_has_is_refused(tmp_path: Path) -> None:
    assert "null" in complaint(tmp_path / "a\0b")


@pytest.mark.parametrize("text", ["", "\n \n\n"])
def test_an_empty_file_is_no_recording(path: Path, text: str) -> None:
    path.write_text(text)
    assert complaint(path) == " is empty; a recording starts with an 'open' line"


# -- lines that are wrong ------------------------------------------------------

MEND = "; mend this line or record the session again"


def test_bad_json_is_told_with_its_line_and_position(path: Path) -> None:
    text = complaint(write(path, OPEN, *[EDIT] * 4, "", '{"op": "transaction",'))
    assert text.startswith("7: character 2")
    assert ": is not JSON: " in text
    assert text.endswith(MEND)


def test_the_error_says_its_parts_to_programs(path: Path) -> None:
    with pytest.raises(RecordingError) as caught:
        read_recording(write(path, OPEN, {"op": "pause"}))
    error = caught.value
    assert (error.path, error.line) == (path, 2)
    assert str(error) == f"{path}:2: {error.what}"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([EDIT, OPEN], "1: op: 'transaction' comes before 'open'; "),
        ([FINAL], "1: op: 'final' comes before 'open'; "),
        ([OPEN, EDIT, OPEN], "3: op: 'open' comes a second time; "),
        ([OPEN, FINAL, EDIT], "3: op: 'transaction' comes after 'final', which "),
        ([OPEN, FINAL, FINAL], "3: op: 'final' comes after 'final', which "),
        ([OPEN, {"op": "pause\n"}], "2: op: 'pause\\n' is not 'open', 'transaction' or 'final'"),
        ([OPEN, {"op": None}], "2: op: must be text"),
        ([OPEN, {"o": "p"}], "2: op: is missing"),
        ([OPEN, []], "2: $: must be an object with an 'op'"),
        ([OPEN, {"op": "final"}], "2: text: is missing"),
        ([OPEN, {"op": "final", "text": None}], "2: text: must be text"),
        ([OPEN, {"op": "transaction"}], "2: transaction: is missing"),
        ([OPEN, {"op": "transaction", "transaction": "{}"}], "2: transaction: must be an object"),
        ([OPEN, {"op": "transaction", "transaction": {}}], "2: transaction.source: is missing"),
    ],
)
def test_a_line_that_does_not_belong_is_told(path: Path, lines: list[Any], expected: str) -> None:
    text = complaint(write(path, *lines))
    assert text.startswith(expected)
    assert text.endswith(MEND)


def test_a_transaction_that_does_not_decode_is_told_with_its_place(path: Path) -> None:
    changes = [CHANGE, CHANGE | {"cellId": 7}]
    bad = {"op": "transaction", "transaction": {"changes": changes, "source": "host"}}
    expected = "3: transaction.changes[1].cellId: must be text, not an integer" + MEND
    assert complaint(write(path, OPEN, EDIT, bad)) == expected


@pytest.mark.parametrize("field", ["filename", "text", "cells"])
def test_the_open_line_needs_each_of_its_fields(path: Path, field: str) -> None:
    line = {name: value for name, value in OPEN.items() if name != field}
    assert complaint(write(path, line)) == f"1: {field}: is missing" + MEND


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("filename", 3, "filename: must be text"),
        ("text", ["a"], "text: must be text"),
        ("cells", None, "cells: must be a list, not null"),
        ("cells", [{"id": "a"}], "cells[0].name: is missing"),
        ("cells", [CELL, CELL | {"code": None}], "cells[1].code: must be text, not null"),
        ("cells", [CELL, CELL], "cells: more than one has the id 'a'"),
    ],
)
def test_the_open_lines_fields_are_checked(
    path: Path, field: str, value: Any, expected: str
) -> None:
    assert complaint(write(path, OPEN | {field: value})) == f"1: {expected}{MEND}"


@pytest.mark.parametrize(
    "filename",
    ["/etc/passwd", "../nb.py", "a/../../nb.py", "a\\nb.py", "..\\nb.py", "C:nb.py", ".."],
)
def test_a_filename_that_leads_out_of_the_output_folder_is_refused(
    path: Path, filename: str
) -> None:
    text = complaint(write(path, OPEN | {"filename": filename}))
    assert text.startswith("1: filename: ")
    assert "leads out of the output folder; give a relative path" in text


@pytest.mark.parametrize("filename", ["", ".", "./", "a/", "./nb.py", "a//b.py", "a\0b", "a\nb.py"])
def test_a_filename_that_is_none_is_refused(path: Path, filename: str) -> None:
    assert "is not the name of a file" in complaint(write(path, OPEN | {"filename": filename}))


def test_a_line_that_is_not_utf8_is_told(path: Path) -> None:
    path.write_bytes(json.dumps(OPEN).encode() + b'\n{"op": "\xff"}\n')
    assert complaint(path).startswith("2: character ")


# -- properties ----------------------------------------------------------------

entries = st.sampled_from([OPEN, EDIT, FINAL]) | st.builds(
    lambda entry, key, value: entry | {key: value},
    st.sampled_from([OPEN, EDIT, FINAL]),
    st.sampled_from(["op", "filename", "text", "cells", "transaction"]),
    st.sampled_from([None, 1, "open", "x", "../x", [], [CELL], [1], {}, {"changes": [{}]}]),
)


@settings(
    max_examples=150,
    deadline=None,  # a busy machine is no failure
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(entries | st.binary().map(lambda data: data.decode("latin-1")), max_size=4))
def test_any_lines_are_a_recording_or_one_clear_error(path: Path, lines: list[Any]) -> None:
    try:
        recording = read_recording(write(path, *lines))
    except RecordingError as error:
        assert "\n" not in str(error)  # noqa: PT017 - both ends are right
    else:
        assert all(decode_transaction(data) for data in recording.transactions)
