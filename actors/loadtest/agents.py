"""Edits of one notebook such as agents make them, as the changes of JSON transactions."""

import random
from typing import Any, TypeAlias

from actors.loadtest import cells
from actors.notebook import Notebook

Change: TypeAlias = dict[str, Any]

_KINDS = {"set-code": 60, "create": 14, "delete": 10, "move": 8, "move-cell": 3, "rename": 5}
"""How often agents do what, in per cent. Those of marimo move a cell by another order."""


class Agent:
    """Makes up one valid edit after another; knows only which cells there are, and where.

    Args:
        base: the notebook that it begins with; its first cell has the imports and stays.
        rng: makes all choices.
        notebook: the number of the notebook, in digits.
    """

    def __init__(self, base: Notebook, rng: random.Random, notebook: str) -> None:
        self._rng = rng
        self._size = len(base)
        self._notebook = notebook
        self._order: list[str] = [cell.id for cell in base]
        self._numbers = {cell_id: number for number, cell_id in enumerate(self._order[1:])}
        self._imports = self._order[0]
        self._next = len(self._numbers)

    def next_changes(self, number: int) -> list[Change]:
        """Return the changes of one edit; a code-mode agent sends the whole order with each."""
        kind = self._rng.choices(list(_KINDS), list(_KINDS.values()))[0]
        changes = self._changes(self._possible(kind), revision=number + 2)
        return [*changes, {"type": "reorder-cells", "cellIds": list(self._order)}]

    def _possible(self, kind: str) -> str:
        """Keep the notebook about as large as it was, and never touch what is not there."""
        if not self._numbers or (kind == "create" and len(self._order) > self._size + 2):
            return "create" if not self._numbers else "set-code"
        if kind == "delete" and len(self._order) < max(3, self._size - 2):
            return "create"
        return "set-code" if kind.startswith("move") and len(self._numbers) < 2 else kind

    def _changes(self, kind: str, revision: int) -> list[Change]:
        match kind:
            case "create":
                return self._create(revision)
            case "delete":
                return [{"type": "delete-cell", "cellId": self._drop()}]
            case "move":
                self._put(self._taken())
                return []
            case "move-cell":
                return self._move()
            case "rename":
                return self._rename(revision)
            case _:
                cell = self._any()
                code = self._code(self._numbers[cell], revision)
                return [{"type": "set-code", "cellId": cell, "code": code}]

    def _create(self, revision: int) -> list[Change]:
        number, self._next = self._next, self._next + 1
        cell = f"a{number:03d}"
        self._numbers[cell] = number
        after = self._rng.choice([None, *self._order])
        self._order.insert(
            len(self._order) if after is None else self._order.index(after) + 1, cell
        )
        config = {"column": None, "disabled": False, "expand_output": False}
        config["hide_code"] = cells.is_hidden(number)
        return [
            {
                "type": "create-cell",
                "cellId": cell,
                "code": self._code(number, revision),
                "name": "",
                "config": config,
                "before": None,
                "after": after,
            }
        ]

    def _move(self) -> list[Change]:
        cell = self._taken()
        place = self._put(cell)
        after = self._order[place - 1]
        return [{"type": "move-cell", "cellId": cell, "before": None, "after": after}]

    def _rename(self, revision: int) -> list[Change]:
        cell = self._any()
        if cells.is_definition(self._numbers[cell]):
            code = self._code(self._numbers[cell], revision)
            return [{"type": "set-code", "cellId": cell, "code": code}]
        options = {"column": None, "disabled": False, "hideCode": True, "expandOutput": False}
        return [
            {"type": "set-name", "cellId": cell, "name": f"step_{revision}"},
            {"type": "set-config", "cellId": cell, **options},
        ]

    def _any(self) -> str:
        return self._rng.choice(list(self._numbers))

    def _drop(self) -> str:
        cell = self._taken()
        del self._numbers[cell]
        return cell

    def _taken(self) -> str:
        cell = self._any()
        self._order.remove(cell)
        return cell

    def _put(self, cell: str) -> int:
        """Put a cell anywhere but before the imports; return where."""
        place = self._rng.randint(self._order.index(self._imports) + 1, len(self._order))
        self._order.insert(place, cell)
        return place

    def _code(self, number: int, revision: int) -> str:
        return cells.code(self._notebook, number, revision)
