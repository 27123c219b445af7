"""All that was found out about a directory, and the verdict."""

from pathlib import Path
from typing import Any

import attrs

from actors.doctor.finding import Finding, Level, Promise
from actors.doctor.timing import duration

_WORST_FIRST = tuple(Level)

_TRIED = {"create", "save"}
"""What says best why nothing can be saved: it was tried."""

_HOLDS = {
    Promise.ATOMICITY: "are atomic",
    Promise.DURABILITY: "survive a power cut",
}

_BROKEN = {
    Promise.ATOMICITY: "are not atomic",
    Promise.DURABILITY: "do not survive a power cut",
    Promise.NOT_OVERWRITING: "can be overwritten by a rename",
}


@attrs.frozen
class Report:
    """What is promised to notebooks in a directory."""

    directory: Path
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether no promise is broken here; what is not known breaks none."""
        return not any(finding.level is Level.BROKEN for finding in self.findings)

    def holds(self, promise: Promise) -> bool | None:
        """Return whether a promise holds; `None` when that is not known."""
        levels = {finding.level for finding in self.findings if finding.promise is promise}
        if Level.BROKEN in levels:
            return False
        # Without a save nothing was seen of the others.
        if Level.UNKNOWN in levels or (promise is not Promise.SAVING and not self._can_save()):
            return None
        return True

    def verdict(self) -> str:
        """Return the answer in one line."""
        if not self._can_save():
            reason = min(self._broken_savings(), key=lambda finding: finding.name not in _TRIED)
            return f"Notebooks cannot be saved here: {reason.found}."
        good = [words for promise, words in _HOLDS.items() if self.holds(promise)]
        bad = [words for promise, words in _BROKEN.items() if self.holds(promise) is False]
        unsure = [words for promise, words in _HOLDS.items() if self.holds(promise) is None]
        text = " but ".join(filter(None, [" and ".join(good), " and ".join(bad)])) or "are possible"
        if self.holds(Promise.DURABILITY):
            text += ", if the disk keeps its word"
        if unsure:
            text += f"; whether they {' and '.join(unsure)} is not known"
        return f"Saves here {text}{self._time()}."

    def by_weight(self) -> list[Finding]:
        """Return the findings, the worst first."""
        return sorted(self.findings, key=_weight)

    def record(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        return {
            "directory": str(self.directory),
            "ok": self.ok,
            "verdict": self.verdict(),
            "promises": {promise.value: self.holds(promise) for promise in Promise},
            "findings": [attrs.asdict(finding) for finding in self.findings],
        }

    def _can_save(self) -> bool:
        return self.holds(Promise.SAVING) is not False

    def _broken_savings(self) -> list[Finding]:
        return [
            finding
            for finding in self.findings
            if finding.promise is Promise.SAVING and finding.level is Level.BROKEN
        ]

    def _time(self) -> str:
        for finding in self.findings:
            if finding.name == "save" and "p50_ms" in finding.figures:
                return f"; one takes about {duration(finding.figures['p50_ms'] / 1000)}"
        return ""


def _weight(finding: Finding) -> tuple[int, bool]:
    return _WORST_FIRST.index(finding.level), finding.promise is not Promise.SAVING
