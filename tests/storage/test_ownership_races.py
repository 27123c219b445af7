"""Never two owners: whatever the order of the system calls of those who want a file."""

import random
from collections.abc import Callable, Sequence

import pytest

from actors.storage.ownership import Lease
from actors.testing import every_choice
from tests.storage.ownership_scene import (
    LEASE_S,
    NOTEBOOK,
    FewSwitches,
    Program,
    Scene,
    Steps,
    outcome,
)

STATES: dict[str, Callable[[Scene], object]] = {
    "free": Scene.names,
    "dead": Scene.dead_owners_lock,
    "expired": Scene.expired_lease,
}


def acquiring(scene: Scene, pid: int) -> Program:
    ownership = scene.ownership(pid)
    return lambda: ownership.acquire(NOTEBOOK)


def winners_of(
    scene: Scene, programs: Sequence[Program], choose: Callable[[list[int]], int]
) -> list[int]:
    """Run the programs side by side; return which of them then own the file."""

    def settled(program: Program) -> Program:
        return lambda: outcome(program)

    results = Steps(scene.disk).run([settled(program) for program in programs], choose)
    return [number for number, result in enumerate(results) if result is not None]


@pytest.mark.parametrize("is_nfs", [False, True])
@pytest.mark.parametrize("state", STATES)
def test_of_two_that_want_a_file_exactly_one_gets_it(state, is_nfs):
    for choice in every_choice():
        scene = Scene(is_nfs=is_nfs)
        STATES[state](scene)
        programs = [acquiring(scene, 2), acquiring(scene, 3)]
        won = winners_of(scene, programs, FewSwitches(choice, 2))
        assert len(won) == 1
        assert scene.owner() == f"{won[0] + 2:016x}"
        assert scene.names() == [".nb.py.notebook-actors.lock"]


@pytest.mark.parametrize("is_nfs", [False, True])
def test_an_owner_that_comes_back_late_and_a_taker_never_both_own(is_nfs):
    results = set()
    for choice in every_choice():
        scene = Scene(is_nfs=is_nfs)
        late = scene.expired_lease()
        programs = [late.check, acquiring(scene, 2)]
        won = winners_of(scene, programs, FewSwitches(choice, 2))
        assert len(won) <= 1
        results.add(tuple(won))
    assert results >= {(0,), (1,)}


def test_a_late_release_never_lets_two_others_in():
    for choice in every_choice():
        scene = Scene()
        late, third = scene.expired_lease(), acquiring(scene, 3)

        def leaves(late: Lease = late, third: Program = third) -> object:
            late.release()
            return third()

        won = winners_of(scene, [acquiring(scene, 2), leaves], FewSwitches(choice, 2))
        assert len(won) <= 1
        assert not won or scene.owner() == f"{won[0] + 2:016x}"


def test_of_three_takers_and_a_late_owner_one_owns_at_most():
    for seed in range(500):
        chance = random.Random(seed)
        scene = Scene(is_nfs=seed % 2 == 0)
        late = scene.expired_lease()
        programs = [acquiring(scene, pid) for pid in (2, 3, 4)]
        won = winners_of(scene, [*programs, late.check], chance.choice)
        assert len(won) <= 1, f"seed {seed}"


@pytest.mark.parametrize("is_nfs", [False, True])
@pytest.mark.parametrize("survived", range(30))
def test_a_taker_that_dies_at_any_call_leaves_the_file_to_the_next(survived, is_nfs):
    scene = Scene(is_nfs=is_nfs)
    scene.dead_owners_lock()
    dying = scene.disk.process()
    taker = scene.ownership(2, process=dying)
    last = scene.disk.calls_made + survived
    scene.disk.before = lambda call: scene.disk.kill(dying) if call.number == last else None
    outcome(lambda: taker.acquire(NOTEBOOK))
    scene.disk.before = None
    scene.living.remove(2)
    if is_nfs:  # a lock file without its text says nothing of its owner
        scene.disk.pass_time(LEASE_S)
    scene.ownership(3).acquire(NOTEBOOK).release()
    scene.sweep()
    assert scene.names() == []
