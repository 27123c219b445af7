import shutil
from pathlib import Path

from actors import Autosave, Saved, SaverActor


class KeepingSaver(SaverActor):
    def after_save(self, saved: Saved) -> None:
        shutil.copyfile(saved.path, f"{saved.path}.{saved.version}")


with Autosave(saver=KeepingSaver) as autosave:
    autosave.open("analysis.py").submit({"changes": [], "source": "code-mode"})
print(sorted(path.name for path in Path().iterdir()))
