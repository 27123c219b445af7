"""What goes wrong in a schedule: the disk, the archive, actors, the process, the power."""

import errno
import random
from collections.abc import Callable, Mapping
from types import MappingProxyType

from actors.simulation import host_steps
from actors.simulation.scene import FOLDERS, Scene
from actors.simulation.trouble import Plan, drawn_plan
from actors.storage.simulated_disk import Fault


def fault(scene: Scene, chance: random.Random) -> None:
    """Let some of the next system calls fail."""
    folders = (None, *map(str, FOLDERS))
    plan = drawn_plan(chance, chance.choice(folders))
    if scene.is_confined:
        plan.folder = str(FOLDERS[-1])
    scene.trouble.plans.append(plan)
    scene.trace("    ", plan)


def archive_fault(scene: Scene, chance: random.Random) -> None:
    """Let some of the next commits of the archive fail."""
    full = Fault(error=errno.ENOSPC)
    scene.trouble.plans.append(Plan("archive: commit", None, full, chance.choice((1, 1, 2, 8))))


def no_faults(scene: Scene, chance: random.Random) -> None:
    """Let nothing fail any more."""
    del chance
    scene.trouble.lift()


def slow_call(scene: Scene, chance: random.Random) -> None:
    """Let a system call take long."""
    seconds = chance.choice((0.5, 3.0, 20.0))
    scene.counts.note("slow call")
    scene.later(chance, lambda _: scene.pass_time(seconds))


def others_meanwhile(scene: Scene, chance: random.Random) -> None:
    """Let other actors run while one waits for the disk."""
    scene.meanwhile(chance)


def submit_meanwhile(scene: Scene, chance: random.Random) -> None:
    """Hand in transactions while an actor waits for the disk."""
    scene.later(chance, lambda chance: host_steps.submit(scene, chance))


def fill_disk(scene: Scene, chance: random.Random) -> None:
    """Leave next to no room on the disk."""
    if not scene.is_confined:
        scene.disk.size = scene.disk.used + chance.randrange(300)
        scene.counts.note("disk full")


def empty_disk(scene: Scene, chance: random.Random) -> None:
    """Make room on the disk."""
    del chance
    scene.disk.size = None


def crash_actor(scene: Scene, chance: random.Random) -> None:
    """Let an actor crash over one of its next messages."""
    life = scene.living
    if life is None or scene.is_confined:
        return
    kind = chance.choice(("saver", "saver", "codegen", "notifier", "listener"))
    # After it has passed a message on, the listener would refuse what the saver then applies.
    when = "before" if kind == "listener" else chance.choice(("before", "after"))
    life.saboteur.ordered[kind] = when
    scene.oracle.is_deaf |= kind == "notifier"
    scene.counts.note(f"crash of a {kind}")


def kill(scene: Scene, chance: random.Random) -> None:
    """Kill the process between two messages."""
    del chance
    scene.kill()


def kill_in_a_call(scene: Scene, chance: random.Random) -> None:
    """Kill it at a system call."""
    scene.later(chance, lambda _: scene.kill())


def power_cut(scene: Scene, chance: random.Random) -> None:
    """Cut the power between two messages."""
    scene.cut(chance)


def power_cut_in_a_call(scene: Scene, chance: random.Random) -> None:
    """Cut it at a system call."""
    scene.later(chance, scene.cut)


STEPS: Mapping[str, Callable[[Scene, random.Random], object]] = MappingProxyType(
    {
        "fault": fault,
        "archive fault": archive_fault,
        "no faults": no_faults,
        "slow call": slow_call,
        "others meanwhile": others_meanwhile,
        "submit meanwhile": submit_meanwhile,
        "disk full": fill_disk,
        "space again": empty_disk,
        "actor crash": crash_actor,
        "kill": kill,
        "kill in a call": kill_in_a_call,
        "power cut": power_cut,
        "power cut in a call": power_cut_in_a_call,
    }
)
