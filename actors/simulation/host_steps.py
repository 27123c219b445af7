"""What the host does in a schedule."""

import random
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from actors.errors import AutosaveError
from actors.notebook import Choice, Transaction
from actors.simulation.agents import payload
from actors.simulation.life import survives
from actors.simulation.marks import marks_of
from actors.simulation.scene import FOLDERS, Scene
from actors.simulation.work import Work

CHOICES: tuple[Choice, ...] = ("ours", "theirs", "both")

_TIMES_S = (0.001, 0.1, 0.5, 1.0, 5.0, 70.0)


def as_host(scene: Scene, call: Callable[[], object]) -> None:
    """Do what a host does, which raises errors of ours alone."""
    error = survives(call)
    if error is not None and not isinstance(error, AutosaveError):
        scene.verdict.fail(7, f"the host saw {error!r}")


def submit(scene: Scene, chance: random.Random) -> None:
    """Hand in some transactions."""
    for _ in range(chance.randrange(1, 4)):
        work = scene.some_work(chance)
        if work is not None:
            _submit(scene, work, chance)


def _submit(scene: Scene, work: Work, chance: random.Random) -> None:
    assert work.handle is not None
    hand_in(scene, work, work.agent.transaction(work.handle.document, chance), chance)


def hand_in(
    scene: Scene, work: Work, transaction: Transaction | None, chance: random.Random
) -> None:
    """Hand in a transaction; `None` is what cannot be read."""
    handle = work.handle
    assert handle is not None
    what = payload(transaction, chance)

    def submit_it() -> None:
        tick = scene.oracle.tick()
        receipt = handle.submit(what)
        scene.oracle.expect(work, work.submitted(transaction, receipt, tick))

    scene.trace("    ", work, " ", transaction)
    as_host(scene, submit_it)


def run_some(scene: Scene, chance: random.Random) -> None:
    """Let actors handle a few messages."""
    scene.run(chance.randrange(1, 12))


def run_all(scene: Scene, chance: random.Random) -> None:
    """Let them handle all."""
    del chance
    scene.run(1_000_000)


def let_time_pass(scene: Scene, chance: random.Random) -> None:
    """Let time pass, with all that is due."""
    if (life := scene.living) is not None:
        life.runtime.advance(chance.choice(_TIMES_S))


def flush(scene: Scene, chance: random.Random) -> None:
    """Wait for a notebook to be durable."""
    work = scene.some_work(chance)
    if work is not None and (handle := work.handle) is not None:
        as_host(scene, lambda: handle.flush(timeout=2.0))


def look_at(scene: Scene, path: Path) -> None:
    """Take in what was done to a file, as a host that watches it does."""
    for work in scene.oracle.works:
        handle = work.handle
        if scene.living is not None and work.path == path and handle and not handle.closed:
            as_host(scene, lambda: scene.oracle.expect_look(work, handle.look()))  # noqa: B023 - called at once


def rename(scene: Scene, chance: random.Random) -> None:
    """Give a notebook another file, or its first."""
    work = scene.some_work(chance)
    if work is None or work.mode == "run" or work.is_renaming:
        return
    handle, old = work.handle, work.path
    assert handle is not None
    suffix = chance.choice((".py", ".py", ".md"))
    new = chance.choice(FOLDERS) / f"{scene.marks.new()}{suffix}"

    def give_name() -> None:
        scene.oracle.record(new)
        scene.oracle.expect_rename(work, handle.rename(new), old, new)

    as_host(scene, give_name)


def close(scene: Scene, chance: random.Random) -> None:
    """Close a notebook."""
    work = scene.some_work(chance)
    if work is not None and work.handle is not None:
        as_host(scene, work.handle.close)


def open_all(scene: Scene, chance: random.Random) -> None:
    """Open what is not open."""
    del chance
    for work in scene.oracle.works:
        if work.handle is None or work.handle.closed:
            open_one(scene, work)


def open_one(scene: Scene, work: Work) -> None:
    """Open a notebook."""
    is_unnamed_again = work.path is None and work.handle is not None
    if work.is_renaming or is_unnamed_again or (life := scene.living) is None:
        return

    def do_open() -> None:
        error = life.open(work, work.path)
        scene.trace("    open ", work, ": ", error or "ok")
        if error is None and life.is_alive and work.path is not None and work.mode == "edit":
            scene.oracle.record(work.path).floors[work] = work.last.index

    as_host(scene, do_open)


def resolve(scene: Scene, chance: random.Random) -> None:
    """Say who is right in a conflict, if there is one."""
    works = [work for work in scene.oracle.works if work.is_in_conflict and work.handle]
    work = chance.choice(works) if works else None
    if work is None or (handle := work.handle) is None or handle.closed:
        return
    choice = chance.choice(CHOICES)
    if choice == "ours":
        for text in scene.oracle.texts_of(work):
            work.let_go |= marks_of(text)
    elif choice == "theirs":
        work.given_up |= work.last.marks
    scene.counts.note(f"resolve: {choice}")
    scene.trace("    ", work, " ", choice)
    as_host(scene, lambda: handle.resolve(choice))


def stop(scene: Scene, chance: random.Random) -> None:
    """Stop the process in order."""
    del chance
    life = scene.living
    if life is not None and not scene.depth:
        scene.counts.note("stop")
        archive_works = scene.archive_works
        as_host(scene, life.stop)
        if life.report is not None:
            scene.oracle.check_report(life.report, archive_works=archive_works)
        scene.after_end()


STEPS: Mapping[str, Callable[[Scene, random.Random], object]] = MappingProxyType(
    {
        "submit": submit,
        "run some": run_some,
        "run all": run_all,
        "time": let_time_pass,
        "flush": flush,
        "rename": rename,
        "close": close,
        "open": open_all,
        "resolve": resolve,
        "stop": stop,
    }
)
