"""`notebook-actors drafts`, run as a user runs it."""

import json

import pytest

from actors.storage import SqliteArchive
from actors.storage.ownership import Owner
from tests.system.archive_scene import (
    archive_in,
    keep_draft,
    keep_versions,
    one_line,
    open_elsewhere,
    refusal,
    run,
    sha256,
    text,
)

OLD, NEW, THEIRS = text("x = 1"), text("x = 1", "y = x"), text("x = 3")


@pytest.fixture
def state(tmp_path):
    """Give a state directory with a draft of a file and one of an unnamed notebook."""
    (tmp_path / "nb.py").write_bytes(OLD)
    keep_draft(tmp_path / "state", "3f9c1a20", NEW, tmp_path / "nb.py", OLD)
    keep_draft(tmp_path / "state", "3f00beef", OLD)
    return tmp_path / "state"


@pytest.fixture
def file(state):
    return state.parent / "nb.py"


def drafts(state, *arguments):
    return run("drafts", *arguments, "--state-dir", state)


def refused(state, *arguments):
    return refusal("drafts", *arguments, "--state-dir", state)


def ids(state):
    with archive_in(state) as archive:
        return sorted(draft.id for draft in archive.drafts())


def version_texts(state, file):
    with archive_in(state) as archive:
        return [archive.version_text(file, each.number) for each in archive.versions(file)]


# -- list --------------------------------------------------------------------------------


def test_a_line_a_draft_says_whose_it_is_and_why_it_is_kept(state, file):
    lines = drafts(state).stdout.splitlines()
    assert sorted(" ".join(line.split()) for line in lines) == [
        f"3f00beef 1 h unnamed {len(OLD)} B it has no name",
        f"3f9c1a20 1 h {file} {len(NEW)} B no space left",
    ]


def test_json_has_every_field_of_every_draft(state, file):
    records = {each["id"]: each for each in json.loads(drafts(state, "--json").stdout)}
    assert records.keys() == {"3f9c1a20", "3f00beef"}
    assert records["3f00beef"]["path"] is None
    draft = records["3f9c1a20"]
    assert (draft["path"], draft["size"], draft["cause"]) == (str(file), len(NEW), "disk full")
    assert (draft["sha256"], draft["base_sha256"]) == (sha256(NEW), sha256(OLD))


@pytest.mark.parametrize(("arguments", "shown"), [([], "no drafts\n"), (["--json"], "[]\n")])
def test_an_empty_state_directory_stays_empty(tmp_path, arguments, shown):
    (tmp_path / "state").mkdir()
    result = drafts(tmp_path / "state", *arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (0, shown, "")
    assert list((tmp_path / "state").iterdir()) == []


def test_the_users_own_state_directory_is_not_made_for_a_look(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "own"))
    assert run("drafts").stdout == "no drafts\n"
    assert list(tmp_path.iterdir()) == []


def test_the_users_own_state_directory_is_the_default(state, monkeypatch):
    state.rename(state.with_name("notebook-actors"))
    monkeypatch.setenv("XDG_STATE_HOME", str(state.parent))
    assert "3f9c1a20" in run("drafts").stdout


def test_a_state_directory_that_is_not_there_is_wrong_use(tmp_path):
    assert "no such folder" in refused(tmp_path / "nope")


def test_a_reason_stays_on_its_line(state):
    keep_draft(state, "deadbeef", b"\xff no notebook", reason="line\nend\x1b[31m")
    [line] = [each for each in drafts(state).stdout.splitlines() if "deadbeef" in each]
    assert line.endswith("13 B   line\\nend\\x1b[31m")


def test_the_state_directory_may_be_named_before_the_word_too(state):
    assert run("drafts", "--state-dir", state, "show", "3f9").stdout_bytes == NEW


# -- show and diff -----------------------------------------------------------------------


def test_a_draft_is_shown_byte_for_byte(state):
    data = b"\xef\xbb\xbfx = '\xff'\r\nno end"
    keep_draft(state, "aaaa0000", data)
    assert drafts(state, "show", "aaaa0000").stdout_bytes == data


def test_the_difference_is_from_the_file_to_the_draft(state, file):
    lines = drafts(state, "diff", "3f9").stdout.splitlines()
    assert lines[:2] == [f"--- {file}", "+++ draft 3f9c1a20"]
    assert "+    y = x" in lines
    assert not [line for line in lines[2:] if line.startswith("-")]


def test_the_difference_of_an_unnamed_notebook_is_all_of_it(state):
    lines = drafts(state, "diff", "3f0").stdout.splitlines()
    assert lines[:2] == ["--- /dev/null", "+++ draft 3f00beef"]


@pytest.mark.parametrize("word", ["show", "diff", "restore", "delete"])
@pytest.mark.parametrize(
    ("beginning", "error"),
    [("zz", "no draft 'zz'"), ("3f", "3f9c1a20"), ("", "no draft ''"), ("3f9c1a200", "no draft")],
)
def test_an_id_must_be_that_of_one_draft(state, word, beginning, error):
    assert error in refused(state, word, beginning)
    assert ids(state) == ["3f00beef", "3f9c1a20"]


