from pathlib import Path
from typing import Any

from actors import Alert, Autosave, Event, StorageError
from actors.testing import MemoryStorage, SimulatedRuntime

edit = {"changes": [], "source": "code-mode"}


class Disk(MemoryStorage):
    is_full = True

    def replace(self, path: Path, data: bytes, *args: Any, **options: Any) -> Any:
        if self.is_full:
            raise StorageError("the disk is full", "disk full")
        return super().replace(path, data, *args, **options)


def show(event: Event) -> None:
    if isinstance(event, Alert):
        print(f"{1 + len(event.also):3}", event.variant, "-", event.title)


runtime, disk = SimulatedRuntime(), Disk()
with Autosave(runtime=runtime, storage=disk) as autosave:
    autosave.subscribe(show)
    notebooks = [autosave.open(f"/n/nb{number}.py") for number in range(1_000)]
    for notebook in notebooks:
        notebook.submit(edit)
    runtime.run_until_idle()
    runtime.advance(10)  # seconds of the runtime's own clock
    disk.is_full = False
    for notebook in notebooks:
        notebook.request_flush()  # each would be tried again by itself, too
    runtime.run_until_idle()
    runtime.advance(10)
