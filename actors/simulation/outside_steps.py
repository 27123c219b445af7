"""What other programs do to the files in a schedule."""

import random
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType

from actors.notebook import Transaction
from actors.notebook.changes import SetCode
from actors.simulation.host_steps import hand_in, look_at
from actors.simulation.outsiders import write_in_place
from actors.simulation.scene import FOLDERS, Scene


def edit(scene: Scene, chance: random.Random) -> None:
    """Change a file, in place or by a new one."""
    if (path := scene.some_path(chance)) is None:
        return
    text = scene.oracle.records[path].now.text
    kind, new = scene.outsider.edited(text, path.suffix, chance)
    _write(scene, chance, path, kind, new)
    if scene.watches:
        look_at(scene, path)


def _write(scene: Scene, chance: random.Random, path: Path, kind: str, new: bytes) -> None:
    if chance.random() < 0.6:
        beside = f"{path}.{scene.marks.new()}"

        def write_beside() -> None:
            scene.others.write(beside, new)
            scene.others.move(beside, path)

        scene.outside(f"{kind}, a new file ({path})", write_beside)
        return
    scene.oracle.records[path].meant.append(new)
    first, second = write_in_place(scene.user(), path, new)
    scene.outside(f"{kind}, begun ({path})", first, in_part=True)
    if scene.depth == 0 and chance.random() < 0.3:
        scene.run(chance.randrange(1, 12))
    scene.outside(f"{kind}, in place ({path})", second)


def delete(scene: Scene, chance: random.Random) -> None:
    """Remove a file, whose notebook may go on without any other text than that."""
    if (path := scene.some_path(chance, there=True)) is None:
        return
    scene.outside(f"delete ({path})", lambda: scene.others.delete(path))
    work = next((work for work in scene.oracle.works if work.path == path), None)
    if work is None or work.handle is None or work.handle.closed or chance.random() < 0.5:
        return
    if cells := work.handle.document.notebook.cells:
        same = SetCode(cell_id=cells[0].id, code=cells[0].code)
        hand_in(scene, work, Transaction([same], source="code-mode"), chance)


def move(scene: Scene, chance: random.Random) -> None:
    """Give a file another name."""
    if (path := scene.some_path(chance, there=True)) is not None:
        scene.outside(f"move ({path})", lambda: scene.others.move(path, f"{path}.old"))


def link(scene: Scene, chance: random.Random) -> None:
    """Give a file a second name, so that it has to be written in place."""
    if (path := scene.some_path(chance, there=True)) is not None:
        other = f"{path}.{scene.marks.new()}"
        scene.outside(f"link ({path})", lambda: scene.others.link(path, other))


def take_folder_away(scene: Scene, chance: random.Random) -> None:
    """Give a folder another name."""
    folders = sorted(scene.reach - scene.away)
    if folders:
        folder = chance.choice(folders)
        scene.away.add(folder)
        there = f"{folder}-{scene.marks.new()}"
        scene.outside(f"folder away ({folder})", lambda: scene.disk.external.move(folder, there))


def bring_folders_back(scene: Scene, chance: random.Random) -> None:
    """Make the folders again that were taken away, empty."""
    del chance
    make = scene.disk.external.make_folder
    for folder in sorted(scene.away):
        scene.outside(f"folder made again ({folder})", partial(make, folder))
    scene.away.clear()


def protect(scene: Scene, chance: random.Random) -> None:
    """Make a file or its folder read-only."""
    if (path := scene.some_path(chance)) is not None:
        what = chance.choice((path, path.parent))
        scene.outside(f"read-only ({what})", lambda: scene.disk.external.chmod(what, 0o555))


def unprotect(scene: Scene, chance: random.Random) -> None:
    """Make everything writable."""
    del chance
    chmod = scene.disk.external.chmod
    for path in scene.oracle.records:
        scene.outside(f"writable ({path})", partial(chmod, path, 0o644))
    for folder in FOLDERS:
        scene.outside(f"writable ({folder})", partial(chmod, folder, 0o777))


def begin_git(scene: Scene, chance: random.Random) -> None:
    """Let git be at work in a folder."""
    folders = sorted(scene.reach - scene.away)
    if folders:
        git = chance.choice(folders) / ".git"
        scene.disk.external.make_folder(git)
        scene.outside("git begins", lambda: scene.others.write(git / "index.lock", b""))


def end_git(scene: Scene, chance: random.Random) -> None:
    """Let git be done with its work."""
    del chance
    for folder in sorted(scene.reach - scene.away):
        lock = folder / ".git" / "index.lock"
        scene.outside("git ends", partial(scene.others.delete, lock))


def edit_in_a_call(scene: Scene, chance: random.Random) -> None:
    """Change a file in the midst of the process's work."""
    scene.later(chance, lambda chance: edit(scene, chance))


STEPS: Mapping[str, Callable[[Scene, random.Random], object]] = MappingProxyType(
    {
        "edit": edit,
        "edit in a call": edit_in_a_call,
        "delete": delete,
        "move": move,
        "link": link,
        "folder away": take_folder_away,
        "folder back": bring_folders_back,
        "protect": protect,
        "unprotect": unprotect,
        "git begins": begin_git,
        "git ends": end_git,
    }
)
