"""What marimo 0.25.2 does in the cases E1 to E14 of `docs/guarantees.md`, by its own classes.

Each test fails when marimo does better: then that page is to be corrected.
"""

import os
import re
from pathlib import Path

import marimo
import pytest
from marimo._ast.cell import CellConfig
from marimo._messaging.notebook.changes import CreateCell, Transaction
from marimo._session.notebook.file_manager import AppFileManager
from marimo._utils.http import HTTPException

from tests.crashes.limits import SMALL, small_files
from tests.crashes.marimo_host import TEXT, CountingStorage, Host

CORRECT = "marimo does better now: correct the table of docs/guarantees.md"


@pytest.fixture
def host(tmp_path):
    return Host.opened(tmp_path / "nb.py")


def file_of(host):
    return Path(host.files.path)


def test_e1_a_write_that_fails_half_way_leaves_a_torn_file_that_is_then_called_unchanged(host):
    host.autosave()
    first = host.snapshot()
    host.document.apply(host.edit(0, "a = 2"))
    with small_files(), pytest.raises(HTTPException):
        host.autosave()
    host.autosave(first)  # the text of before again: no error, and nothing is written
    assert len(file_of(host).read_bytes()) == SMALL, CORRECT


def test_e2_an_edit_made_in_another_editor_is_overwritten_without_a_word(host):
    file_of(host).write_text(TEXT.replace("a = 1", "a = 'theirs'"))
    host.agent_sends(host.edit(1, "b = 2"))
    assert "theirs" not in file_of(host).read_text(), CORRECT
    assert host.alerts() == [], CORRECT


def test_e3_a_save_over_a_deleted_file_writes_nothing_and_says_nothing(host):
    host.autosave()
    file_of(host).unlink()
    host.autosave()
    assert not file_of(host).exists(), CORRECT


def test_e4_a_watcher_that_sees_the_middle_of_a_write_empties_the_live_document(host):
    with file_of(host).open("w") as file:  # as marimo's own saves begin
        host.file_changed()
        file.write(TEXT)
    assert host.codes == [""], CORRECT


def test_e5_a_late_save_rolls_newer_edits_of_the_live_document_back(host):
    host.document.apply(host.edit(0, "a = 2"))
    queued = host.snapshot()
    host.document.apply(host.edit(1, "b = 'newer'", "frontend"))
    host.autosave(queued)
    host.agent_sends(host.edit(0, "a = 2"))
    assert host.codes == ["a = 2", "b = 1"], CORRECT
    assert "newer" not in file_of(host).read_text(), CORRECT
    assert host.alerts() == [], CORRECT


def test_e6_a_browser_that_saves_what_it_knows_deletes_the_agents_new_cell(host):
    known = host.snapshot()
    new = CreateCell(cell_id="new", code="c = 'new'", name="_", config=CellConfig())
    host.agent_sends(Transaction((new,), source="code-mode"))
    assert "c = 'new'" in file_of(host).read_text()
    host.browser_saves(known)
    assert "c = 'new'" not in file_of(host).read_text(), CORRECT
    assert host.codes == ["a = 1", "b = 1"], CORRECT


def test_e7_every_transaction_is_a_write_and_every_failure_an_alert_and_none_is_tried_again(
    tmp_path,
):
    storage = CountingStorage()
    host = Host.opened(tmp_path / "nb.py", storage=storage)
    host.agent_sends(*(host.edit(0, f"a = {number}") for number in range(20)))
    assert storage.writes > 15, CORRECT  # 20 less those that see the document of the one before
    file_of(host).unlink()
    file_of(host).mkdir()
    host.agent_sends(*(host.edit(0, f"a = -{number}") for number in range(20)))
    assert [alert.variant for alert in host.alerts()] == ["danger"] * 20, CORRECT
    file_of(host).rmdir()
    host.agent_sends(*(host.edit(0, "a = 'safe again'"),))
    assert len(host.alerts()) == 20, CORRECT


def test_e8_links_are_kept_since_it_writes_in_place(host, tmp_path):
    os.link(file_of(host), tmp_path / "hard.py")
    (tmp_path / "soft.py").symlink_to(file_of(host))
    linked = Host(AppFileManager(tmp_path / "soft.py"))
    linked.agent_sends(linked.edit(0, "a = 2"))
    assert (tmp_path / "soft.py").is_symlink()
    assert "a = 2" in (tmp_path / "hard.py").read_text()


def test_e9_line_ends_and_what_follows_the_last_construct_are_lost(tmp_path):
    text = TEXT.replace("\n", "\r\n") + "\r\n# a word of mine\r\n"
    host = Host.opened(tmp_path / "nb.py", text)
    host.agent_sends(host.edit(0, "a = 2"))
    saved = file_of(host).read_bytes()
    assert b"\r" not in saved, CORRECT
    assert b"a word of mine" not in saved, CORRECT


def test_e10_the_edits_of_an_unnamed_notebook_are_kept_nowhere_and_nobody_is_told(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    host = Host.opened(None)
    host.agent_sends(host.edit(0, "a = 'work'"))
    assert host.codes == ["a = 'work'"]
    assert list(tmp_path.iterdir()) == [], CORRECT
    assert host.alerts() == [], CORRECT


def test_e11_an_emptied_file_makes_one_empty_cell_of_the_notebook_on_disk_too(host):
    file_of(host).write_text("")  # another program has begun to write it, and is killed
    host.file_changed()
    host.autosave()
    assert Host(AppFileManager(file_of(host))).codes == [""], CORRECT
    assert host.alerts() == [], CORRECT


def test_e12_each_edit_in_the_browser_puts_its_save_off_again():
    assets = (Path(marimo.__file__).parent / "_static" / "assets").glob("*.js")
    restarts = re.compile(
        r"clearTimeout\((\w+)\.current\),[^;]{0,99}setTimeout\(\w+,\w+\.autosave_delay\)"
    )
    assert any(restarts.search(asset.read_text("utf-8")) for asset in assets), CORRECT


def test_e13_its_own_slow_save_is_taken_for_another_programs(tmp_path):
    class Slow(CountingStorage):
        def write(self, path, content):
            super().write(path, content)
            slow.document.apply(slow.edit(1, "b = 'newer'"))
            slow.file_changed()  # its watcher is quicker than the end of the save

    slow = Host.opened(tmp_path / "nb.py", storage=Slow())
    slow.document.apply(slow.edit(0, "a = 2"))
    slow.autosave()
    assert slow.codes == ["a = 2", "b = 1"], CORRECT


def test_e14_a_save_without_a_change_rewrites_the_version_line(tmp_path):
    text = TEXT.replace("0.25.2", "0.20.0")
    host = Host.opened(tmp_path / "nb.py", text)
    host.autosave()
    assert file_of(host).read_text() == TEXT, CORRECT
