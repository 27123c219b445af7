"""`notebook-actors history`, `diff` and `restore`, run as a user runs them."""

import json
from pathlib import Path

import pytest

from actors.commands.choice import chosen_version
from actors.commands.ending import WrongUseError
from actors.formats import parse
from actors.storage import LocalStorage, Version
from actors.storage.state_folder import lock_folder
from tests.system.archive_scene import (
    archive_in,
    keep_versions,
    one_line,
    open_elsewhere,
    refusal,
    run,
    sha256,
    text,
)

ONE = text("load: x = 1")
TWO = text("load: x = 1", "print(x)")
THREE = text("load: x = 2", "print(x)", "plot: x + 1")
NOW = text("load: x = 9", "print(x)")


@pytest.fixture
def file(tmp_path):
    """Give a file with three versions that holds the last."""
    (tmp_path / "nb.py").write_bytes(THREE)
    keep_versions(tmp_path / "state", tmp_path / "nb.py", ONE, TWO, THREE)
    return tmp_path / "nb.py"


def state(file):
    return file.parent / "state"


def command(word, file, *arguments):
    return run(word, file, *arguments, "--state-dir", state(file))


def refused(word, file, *arguments):
    return refusal(word, file, *arguments, "--state-dir", state(file))


def texts(file):
    with archive_in(state(file)) as archive:
        return [archive.version_text(file, each.number) for each in archive.versions(file)]


def codes(file):
    return [cell.code for cell in parse(file.read_bytes(), ".py")]


# -- history -----------------------------------------------------------------------------


def test_a_line_a_version_the_newest_first(file):
    lines = command("history", file).stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["3", "2", "1"]
    assert lines[1].endswith(f"  code-mode  ann's agent  201 B  +6 -0   {sha256(TWO)[:8]}")


def test_json_has_every_field_of_every_version(file):
    records = json.loads(command("history", file, "--json").stdout)
    assert [each["number"] for each in records] == [3, 2, 1]
    assert records[0]["sha256"] == sha256(THREE)
    assert (records[0]["path"], records[0]["size"]) == (str(file), len(THREE))


def test_a_file_without_versions_has_none(file):
    other = file.with_name("other.py")
    other.write_bytes(ONE)
    assert command("history", other).stdout == f"no versions of {other}\n"
    assert json.loads(command("history", other, "--json").stdout) == []


def test_whatever_a_file_is_called_an_error_is_one_line(file):
    assert r"line\nend\x1b[2J.py" in refused("history", file.with_name("line\nend\x1b[2J.py"))


@pytest.mark.parametrize("word", ["history", "diff"])
def test_a_file_that_never_was_is_wrong_use(file, word):
    assert "no such file, and no version" in refused(word, file.with_name("none.py"))


def test_a_deleted_file_has_its_versions_still(file):
    file.unlink()
    assert len(command("history", file).stdout.splitlines()) == 3


def test_a_file_is_found_by_a_link_and_from_its_folder(file, monkeypatch):
    file.with_name("link.py").symlink_to(file)
    monkeypatch.chdir(file.parent)
    for name in ("link.py", "nb.py"):
        assert len(run("history", name, "--state-dir", "state").stdout.splitlines()) == 3


def test_no_state_directory_is_made_for_a_look(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "own"))
    (tmp_path / "nb.py").write_bytes(ONE)
    assert run("history", tmp_path / "nb.py").stdout == f"no versions of {tmp_path / 'nb.py'}\n"
    assert run("restore", tmp_path / "nb.py", "1").exit_code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["nb.py"]


# -- diff --------------------------------------------------------------------------------


def changed(result):
    assert (result.exit_code, result.stderr) == (0, "")
    return [line for line in result.stdout.splitlines()[2:] if line[0] in "+-" and line[1:].strip()]


def test_the_newest_version_is_compared_with_the_file(file):
    assert command("diff", file).stdout == ""
    file.write_bytes(NOW)
    assert "+    x = 9" in changed(command("diff", file))


@pytest.mark.parametrize("versions", [("2", "3"), ("-2", "-1"), (sha256(TWO)[:5], "3")])
def test_versions_are_named_by_number_from_the_newest_or_by_their_text(file, versions):
    lines = changed(command("diff", file, *versions))
    assert lines[:2] == ["-    x = 1", "+    x = 2"]
    assert lines[2:] == ["+@app.cell", "+def plot(x):", "+    x + 1", "+    return"]


def test_one_version_is_compared_with_the_file(file):
    lines = command("diff", file, "1").stdout.splitlines()
    assert lines[:2] == [f"--- {file} (version 1)", f"+++ {file}"]


def test_the_difference_to_no_file_takes_all_away(file):
    file.unlink()
    lines = command("diff", file, "1").stdout.splitlines()
    assert lines[1] == "+++ /dev/null"
    assert all(line.startswith("-") for line in lines[3:])


def test_a_difference_has_the_bytes_of_the_texts(file):
    keep_versions(state(file), file, b"x = '\xff'\r\n", b"x = '\xfe'\r\nno end")
    out = command("diff", file, "-2", "-1").stdout_bytes
    assert b"-x = '\xff'\r\n+x = '\xfe'\r\n+no end\n\\ No newline at end of file\n" in out


@pytest.mark.parametrize("wanted", ["0", "4", "-4", "-0", "-", "abcd", "one", "", "--frce", "1.0"])
def test_a_version_that_is_not_there_is_refused_with_those_that_are(file, wanted):
    for word in ("diff", "restore"):
        assert f"no version {wanted!r}; there are 1 to 3" in refused(word, file, wanted)
    assert file.read_bytes() == THREE


