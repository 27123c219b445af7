"""What one save costs before anything is written: the text of the file, on both sides."""

import statistics
from collections.abc import Callable
from typing import Any, Literal, TypeAlias

import attrs

from benchmarks.child import run_child

SideName: TypeAlias = Literal["marimo", "ours"]

SIDES: tuple[SideName, ...] = ("marimo", "ours")

LONG_S = 10.0
"""A process makes no further edit after this time. Where one takes longer, there is
no other round; and no tracing of memory, three times as slow, of what is so slow cold."""


@attrs.frozen(kw_only=True)
class Rendered:
    """One process: a notebook rendered cold, and then after each edit; processor time."""

    side: SideName
    cold_s: float
    edits_s: list[float]
    sha256: list[str]
    """Of the text each time."""

    file_bytes: int


@attrs.frozen(kw_only=True)
class Memory:
    """What one process allocated to render a notebook cold and after an edit."""

    side: SideName
    peak_bytes: int
    """The most at any time, beside the notebook itself."""

    kept_bytes: int
    """What was left at the end, the last text too."""

    estimated_bytes: int
    """What our memo takes itself to hold; 0 for marimo."""


@attrs.frozen
class Size:
    """What was measured for notebooks of one number of cells."""

    cells: int
    runs: list[Rendered] = attrs.field(factory=list)
    memories: list[Memory] = attrs.field(factory=list)

    def of(self, side: SideName) -> list[Rendered]:
        """Return what one side did, one a round."""
        return [run for run in self.runs if run.side == side]

    def cold_s(self, side: SideName) -> float:
        """Return the median time of a first rendering."""
        return statistics.median(run.cold_s for run in self.of(side))

    def edit_s(self, side: SideName) -> float:
        """Return the median time of a rendering after one edit."""
        return statistics.median(edit_s for run in self.of(side) for edit_s in run.edits_s)

    def memory(self, side: SideName) -> Memory | None:
        """Return what one side took, if that was traced."""
        return next((memory for memory in self.memories if memory.side == side), None)

    def is_long(self, side: SideName) -> bool:
        """Return whether one side takes so long that it is measured less often."""
        return any(run.cold_s + sum(run.edits_s) > LONG_S for run in self.of(side))

    @property
    def file_bytes(self) -> int:
        """What the file holds."""
        return self.runs[0].file_bytes

    @property
    def is_same_text(self) -> bool:
        """Whether both sides made the same bytes each time that both did."""
        texts = [run.sha256 for run in self.runs]
        return all(len(set(each)) == 1 for each in zip(*texts, strict=False))

    def record(self) -> dict[str, Any]:
        """Return this as JSON has it."""
        runs = [attrs.asdict(run, filter=_is_no_hash) for run in self.runs]
        memories = [attrs.asdict(memory) for memory in self.memories]
        return {
            "cells": self.cells,
            "is_same_text": self.is_same_text,
            "runs": runs,
            "memories": memories,
        }


def _is_no_hash(attribute: "attrs.Attribute[Any]", value: object) -> bool:
    del value
    return attribute.name != "sha256"


def measure(
    cells: int, edits: int, rounds: int, seed: int, progress: Callable[[str], object]
) -> Size:
    """Let both sides render in turn, each time in a new process.

    Args:
        cells: how many the notebook has.
        edits: of one cell each; fewer where they take longer than `LONG_S`.
        rounds: how often; once where that takes longer than `LONG_S`.
        seed: makes cells and edits.
        progress: told what is being measured.
    """
    size, given = Size(cells), [cells, edits, f"{seed} render", LONG_S]
    for number in range(1, rounds + 1):
        for side in SIDES:
            if not size.is_long(side):
                progress(f"{cells} cells, round {number} of {rounds}: {side}")
                size.runs.append(
                    Rendered(side=side, **run_child("benchmarks.render_side", "time", side, *given))
                )
    for side in SIDES:
        if size.cold_s(side) < LONG_S:
            progress(f"{cells} cells, memory: {side}")
            size.memories.append(
                Memory(side=side, **run_child("benchmarks.render_side", "memory", side, *given))
            )
    return size
