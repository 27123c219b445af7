"""What a file has to hold after all edits, by marimo's own reading and writing."""

from pathlib import Path

from marimo._ast.cell import CellConfig
from marimo._ast.codegen import generate_filecontents
from marimo._session.notebook.file_manager import AppFileManager

from benchmarks.workload import Workload


class Expected:
    """The file before and after the edits of a workload.

    Args:
        workload: the edits.
        folder: where a file may be made.
    """

    def __init__(self, workload: Workload, folder: Path) -> None:
        self.workload = workload
        self.first_text = _file_text(workload, [cell.code for cell in workload.cells])
        self.final_text = _file_text(workload, workload.final_codes())
        file = folder / "expected.py"
        file.write_text(self.final_text, "utf-8")
        self._final_codes = _read_codes(file)

    def cells_wrong(self, path: Path) -> int:
        """Return how many cells of a file do not hold what the edits made of them."""
        codes = _read_codes(path)
        missing = abs(len(codes) - len(self._final_codes))
        return missing + sum(map(str.__ne__, codes, self._final_codes))

    def is_text_of(self, path: Path) -> bool:
        """Return whether a file is the expected one, but for marimo's version."""
        return _without_version(path.read_text("utf-8")) == _without_version(self.final_text)


def _file_text(workload: Workload, codes: list[str]) -> str:
    names = ["_"] * len(codes)
    configs = [CellConfig(hide_code=cell.hide_code) for cell in workload.cells]
    return str(generate_filecontents(list(codes), names, configs))


def _read_codes(path: Path) -> list[str]:
    return [cell.code for cell in AppFileManager(path).app.cell_manager.document.cells]


def _without_version(text: str) -> str:
    lines = text.splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("__generated_with"))
