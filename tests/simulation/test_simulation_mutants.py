"""The simulation finds bugs: each known one, put back, is caught within few schedules."""

import pytest

from actors.simulation import BrokenPromiseError, World, simulate
from tests.simulation.mutants import MUTANTS, Mutant


def first_caught(mutant: Mutant) -> tuple[int, BrokenPromiseError]:
    """Return how many schedules it took, and what was found."""
    for seed in range(mutant.schedules):
        try:
            World(seed, mutant.system).run()
        except BrokenPromiseError as error:
            return seed + 1, error
    raise AssertionError(f"not caught in {mutant.schedules} schedules")


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_is_caught_and_the_promise_named(name):
    schedules, error = first_caught(MUTANTS[name])
    print(f"{name}: caught in schedule {schedules}: {error}")
    assert error.promise in MUTANTS[name].promises, str(error)


def test_a_failure_is_reported_with_its_seed_and_few_steps():
    mutant = MUTANTS["no sync of folders"]
    schedules, _ = first_caught(mutant)
    with pytest.raises(BrokenPromiseError) as caught:
        simulate(schedules - 1, mutant.system)
    heading, trace = caught.value.__notes__
    assert heading.startswith(f"seed {schedules - 1}, ")
    assert heading.count(",") < 10, "the schedule was made small"
    assert trace
