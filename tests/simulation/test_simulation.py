"""Schedules of fixed seeds keep every promise, and do the same again."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import actors
from actors.simulation import Counts, System, World, command, simulate
from actors.simulation.promises import BrokenPromiseError

BATCH = 30


@pytest.mark.parametrize("first", range(0, 300, BATCH))
def test_what_is_promised_holds_whatever_goes_wrong(first):
    counts, failures = command.run_batch(first, BATCH)
    assert failures == []
    assert counts.schedules == BATCH


def test_what_is_promised_holds_where_the_host_watches_files():
    for seed in range(60):
        simulate(seed, System(watches=True))


def test_schedules_meet_all_that_goes_wrong():
    counts = Counts()
    for seed in range(50):
        counts.add(simulate(seed))
    for what in ("kill", "power cut", "told: merged", "told: failing, conflict", "told: alert"):
        assert counts.happened[what], f"{what} did not happen: {counts.happened}"
    assert any(what.startswith("fault:") for what in counts.happened)


PRINT_COUNTS = """
from actors.simulation import World
for seed in range(6):
    print(World(seed).run())
"""


def test_a_seed_does_the_same_in_every_process():
    def counts(hash_seed: str) -> str:
        code = Path(actors.__file__).parents[1]
        env = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(code)}
        command = [sys.executable, "-c", PRINT_COUNTS]
        return subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout

    first, second = counts("1"), counts("2")
    assert first == second
    assert "turns=" in first


def test_steps_can_be_left_out():
    lines: list[str] = []
    World(7, keep={3, 5}, trace=lines.append).run()
    numbers = [line.split(":")[0] for line in lines if line[0].isdigit()]
    assert numbers == ["3", "5"]


def test_the_command_says_what_the_schedules_went_through(capsys):
    assert command.main(["--runs", "2", "--seed", "5", "--jobs", "1"]) == 0
    assert "2 schedules" in capsys.readouterr().out


def test_the_command_ends_with_1_and_the_seed_of_a_broken_promise(monkeypatch, capsys):
    error = BrokenPromiseError(3, "gone")
    error.add_note("step 4")
    failed = (Counts(), [f"seed 9: {error}"])
    monkeypatch.setattr(command, "run_all", lambda *_: failed)
    assert command.main(["--runs", "1"]) == 1
    assert "seed 9: promise 3 (durability) is broken: gone" in capsys.readouterr().err
