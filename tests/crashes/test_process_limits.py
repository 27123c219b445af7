"""A process at its limits: file sizes, open files. Nothing is lost, and all of it ends."""

import pytest

from tests.crashes.jobs import step_of, text_of


@pytest.mark.parametrize(
    ("job", "cause", "words"),
    [
        ("save_above_the_limit_of_file_sizes", "disk full", "ulimit -f"),
        ("save_without_a_free_file_handle", "other", "ulimit -n"),
    ],
)
def test_a_save_beyond_a_limit_is_deferred_and_made_when_the_limit_is_raised(
    killer, tmp_path, job, cause, words
):
    path = tmp_path / "nb.py"
    path.write_bytes(text_of(0))
    said = killer.run(job, tmp_path)
    assert said[0].startswith("Deferred: ")
    assert words in said[0]
    assert said[1:] == [f"failing: {cause}", "untouched: True", "saved: version 1"]
    assert step_of(path.read_bytes()) == 1
