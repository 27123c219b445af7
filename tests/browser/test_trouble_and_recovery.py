"""A person sees that saving fails, and that it works again: each once."""

from tests.plugin.editing_session import text_of
from tests.plugin.failing_disks import full, small_disk, unreachable

TROUBLE = "nb.py could not be saved"
RECOVERY = "nb.py is saved again"


def count(page, title):
    return sum(toast.startswith(title) for toast in page.toasts)


def test_a_failing_save_is_told_once_and_so_is_its_recovery(page, project):
    with unreachable(project):
        for number in range(3):
            page.agent.edit(f"ctx.create_cell('made_{number} = 3')")
        page.shows_toast(TROUBLE)
        page.is_marked_unsaved()
    page.shows_toast(RECOVERY)
    assert (count(page, TROUBLE), count(page, RECOVERY)) == (1, 1)
    assert "made_2 = 3" in page.path.read_text()


def test_ctrl_s_that_fails_says_why_and_leaves_the_page_unsaved(page, project):
    with unreachable(project):
        page.type(0, "23")
        assert page.save() == 500
        page.shows_toast("Failed to save")
        page.is_marked_unsaved()
    assert page.save() == 200
    page.is_marked_saved()


def test_a_page_that_is_loaded_again_while_the_disk_is_full_is_told_again(open_page, project):
    with small_disk(project):
        path = project / "nb.py"
        path.write_text(text_of("a = 1"), "utf-8")
        page = open_page(path)
        with full(project):
            page.agent.edit("ctx.create_cell('made = ' + repr('x' * 8000))")
            page.shows_toast(TROUBLE)
            page.page.reload()
            page.shows_toast(TROUBLE)


def test_a_name_with_markup_is_shown_as_it_is(open_page, project):
    path = project / "<b>R&D.py"
    path.write_text(text_of("a = 1"), "utf-8")
    page = open_page(path)
    with unreachable(project):
        page.agent.edit("ctx.create_cell('made = 3')")
        page.shows_toast("<b>R&D.py could not be saved")
        page.shows_toast(f"{path}: Not a directory")
