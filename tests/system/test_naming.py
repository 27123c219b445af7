"""Opening, naming, renaming and closing notebooks, with real files."""

import pytest

from actors import (
    Autosave,
    Cell,
    Deferred,
    FormatError,
    NotebookClosedError,
    Refused,
    Saved,
    Settings,
    StorageError,
)
from actors.formats import parse, render
from actors.storage import LocalStorage
from tests.system.scenes import WAIT_S, create, edit, saved


def test_opening_a_notebook_does_not_touch_its_file(tmp_path):
    path = tmp_path / "nb.py"
    path.write_bytes(
        b"import marimo\n\napp = marimo.App()\n\n\n@app.cell\ndef _():\n    x=1\n    return\n"
    )
    before = path.stat()
    with Autosave() as autosave:
        notebook = autosave.open(path)
        assert saved(notebook.request_flush()).version == 0
    assert path.stat() == before or path.stat().st_mtime_ns == before.st_mtime_ns
    assert path.stat().st_ino == before.st_ino


def test_run_mode_is_applied_and_never_saved(autosave, tmp_path):
    notebook = autosave.open(tmp_path / "nb.py", mode="run")
    outcome = notebook.submit(create("a", "x = 1")).wait(WAIT_S)
    assert isinstance(outcome, Deferred)
    assert "run mode" in outcome.reason
    assert notebook.document.version == 1
    assert isinstance(notebook.rename(tmp_path / "other.py").wait(WAIT_S), Refused)
    assert list(tmp_path.iterdir()) == []


def test_an_unnamed_notebook_is_saved_once_it_is_named(autosave, tmp_path):
    notebook = autosave.open()
    outcome = notebook.submit(create("a", "x = 1")).wait(WAIT_S)
    assert isinstance(outcome, Deferred)
    assert "unnamed" in outcome.reason
    named = notebook.rename(tmp_path / "nb.py").wait(WAIT_S)
    assert named.version == 1
    assert notebook.path == tmp_path / "nb.py"
    assert parse((tmp_path / "nb.py").read_bytes(), ".py").cells[0].code == "x = 1"


def test_a_rename_moves_the_file_and_later_edits_go_there(autosave, tmp_path):
    notebook = autosave.open(tmp_path / "old.py")
    notebook.submit(create("a", "x = 1"))
    assert isinstance(notebook.rename(tmp_path / "new.py").wait(WAIT_S), Saved)
    assert notebook.submit(edit("a", "x = 2")).wait(WAIT_S).path == tmp_path / "new.py"
    assert [path.name for path in tmp_path.iterdir()] == ["new.py"]


@pytest.mark.parametrize("why", ["on disk", "open", "suffix"])
def test_a_rename_onto_what_is_there_is_refused(autosave, tmp_path, why):
    notebook = autosave.open(tmp_path / "nb.py")
    notebook.submit(create("a", "x = 1")).wait(WAIT_S)
    target = tmp_path / ("taken.txt" if why == "suffix" else "taken.py")
    if why == "on disk":
        target.write_text("mine")
    elif why == "open":
        autosave.open(target)
    assert isinstance(notebook.rename(target).wait(WAIT_S), Refused)
    assert notebook.path == tmp_path / "nb.py"
    assert isinstance(notebook.submit(edit("a", "x = 2")).wait(WAIT_S), Saved)


def test_a_refused_rename_frees_the_name_again(autosave, tmp_path):
    notebook = autosave.open(tmp_path / "nb.py", mode="edit")
    notebook.submit(create("a", "x = 1")).wait(WAIT_S)
    (tmp_path / "taken.py").write_bytes(render(notebook.document.notebook, ".py"))
    assert isinstance(notebook.rename(tmp_path / "taken.py").wait(WAIT_S), Refused)
    assert autosave.open(tmp_path / "taken.py") is not notebook


def test_a_renamed_notebook_frees_its_old_name(autosave, tmp_path):
    notebook = autosave.open(tmp_path / "old.py")
    notebook.submit(create("a", "x = 1")).wait(WAIT_S)
    notebook.rename(tmp_path / "new.py").wait(WAIT_S)
    another = autosave.open(tmp_path / "old.py")
    assert another is not notebook
    assert another.id != notebook.id
    assert autosave.open(tmp_path / "new.py") is notebook


def test_the_same_file_opened_twice_is_one_notebook(autosave, tmp_path):
    link = tmp_path / "link.py"
    link.symlink_to(tmp_path / "nb.py")
    first = autosave.open(tmp_path / "nb.py")
    first.submit(create("a", "x = 1")).wait(WAIT_S)
    second = autosave.open(link)
    assert second is first
    assert autosave.statistics().notebooks == 1
    first.close()
    assert isinstance(second.submit(edit("a", "x = 2")).wait(WAIT_S), Saved)


def test_opening_it_again_with_other_cells_is_refused(autosave, tmp_path):
    notebook = autosave.open(tmp_path / "nb.py", cells=[Cell("a", "x = 1")])
    with pytest.raises(ValueError, match="other cells"):
        autosave.open(tmp_path / "nb.py", cells=[Cell("b", "x = 1")])
    assert autosave.open(tmp_path / "nb.py", cells=[Cell("a", "x = 1")]) is notebook


