"""What is said of drafts: kept, found, removed, or impossible to keep."""

from actors.alerts import incidents
from actors.messages import DraftFailed, DraftsRemoved
from tests.protocol.notifier_scene import (
    DRAFT,
    NB,
    OTHER,
    Scene,
    a_draft,
    about,
    failed,
    found,
    kept,
    many,
    succeeded,
)


def unkept(notebook=NB):
    return DraftFailed(notebook, DRAFT, 7, "no space in the state directory")


# -- kept ------------------------------------------------------------------------------


def test_an_unnamed_notebook_is_told_once_that_its_work_is_a_draft():
    scene = Scene()
    scene.tell(kept(), kept(), kept())
    assert scene.variants == [(NB, None)]
    assert scene.alerts[0].title == "This notebook has no name"
    assert f"Its work is kept as draft {DRAFT}." in scene.alerts[0].description


def test_a_draft_of_a_notebook_with_a_name_is_worth_no_alert():
    scene = Scene()
    scene.tell(failed(draft=DRAFT), kept(path=failed().path), kept(path=failed().path))
    assert scene.titles == ["nb.py could not be saved"]


def test_another_unnamed_notebook_with_the_same_id_is_told_too():
    scene = Scene()
    scene.tell(kept(draft="00000000"), kept(draft="11111111"))
    assert scene.variants == [(NB, None)] * 2


def test_one_that_was_named_meanwhile_is_not_told_that_it_has_no_name():
    scene = Scene()
    scene.tell(*(kept(notebook) for notebook in many(30)))
    scene.tell(*(succeeded(notebook) for notebook in many(25)))
    scene.stop()
    assert len(scene.alerts) == 21
    assert about(scene.alerts[-1]) == (*many(30)[25:],)


def test_only_so_many_unnamed_notebooks_are_remembered(monkeypatch):
    monkeypatch.setattr(incidents, "UNNAMED_KEPT", 10)
    scene = Scene()
    scene.tell(*(kept(notebook) for notebook in many(30)))
    assert len(scene.incidents._unnamed) == 10


# -- not kept --------------------------------------------------------------------------


def test_an_outage_of_the_archive_is_one_alert_for_the_host_and_one_notice():
    scene = Scene()
    scene.tell(*(unkept(notebook) for notebook in many(100) * 3))
    assert scene.titles == ["Drafts cannot be kept"]
    scene.tell(*(kept(notebook, path=failed().path) for notebook in many(99)))
    assert scene.titles == ["Drafts cannot be kept"]
    scene.tell(kept(many(100)[99], path=failed().path))
    assert scene.variants == [(many(1)[0], "danger"), (many(1)[0], None)]
    assert scene.titles[1] == "No work is in memory only"


def test_a_draft_that_is_too_large_again_and_again_is_one_alert_while_others_are_kept():
    scene = Scene()
    for _ in range(10):
        scene.tell(unkept(), kept(OTHER, path=failed().path))
    assert scene.titles == ["Drafts cannot be kept"]


def test_the_next_outage_is_alerted_again():
    scene = Scene()
    scene.tell(unkept(), kept(path=failed().path), unkept(), unkept(OTHER))
    assert scene.variants == [(NB, "danger"), (NB, None), (NB, "danger")]


def test_an_outage_after_a_draft_was_kept_is_alerted_although_one_notebook_never_was():
    scene = Scene()
    scene.tell(unkept(), kept(OTHER, path=failed().path), unkept(OTHER))
    assert scene.variants == [(NB, "danger"), (OTHER, "danger")]
    scene.tell(succeeded(NB), succeeded(OTHER))
    assert about(scene.alerts[2]) == (NB, OTHER)


def test_work_that_reached_its_file_is_safe_without_a_draft():
    scene = Scene()
    scene.tell(unkept(), succeeded(OTHER), succeeded(NB))
    assert scene.variants == [(NB, "danger"), (NB, None)]


# -- found and removed -----------------------------------------------------------------


def test_a_draft_that_is_newer_than_its_file_is_alerted_with_its_time_and_what_to_do():
    scene = Scene()
    scene.tell(found())
    [alert] = scene.alerts
    assert (alert.title, alert.variant) == ("nb.py has a draft that is newer", "danger")
    assert f"Draft {DRAFT}, of 2026-09-21 14:13 UTC, holds work" in alert.description
    assert f"`notebook-actors drafts diff {DRAFT}`" in alert.description


def test_a_failure_does_not_keep_a_found_draft_from_being_told():
    scene = Scene()
    scene.tell(*(found(notebook) for notebook in many(30)))
    scene.tell(*(failed(notebook) for notebook in many(30)))
    scene.tell(*(succeeded(notebook) for notebook in many(30)))
    scene.runtime.advance(1.0)
    assert "10 more drafts are newer than files" in scene.titles


def test_a_found_draft_is_no_alert_about_a_failure():
    scene = Scene()
    scene.tell(failed(OTHER), failed(NB), found(NB), succeeded(NB))
    scene.stop()
    assert scene.variants == [(OTHER, "danger"), (NB, "danger")]


def test_a_found_draft_does_not_keep_a_failure_from_being_told():
    scene = Scene()
    scene.tell(failed(OTHER), failed(NB), found(NB))
    scene.stop()
    assert scene.titles[1:] == ["nb.py has a draft that is newer", "nb.py could not be saved"]


def test_drafts_that_had_to_go_are_listed_in_one_alert():
    scene = Scene()
    drafts = (a_draft(), a_draft(OTHER, name="00000001", path=None))
    scene.tell(DraftsRemoved(drafts), DraftsRemoved(()))
    [alert] = scene.alerts
    assert (alert.title, about(alert)) == ("2 drafts were removed", (NB, OTHER))
    assert "ab12cd34 (nb.py, 2026-09-21 14:13 UTC), 00000001 (unnamed," in alert.description


def test_of_many_drafts_that_had_to_go_the_first_ten_are_listed():
    scene = Scene()
    scene.tell(DraftsRemoved(tuple(a_draft(notebook) for notebook in many(25))))
    assert " and 15 more. `notebook-actors drafts`" in scene.alerts[0].description
