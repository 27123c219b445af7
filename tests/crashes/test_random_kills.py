"""kill -9 at odd moments of a process that edits several notebooks, again and again."""

import random

import pytest

from tests.crashes.after_a_crash import RUNS, go_on, much_later, names_in
from tests.crashes.archiving import check_archive, drafts_in
from tests.crashes.jobs import NOTEBOOKS, step_of, text_of

pytestmark = pytest.mark.timeout(0 if RUNS else 300)

KILLS = max(30, RUNS)


def test_a_busy_process_killed_again_and_again_loses_nothing_that_it_called_saved(killer, tmp_path):
    moments = random.Random(5)
    saved = dict.fromkeys(NOTEBOOKS, 0)
    for name in NOTEBOOKS:
        (tmp_path / name).write_bytes(text_of(0))
    for _ in range(KILLS):
        said = killer.kill("edit_many", tmp_path, moments.randint(1, 60))
        saved |= newest(said)
        for name in NOTEBOOKS:
            assert step_of((tmp_path / name).read_bytes()) >= saved[name], f"{name} after {said}"
        check_archive(tmp_path)
    check_archive(tmp_path, newest=10 * KILLS)
    assert {cause for cause, _ in drafts_in(tmp_path)} >= {None, "gone"}, "what has no file"
    much_later(tmp_path)
    assert all(go_on(tmp_path, tmp_path / name) >= saved[name] for name in NOTEBOOKS)
    assert names_in(tmp_path) == NOTEBOOKS
    assert min(saved.values()) > KILLS, "each process got further than the one before"
    print(KILLS, "kills; saved edits:", saved)


def newest(said):
    """Return the last edit of each notebook that was said to be saved."""
    found = dict[str, int]()
    for line in said:
        name, step = line.rsplit(" ", 1)
        found[name] = max(int(step), found.get(name, 0))
    return found