def test_a_closed_notebook_takes_nothing_more_and_its_work_is_saved(autosave, tmp_path):
    notebook = autosave.open(tmp_path / "nb.py")
    submitted = notebook.submit(create("a", "x = 1"))
    assert isinstance(notebook.close().wait(WAIT_S), Saved)
    assert isinstance(submitted.wait(WAIT_S), Saved)
    with pytest.raises(NotebookClosedError, match=r"nb\.py"):
        notebook.submit(edit("a", "x = 2"))
    with pytest.raises(NotebookClosedError):
        notebook.rename(tmp_path / "other.py")
    assert isinstance(notebook.close().wait(WAIT_S), Saved | Refused)


def test_a_notebook_closed_and_opened_again_goes_on_from_its_file(autosave, tmp_path):
    for number in range(20):
        notebook = autosave.open(tmp_path / "nb.py", cells=[Cell("a", "")])
        notebook.submit(edit("a", f"x = {number}"))
        notebook.close()
    assert autosave.open(tmp_path / "nb.py").flush(WAIT_S).path == tmp_path / "nb.py"
    assert "x = 19" in (tmp_path / "nb.py").read_text()


def test_cells_may_come_from_the_host_and_the_header_from_the_file(autosave, tmp_path):
    path = tmp_path / "nb.py"
    path.write_text(
        '"""Doc."""\n\nimport marimo\n\n__generated_with = "0.20.0"\n'
        'app = marimo.App(width="medium")\n'
    )
    notebook = autosave.open(path, cells=[Cell("mine", "x = 1")])
    notebook.submit(edit("mine", "x = 2")).wait(WAIT_S)
    saved = parse(path.read_bytes(), ".py")
    assert [cell.code for cell in saved] == ["x = 2"]
    assert '"""Doc."""' in saved.header
    assert dict(saved.app_config) == {"width": "medium"}


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("nb.txt", None, FormatError),
        ("nb.py", b"x = 1\n", FormatError),
        ("nb.py", b"\xff\xff", FormatError),
        ("folder.py", "folder", StorageError),
    ],
)
def test_what_is_no_notebook_is_not_opened(autosave, tmp_path, name, content, error):
    path = tmp_path / name
    if content == "folder":
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(error):
        autosave.open(path)
    assert autosave.statistics().notebooks == 0


def test_a_file_in_which_only_the_release_would_change_is_not_rewritten(tmp_path):
    path = tmp_path / "nb.py"
    with Autosave(Settings(generated_with="0.20.0")) as autosave:
        notebook = autosave.open(path, cells=[Cell("a", "")])
        notebook.submit(edit("a", "x = 1"))
    before = path.read_bytes()
    with Autosave(Settings(generated_with="9.9.9")) as autosave:
        notebook = autosave.open(path, cells=[Cell("a", "")])
        assert isinstance(notebook.submit(edit("a", "x = 1")).wait(WAIT_S), Saved)
        assert path.read_bytes() == before
        assert isinstance(notebook.submit(edit("a", "x = 2")).wait(WAIT_S), Saved)
    assert b'__generated_with = "9.9.9"' in path.read_bytes()


def test_the_release_that_a_file_names_is_kept(tmp_path):
    path = tmp_path / "nb.py"
    path.write_text('import marimo\n\n__generated_with = "0.20.0"\napp = marimo.App()\n')
    with Autosave() as autosave:
        autosave.open(path).submit(create("a", "x = 1"))
    assert '__generated_with = "0.20.0"' in path.read_text()


@pytest.mark.parametrize("suffix", [".md", ".qmd", ".ipynb"])
def test_a_notebook_of_any_format_is_saved_in_that_format(autosave, tmp_path, suffix):
    path = tmp_path / f"my-report{suffix}"
    notebook = autosave.open(path)
    notebook.submit(create("a", "x = 1")).wait(WAIT_S)
    assert [cell.code for cell in parse(path.read_bytes(), suffix)] == ["x = 1"]
    has_title = dict(parse(path.read_bytes(), suffix).app_config).get("app_title")
    assert has_title == (None if suffix == ".ipynb" else "My Report")


def test_a_rename_to_another_suffix_writes_the_other_format(autosave, tmp_path):
    notebook = autosave.open(tmp_path / "nb.py")
    notebook.submit(create("a", "x = 1")).wait(WAIT_S)
    assert isinstance(notebook.rename(tmp_path / "nb.md").wait(WAIT_S), Saved)
    assert [path.name for path in tmp_path.iterdir()] == ["nb.md"]
    assert [cell.code for cell in parse((tmp_path / "nb.md").read_bytes(), ".md")] == ["x = 1"]


def test_a_rename_whose_new_name_cannot_be_told_moves_nothing(tmp_path):
    old, new = tmp_path / "old.py", tmp_path / "new.py"
    claimed: list[object] = []

    class Flaky(LocalStorage):
        def canonical(self, path):
            if path == new and claimed:
                raise StorageError("the disk hangs")
            claimed.extend([path] * (path == new))
            return super().canonical(path)

    old.write_bytes(b"")
    with Autosave(storage=Flaky()) as autosave:
        assert isinstance(autosave.open(old).rename(new).wait(WAIT_S), Refused)
    assert (old.exists(), new.exists()) == (True, False)
