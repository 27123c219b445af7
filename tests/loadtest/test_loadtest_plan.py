"""What can be asked for, and what cannot."""

import pytest

from actors.loadtest import Plan, PlanError


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"sessions": 0}, "sessions must be 1 or more"),
        ({"sessions": 10_000_000}, "or fewer"),
        ({"edits": -1}, "edits must be 0 or more"),
        ({"cells": 0}, "cells must be 1 or more"),
        ({"threads": 0}, "threads must be 1 or more"),
        ({"rate": 0}, "rate must be more than 0"),
        ({"rate": float("nan")}, "rate must be more than 0"),
        ({"rate": float("inf")}, "rate must be more than 0"),
        ({"active": 11, "sessions": 10}, "from 0 to 10"),
        ({"active": -1}, "from 0 to"),
        ({"edits": 100_000_000}, "memory"),
        ({"storage": "cloud"}, "local or memory"),
    ],
)
def test_a_plan_that_makes_no_sense_says_what_to_change(options, words):
    with pytest.raises(PlanError, match=words) as raised:
        Plan(**options)
    assert "\n" not in str(raised.value)


def test_a_folder_that_is_not_there_is_not_made(tmp_path):
    with pytest.raises(PlanError, match="make it first"):
        Plan(folder=tmp_path / "none")


def test_the_pacing_is_told():
    assert Plan().pacing == "closed loop, 128 bursts under way at most"
    assert Plan(rate=1500).pacing == "open loop, 1500 edits/s"
