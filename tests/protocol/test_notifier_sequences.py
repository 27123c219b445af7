"""Whatever happens to some notebooks in whatever order: what each of them is told."""

from collections import defaultdict
from itertools import pairwise
from typing import get_args

import attrs
from hypothesis import given
from hypothesis import strategies as st

from actors.alerts.storms import LONGEST_WINDOW_S
from actors.errors import Cause
from actors.messages import DraftFailed, OwnedElsewhere
from actors.settings import Settings
from tests.protocol.notifier_scene import Scene, about, failed, found, held, kept, many, succeeded

NOTEBOOKS = many(8)

notebooks = st.sampled_from(NOTEBOOKS)
causes = st.sampled_from(get_args(Cause))
pauses = st.sampled_from([0.0, 0.4, 1.0, 3.0, 70.0])
windows = st.sampled_from([0.0, 1.0])


@attrs.frozen
class Step:
    """A save of one notebook, and the time that passes after it."""

    notebook: str
    works: bool
    pause_s: float


steps = st.lists(st.builds(Step, notebooks, st.booleans(), pauses), max_size=60)


def played(window_s, steps, *, stop=True):
    """Return a scene in which all that has happened, with one cause and no great age."""
    scene = Scene(Settings(storm_window_s=window_s))
    for step in steps:
        scene.tell(succeeded(step.notebook) if step.works else failed(step.notebook))
        scene.runtime.advance(step.pause_s)
    if stop:
        scene.stop()
    return scene


def last_of(steps):
    """Return whether the last save of each notebook has worked."""
    return {step.notebook: step.works for step in steps}


def variants_by_notebook(scene):
    told = defaultdict(list)
    for alert in scene.alerts:
        for notebook in about(alert):
            told[notebook].append(alert.variant)
    return told


@given(windows, steps)
def test_alerts_and_notices_take_turns_for_each_notebook(window_s, steps):
    for variants in variants_by_notebook(played(window_s, steps)).values():
        assert variants[0] == "danger"
        assert all(one != other for one, other in pairwise(variants))


@given(windows, steps)
def test_the_last_that_a_notebook_is_told_is_true(window_s, steps):
    told = variants_by_notebook(played(window_s, steps))
    for notebook, works in last_of(steps).items():
        assert told[notebook][-1:] in ([[None], []] if works else [["danger"]])


@given(windows, steps)
def test_it_is_told_in_time_without_a_stop(window_s, steps):
    scene = played(window_s, steps, stop=False)
    scene.runtime.advance(LONGEST_WINDOW_S)
    told = len(scene.alerts)
    scene.stop()
    assert len(scene.alerts) == told


@given(windows, steps)
def test_no_alert_names_a_notebook_twice(window_s, steps):
    for alert in played(window_s, steps).alerts:
        assert len(set(about(alert))) == len(about(alert))


@given(windows, steps)
def test_state_is_kept_of_failing_notebooks_alone(window_s, steps):
    scene = played(window_s, steps)
    failing = {notebook for notebook, works in last_of(steps).items() if not works}
    assert scene.incidents._incidents.keys() == failing
    assert not scene.incidents._recovered


MESSAGES = (
    failed,
    succeeded,
    held,
    found,
    kept,
    lambda notebook: failed(notebook, "conflict", unsaved_s=300.0),
    lambda notebook: kept(notebook, path=failed(notebook).path),
    lambda notebook: OwnedElsewhere(notebook, failed(notebook).path, "user@host pid 1"),
    lambda notebook: DraftFailed(notebook, "ab12cd34", 7, "no space"),
)


@given(windows, st.lists(st.tuples(st.sampled_from(MESSAGES), notebooks, pauses), max_size=80))
def test_whatever_happens_a_notebook_is_saved_again_only_after_it_was_told_that_it_is_not(
    window_s, happenings
):
    scene = Scene(Settings(storm_window_s=window_s))
    for make, notebook, pause_s in happenings:
        scene.tell(make(notebook))
        scene.runtime.advance(pause_s)
    scene.stop()
    assert scene.system.statistics().crashes == 0
    in_trouble: set[str] = set()
    for alert in scene.alerts:
        if "saved again" in alert.title:
            assert in_trouble.issuperset(about(alert))
            in_trouble.difference_update(about(alert))
        elif alert.variant and "draft" not in alert.title.lower():
            in_trouble.update(about(alert))
    assert in_trouble <= scene.incidents._incidents.keys()


@given(windows, st.lists(st.tuples(notebooks, causes, pauses), max_size=60))
def test_a_failing_notebook_was_told_of_its_cause(window_s, failures):
    scene = Scene(Settings(storm_window_s=window_s))
    for notebook, cause, pause_s in failures:
        scene.tell(failed(notebook, cause, reason=cause))
        scene.runtime.advance(pause_s)
    scene.stop()
    for notebook, _, _ in failures:
        incident = scene.incidents._incidents[notebook]
        assert incident.cause in incident.told
        assert len(variants_by_notebook(scene)[notebook]) == len(incident.told)
