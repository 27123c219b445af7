"""What edits lead to, worked out from their JSON without the code that is tested."""

from collections.abc import Mapping
from typing import Any

import attrs

from actors.notebook import Cell, CellConfig, Notebook
from actors.types import CellId

_OPTIONS = {
    "column": "column",
    "disabled": "disabled",
    "hideCode": "hide_code",
    "expandOutput": "expand_output",
}


class Model:
    """A notebook that JSON transactions are applied to; neither codec nor `Document` has a part.

    Args:
        notebook: what the file held at the beginning.
    """

    def __init__(self, notebook: Notebook) -> None:
        self._notebook = notebook
        self._cells: dict[str, dict[str, Any]] = {
            cell.id: {"code": cell.code, "name": cell.name, "config": cell.config.options()}
            for cell in notebook
        }
        self._order: list[str] = list(self._cells)

    def apply(self, transaction: Mapping[str, Any]) -> None:
        """Apply the changes of one transaction, all of which fit."""
        for change in transaction["changes"]:
            self._apply(change)

    def notebook(self) -> Notebook:
        """Return the notebook as it is now."""
        cells = (
            Cell(CellId(cell_id), **self._cells[cell_id] | {"config": self._config(cell_id)})
            for cell_id in self._order
        )
        return attrs.evolve(self._notebook, cells=cells)

    def _config(self, cell_id: str) -> CellConfig:
        return CellConfig(**self._cells[cell_id]["config"])

    def _apply(self, change: Mapping[str, Any]) -> None:
        cell_id = change.get("cellId", "")
        match change["type"]:
            case "create-cell":
                self._cells[cell_id] = {key: change[key] for key in ("code", "name", "config")}
                self._insert(cell_id, change["after"])
            case "delete-cell":
                del self._cells[cell_id]
                self._order.remove(cell_id)
            case "move-cell":
                self._order.remove(cell_id)
                self._insert(cell_id, change["after"])
            case "reorder-cells":
                assert sorted(change["cellIds"]) == sorted(self._order), "agents send every cell"
                self._order = list(change["cellIds"])
            case "set-code":
                self._cells[cell_id]["code"] = change["code"]
            case "set-name":
                self._cells[cell_id]["name"] = change["name"]
            case "set-config":
                config = {ours: change[wire] for wire, ours in _OPTIONS.items()}
                self._cells[cell_id]["config"] = config
            case other:
                raise AssertionError(f"no agent here sends {other!r}")

    def _insert(self, cell_id: str, after: str | None) -> None:
        place = len(self._order) if after is None else self._order.index(after) + 1
        self._order.insert(place, cell_id)
