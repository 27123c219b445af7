from pathlib import Path
from typing import Any

from actors.storage import LocalStorage
from actors.storage.protocol import Replaced
from actors.testing import BrokenPromiseError, System, simulate


class HastyStorage(LocalStorage):
    """Replaces whatever is there, as most editors do."""

    def replace(self, path: Path, data: bytes, **_: Any) -> Replaced:
        return super().replace(path, data)


for seed in range(200):
    try:
        simulate(seed, System(storage=HastyStorage))
    except BrokenPromiseError as error:
        print(f"promise {error.promise} is broken")
        break
