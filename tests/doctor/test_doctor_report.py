"""The verdict, the order of findings, JSON, and what people see."""

import errno
import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from actors.doctor import Finding, Level, Promise, Report, examine
from actors.doctor.calls import Calls
from actors.doctor.output import show
from actors.doctor.timing import duration
from tests.doctor.probing import failing, with_files

SAVED = Finding("save", Level.OK, "15 saves", "Fine.", figures={"p50_ms": 2.04})
DISK = "5 1 0:9 / / rw - ext4 /dev/sda rw"


def report(*findings):
    return Report(Path("/srv/notebooks"), (SAVED, *findings))


def about(promise, level=Level.BROKEN):
    return Finding("probed", level, "it was found", "It means.", "act", promise)


def printed(shown, **options):
    out = io.StringIO()
    show(shown, Console(file=out, width=90, **options))
    return out.getvalue()


def test_a_good_directory_gets_a_verdict_in_one_line():
    assert report().verdict() == (
        "Saves here are atomic and survive a power cut, if the disk keeps its word; "
        "one takes about 2.0 ms."
    )


@pytest.mark.parametrize(
    ("finding", "verdict"),
    [
        (about(Promise.SAVING), "Notebooks cannot be saved here: it was found."),
        (about(Promise.DURABILITY), "are atomic but do not survive a power cut; one takes"),
        (about(Promise.ATOMICITY), "survive a power cut but are not atomic"),
        (about(Promise.NOT_OVERWRITING), "but can be overwritten by a rename"),
        (
            about(Promise.DURABILITY, Level.UNKNOWN),
            "are atomic; whether they survive a power cut is not known; one takes",
        ),
        (about(Promise.ATOMICITY, Level.UNKNOWN), "whether they are atomic is not known"),
    ],
)
def test_the_verdict_names_what_is_broken_and_what_is_not_known(finding, verdict):
    assert verdict in report(finding).verdict()
    assert report(finding).ok is (finding.level is not Level.BROKEN)


def test_what_was_tried_is_a_better_reason_than_what_was_asked():
    refused = Finding("create", Level.BROKEN, "No space", "None.", promise=Promise.SAVING)
    assert report(about(Promise.SAVING), refused).verdict().endswith(": No space.")


def test_without_a_save_nothing_is_said_about_the_other_promises():
    shown = report(about(Promise.SAVING))
    assert shown.holds(Promise.SAVING) is False
    assert shown.holds(Promise.ATOMICITY) is shown.holds(Promise.DURABILITY) is None


def test_the_worst_findings_come_first():
    findings = [Finding(level.value, level, "", "") for level in reversed(Level)]
    shown = Report(Path(), tuple(findings)).by_weight()
    assert [finding.level for finding in shown] == list(Level)


def test_a_report_as_json_has_its_documented_shape(tmp_path):
    record = json.loads(json.dumps(examine(tmp_path).record()))
    assert set(record) == {"directory", "ok", "verdict", "promises", "findings"}
    assert record["directory"] == str(tmp_path)
    assert set(record["promises"]) == {promise.value for promise in Promise}
    for finding in record["findings"]:
        assert set(finding) == {"name", "level", "found", "means", "advice", "promise", "figures"}
        assert finding["level"] in [level.value for level in Level]


def test_a_finding_has_a_name_of_its_own(tmp_path):
    names = [finding.name for finding in examine(tmp_path).findings]
    assert len(names) == len(set(names)) > 15


def test_elsewhere_than_on_a_terminal_each_finding_is_a_line():
    first, *lines = printed(report(about(Promise.DURABILITY))).splitlines()
    assert first == report(about(Promise.DURABILITY)).verdict()
    assert lines == ["broken: probed: it was found. It means. Act.", "ok: save: 15 saves. Fine."]


def test_a_terminal_gets_a_table_below_the_verdict():
    shown = printed(report(about(Promise.DURABILITY)), force_terminal=True, color_system=None)
    assert shown.splitlines()[0] == report(about(Promise.DURABILITY)).verdict()
    assert "for notebooks" in shown
    assert max(map(len, shown.splitlines())) <= 90


@pytest.mark.parametrize("terminal", [False, True])
def test_a_name_cannot_give_orders_to_a_terminal(terminal):
    finding = Finding("file system", Level.OK, "at /\x1b[2J\n/[red]\udcff", "Fine.")
    shown = printed(Report(Path("/\x1b[2J"), (finding,)), force_terminal=terminal)
    assert "\x1b[2J" not in shown
    assert "\\x1b[2J\\n/[red]" in shown.replace(" ", "")


def test_a_directory_in_which_nothing_can_be_made_is_not_tried_further(tmp_path):
    shown = examine(tmp_path, Calls(mkdir=failing(errno.EROFS)))
    assert shown.verdict() == "Notebooks cannot be saved here: Read-only file system."
    assert {"create", "directory", "space"} <= {finding.name for finding in shown.findings}
    assert "save" not in {finding.name for finding in shown.findings}


def test_a_folder_that_can_no_more_be_made_breaks_saving(tmp_path):
    made: list[None] = []

    def once(path, mode):
        if made:
            failing(errno.ENOSPC)()
        made.append(path.mkdir(mode))

    shown = examine(tmp_path, Calls(mkdir=once))
    assert shown.verdict() == "Notebooks cannot be saved here: No space left on device."


def test_a_usual_disk_holds_every_promise(tmp_path):
    calls = Calls(mount_table=lambda: DISK, mount_id=lambda path: 5)
    shown = examine(tmp_path, calls)
    assert shown.ok
    assert all(shown.holds(promise) for promise in Promise)


def test_a_question_that_fails_is_not_known(tmp_path):
    shown = examine(tmp_path, Calls(statvfs=failing(errno.EIO)))
    (space,) = [finding for finding in shown.findings if finding.name == "space"]
    assert (space.level, space.found) == (Level.UNKNOWN, "Input/output error")


def test_a_full_disk_is_told_by_the_save(tmp_path):
    shown = examine(tmp_path, with_files(write=failing(errno.ENOSPC)))
    assert shown.verdict() == "Notebooks cannot be saved here: No space left on device."
    assert shown.by_weight()[0].name == "save"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 us"), (0.000_85, "850 us"), (0.002, "2.0 ms"), (0.0123, "12 ms"), (1.5, "1.5 s")],
)
def test_times_are_short(seconds, text):
    assert duration(seconds) == text