# -- restore -----------------------------------------------------------------------------


def test_a_draft_goes_into_its_file_and_is_dropped(state, file):
    result = drafts(state, "restore", "3F9")
    assert (result.exit_code, result.stderr, file.read_bytes()) == (0, "", NEW)
    assert result.stdout == f"{file} holds draft 3f9c1a20, which is dropped\n"
    assert ids(state) == ["3f00beef"]


def test_what_a_draft_replaces_is_a_version_and_so_is_the_draft(state, file):
    drafts(state, "restore", "3f9")
    assert version_texts(state, file) == [NEW, OLD]


def test_a_text_that_history_has_is_not_kept_twice(state, file):
    keep_versions(state, file, OLD, THEIRS)
    drafts(state, "restore", "3f9")
    assert version_texts(state, file) == [NEW, THEIRS, OLD]


def test_a_file_that_has_changed_since_is_left_alone(state, file):
    file.write_bytes(THEIRS)
    assert "notebook-actors drafts diff 3f9c1a20" in refused(state, "restore", "3f9")
    assert (file.read_bytes(), ids(state)) == (THEIRS, ["3f00beef", "3f9c1a20"])


def test_force_replaces_it_and_keeps_what_was_there(state, file):
    file.write_bytes(THEIRS)
    assert drafts(state, "restore", "3f9", "--force").exit_code == 0
    assert file.read_bytes() == NEW
    assert version_texts(state, file) == [NEW, THEIRS]


@pytest.mark.parametrize("present", [None, NEW])
def test_nobodys_work_is_in_a_file_that_is_gone_or_holds_the_draft(state, file, present):
    file.unlink()
    if present is not None:
        file.write_bytes(present)
    assert drafts(state, "restore", "3f9").exit_code == 0
    assert (file.read_bytes(), ids(state)) == (NEW, ["3f00beef"])


def test_an_unnamed_notebook_needs_a_name(state, file):
    assert "such as analysis.py" in refused(state, "restore", "3f0")
    assert drafts(state, "restore", "3f0", file.with_name("new.py")).exit_code == 0
    assert file.with_name("new.py").read_bytes() == OLD
    assert ids(state) == ["3f9c1a20"]


def test_another_file_is_replaced_by_force_only(state, file):
    other = file.with_name("other.py")
    other.write_bytes(THEIRS)
    assert "is there already" in refused(state, "restore", "3f9", other)
    assert drafts(state, "restore", "3f9", other, "--force").exit_code == 0
    assert (other.read_bytes(), file.read_bytes()) == (NEW, OLD)


def test_a_text_is_not_written_to_a_file_of_another_format(state, file):
    assert ".py file" in refused(state, "restore", "3f0", file.with_suffix(".md"), "--force")
    assert not file.with_suffix(".md").exists()


def test_a_file_that_a_host_has_open_is_left_to_it(state, file):
    lease = open_elsewhere(file)
    assert f"is open in {Owner.this_process().text}" in refused(state, "restore", "3f9")
    assert file.read_bytes() == OLD
    lease.release()
    assert drafts(state, "restore", "3f9").exit_code == 0


def test_force_takes_it_from_the_host(state, file):
    open_elsewhere(file)
    assert drafts(state, "restore", "3f9", "--force").exit_code == 0
    assert file.read_bytes() == NEW


def test_a_draft_that_cannot_be_written_stays(state, file):
    result = drafts(state, "restore", "3f9", file.parent / "none" / "nb.py")
    assert result.exit_code == 1
    assert "folder" in one_line(result)
    assert ids(state) == ["3f00beef", "3f9c1a20"]


# -- delete ------------------------------------------------------------------------------


def test_nothing_is_deleted_unasked(state):
    assert "--yes" in refused(state, "delete", "3f9")
    assert ids(state) == ["3f00beef", "3f9c1a20"]


def test_several_are_deleted_at_once(state):
    result = drafts(state, "delete", "3f9", "3f0", "3f0", "--yes")
    assert result.stdout == "draft 3f9c1a20 is deleted\ndraft 3f00beef is deleted\n"
    assert ids(state) == []


def test_one_wrong_id_deletes_nothing(state):
    refused(state, "delete", "3f9", "zz", "--yes")
    assert ids(state) == ["3f00beef", "3f9c1a20"]


# -- Ctrl-C ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "left"),
    [
        ([], "interrupted"),
        (["restore", "3f9"], "interrupted; the file holds its old text or the draft's, whole"),
        (["delete", "3f9", "--yes"], "interrupted; nothing was deleted"),
    ],
)
def test_ctrl_c_is_one_line_that_says_how_things_are(state, monkeypatch, arguments, left):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(SqliteArchive, "drafts", interrupted)
    result = drafts(state, *arguments)
    assert (result.exit_code, result.stderr) == (1, f"notebook-actors: {left}\n")