def test_a_text_that_is_not_named_for_sure_is_refused():
    versions = [
        Version(
            path=Path("nb.py"),
            number=number,
            sha256=sha,
            size=1,
            source="host",
            label="",
            time_s=0.0,
        )
        for number, sha in [(3, "abcd1"), (2, "abcd2"), (1, "abcd1")]
    ]
    assert chosen_version(versions, "abcd1").number == 3
    with pytest.raises(WrongUseError, match="versions 3, 2, 1 begin with 'abcd'"):
        chosen_version(versions, "abcd")


# -- restore -----------------------------------------------------------------------------


def test_a_version_is_written_back_and_the_way_back_is_told(file):
    result = command("restore", file, "1")
    assert (result.exit_code, file.read_bytes()) == (0, ONE)
    assert result.stdout == f"{file} holds version 1\nwhat it held before is version 3\n"
    assert texts(file) == [ONE, THREE, TWO, ONE]


def test_what_history_lacks_is_kept_first(file):
    file.write_bytes(NOW)
    command("restore", file, "2")
    with archive_in(state(file)) as archive:
        newest, before = archive.versions(file)[:2]
    assert (newest.source, newest.label, newest.sha256) == ("restore", "version 2", sha256(TWO))
    assert (before.source, before.sha256) == ("found", sha256(NOW))


def test_restores_in_a_row_lose_nothing(file):
    for present in (NOW, text("mine"), text("mine too")):
        file.write_bytes(present)
        command("restore", file, "1")
    assert {NOW, text("mine"), text("mine too"), ONE, TWO, THREE} == set(texts(file))


def test_a_deleted_file_comes_back(file):
    file.unlink()
    assert command("restore", file, "-1").stdout == f"{file} holds version 3\n"
    assert file.read_bytes() == THREE


def test_the_present_version_is_not_written(file):
    before = file.stat()
    assert command("restore", file, "3").stdout == f"{file} already holds version 3\n"
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert len(texts(file)) == 3


def test_a_file_whose_folder_is_gone_is_one_clear_line(file):
    gone = file.parent / "gone" / "nb.py"
    keep_versions(state(file), gone, ONE)
    result = run("restore", gone, "1", "--state-dir", state(file))
    assert result.exit_code == 1
    assert "folder" in one_line(result)


def test_a_file_that_a_host_has_open_is_restored_there(file):
    open_elsewhere(file)
    assert "restore it there, or close it there" in refused("restore", file, "1")
    assert file.read_bytes() == THREE
    assert command("restore", file, "1", "--force").exit_code == 0
    assert file.read_bytes() == ONE


def test_a_lock_in_a_folder_of_the_users_own_counts_too(file):
    open_elsewhere(file, lock_folder())
    assert "is open in" in refused("restore", file, "1")


def test_a_text_that_a_crash_has_torn_is_written_whole_and_kept(file):
    with archive_in(state(file)) as archive:
        archive.begin_overwrite(file, NOW, THREE)
    file.write_bytes(NOW[:120] + THREE[120:])
    assert command("restore", file, "1").exit_code == 0
    assert texts(file) == [ONE, NOW, THREE, TWO, ONE]


def test_a_file_that_changes_meanwhile_is_left_alone(file, monkeypatch):
    replace = LocalStorage.replace

    def overtaken(storage, path, data, **expected):
        path.write_bytes(NOW)
        return replace(storage, path, data, **expected)

    monkeypatch.setattr(LocalStorage, "replace", overtaken)
    for present in (text("mine"), text("mine too")):
        file.write_bytes(present)
        assert "was changed just now" in refused("restore", file, "1")
    assert file.read_bytes() == NOW
    assert texts(file)[:2] == [text("mine too"), text("mine")]


# -- one cell ----------------------------------------------------------------------------


def test_one_cell_comes_back_and_the_others_stay(file):
    result = command("restore", file, "1", "--cell", "load")
    assert result.stdout.splitlines()[0] == f"{file} holds cell load of version 1"
    assert codes(file) == ["x = 1", "print(x)", "x + 1"]


def test_a_cell_that_is_gone_comes_back_to_its_place(file):
    file.write_bytes(text("load: x = 5", "last: 7"))
    command("restore", file, "3", "--cell", "#2")
    assert codes(file) == ["x = 5", "print(x)", "7"]


def test_what_is_not_in_a_cell_stays(file):
    header = b"# mine\n\n" + NOW
    file.write_bytes(header)
    command("restore", file, "3", "--cell", "plot")
    assert file.read_bytes().startswith(b"# mine\n")
    assert texts(file)[1] == header


def test_a_cell_that_is_as_it_was_is_not_written(file):
    told = command("restore", file, "3", "--cell=plot").stdout
    assert told == f"{file} already holds cell plot of version 3\n"


def test_a_cell_that_the_version_has_not_is_refused(file):
    error = refused("restore", file, "1", "--cell", "plot")
    assert "no cell 'plot' in that version; it has 1 cell, of these `load`" in error


def test_a_cell_needs_a_notebook_to_go_into(file):
    file.write_bytes(b"x = (")
    assert f"{file} as it is is no notebook" in refused("restore", file, "1", "--cell", "load")
    file.unlink()
    assert "restore the whole version" in refused("restore", file, "1", "--cell", "load")
