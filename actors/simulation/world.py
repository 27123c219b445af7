"""One schedule: a world, the steps that are taken in it, and what must be true at its end."""

import random
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from actors.simulation import host_steps, misfortune_steps, outside_steps
from actors.simulation.agents import Agent
from actors.simulation.counts import Counts
from actors.simulation.life import MAX_TURNS, NeverIdleError, System
from actors.simulation.scene import FOLDERS, STATE_DIR, Scene
from actors.simulation.steps import Step, draw_steps
from actors.simulation.work import Work

if TYPE_CHECKING:
    from actors.notebook.ledger import Mode

STEPS = 40
"""How many steps a schedule has."""

_NAMES = ("a.py", "b.py", "c.py", "d.md", "e.py", "f.md")
_DO = {**host_steps.STEPS, **outside_steps.STEPS, **misfortune_steps.STEPS}


class World:
    """Everything that one seed leads to; `run` it once.

    Args:
        seed: decides all of it.
        system: what is looked at; ours, or a mutant of it.
        steps: how many.
        keep: the numbers of the steps that are taken; all by default.
        trace: called with a line about each thing that happens.
    """

    def __init__(
        self,
        seed: int,
        system: System | None = None,
        *,
        steps: int = STEPS,
        keep: Collection[int] | None = None,
        trace: Callable[[str], object] | None = None,
    ) -> None:
        drawn = draw_steps(random.Random(seed), steps)
        self.seed = seed
        self.steps = [step for step in drawn if keep is None or step.number in keep]
        self.step: Step | None = None
        """The one that is taken now; `None` when all were."""
        self.scene = Scene(seed, system or System(), trace)
        self._build()

    def run(self) -> Counts:
        """Take all steps, then lift all trouble and look once more.

        Raises:
            BrokenPromiseError: when a promise was broken.
        """
        # The names of temporary files and the jitter of retries are drawn from this one.
        state = random.getstate()
        random.seed(self.seed)
        try:
            for step in self.steps:
                self.step = step
                self._take(step)
            self.step = None
            self._end()
        except NeverIdleError:
            self.scene.verdict.fail(6, "the actors keep each other busy for ever")
            self.scene.verdict.check()
        finally:
            random.setstate(state)
            if self.scene.life is not None:
                self.scene.life.kill()
        self.scene.counts.schedules += 1
        return self.scene.counts

    def _take(self, step: Step) -> None:
        scene = self.scene
        scene.trace(step.number, ": ", step.kind)
        scene.counts.steps += 1
        chance = random.Random(step.seed)
        if scene.live():
            for work in scene.oracle.works:
                if chance.random() < 0.8:
                    host_steps.open_one(scene, work)
        if scene.life is not None:
            scene.life.runtime.turns_left = MAX_TURNS
        _DO[step.kind](scene, chance)
        scene.look()
        scene.look_at_rest()
        scene.bury()
        scene.verdict.check()

    def _build(self) -> None:
        scene, chance = self.scene, self.scene.chance
        for folder in (*FOLDERS, STATE_DIR):
            scene.disk.external.make_folder(folder)
        for name in chance.sample(_NAMES, chance.randrange(1, 5)):
            self._add_work(name)
        scene.disk.sync()
        scene.oracle.begin()

    def _add_work(self, name: str) -> None:
        scene, chance = self.scene, self.scene.chance
        path = None if chance.random() < 0.15 else chance.choice(FOLDERS) / name
        mode: Mode = "run" if chance.random() < 0.08 else "edit"
        agent = Agent(scene.marks)
        scene.oracle.works.append(
            Work(
                name,
                path,
                mode=mode,
                agent=agent,
                persisted=scene.settings.persist_sources,
                verdict=scene.verdict,
            )
        )
        if path is not None:
            scene.oracle.record(path)
            if chance.random() < 0.7:
                text = scene.outsider.new_text(path.suffix, chance)
                scene.others.write(path, text, sync=True)

    def _end(self) -> None:
        scene = self.scene
        scene.trace("end")
        scene.trouble.lift()
        misfortune_steps.empty_disk(scene, scene.chance)
        outside_steps.bring_folders_back(scene, scene.chance)
        outside_steps.unprotect(scene, scene.chance)
        outside_steps.end_git(scene, scene.chance)
        scene.live()
        host_steps.open_all(scene, scene.chance)
        for _ in range(6):
            scene.run(1_000_000)
            if scene.life is not None:
                scene.life.runtime.advance(8.0)
        scene.look()
        scene.look_at_rest()
        scene.oracle.check_receipts()
        scene.verdict.check()
        host_steps.stop(scene, scene.chance)
        scene.bury()
        scene.cut(scene.chance)
        scene.oracle.check_drafts()
        scene.verdict.check()
