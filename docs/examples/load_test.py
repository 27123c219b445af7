import hashlib
from pathlib import Path
from typing import Any

from actors import Autosave, Settings
from actors.loadtest import Plan, run_load_test
from actors.storage import LocalStorage, Replaced


class ForgetfulStorage(LocalStorage):
    """Says that a file was written, which for one of them is not so."""

    def replace(self, path: Path, data: bytes, **options: Any) -> Replaced:
        if path.name == "notebook-7.py":
            return Replaced(hashlib.sha256(data).hexdigest(), written=True)
        return super().replace(path, data, **options)


report = run_load_test(
    Plan(sessions=20, edits=5, cells=4),
    storage=ForgetfulStorage(),
    autosave=lambda storage: Autosave(Settings(file_threads=4), storage=storage),
)
print("kept its promises:", report.ok)
print(report.outcomes["Saved"], "receipts say Saved, but:")
for problem in report.problems:
    print(problem.rpartition("/")[2])
