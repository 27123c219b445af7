"""Puts together what was found, and compares what clients counted with what the system did."""

from collections import Counter
from collections.abc import Sequence

import attrs

from actors.drain import DrainReport
from actors.loadtest.checking import Problems
from actors.loadtest.clients import Client
from actors.loadtest.collector import Pauses
from actors.loadtest.places import Place
from actors.loadtest.plan import Plan
from actors.loadtest.report import Memory, Report
from actors.loadtest.scripts import Scripts
from actors.loadtest.timings import durable_histogram, percentiles_s, submit_histogram
from actors.loadtest.watching import Sample
from actors.statistics import Statistics


@attrs.define
class Findings:
    """What the phases of a load test leave."""

    plan: Plan
    scripts: Scripts
    problems: Problems = attrs.field(factory=Problems)
    phases: dict[str, float] = attrs.field(factory=dict)
    memory: list[int] = attrs.field(factory=list)
    """Resident bytes before opening, after it, and after the last flush."""

    clients: Sequence[Client] = ()
    samples: list[Sample] = attrs.field(factory=list)
    pauses: Pauses = attrs.field(factory=Pauses)
    statistics: Statistics | None = None
    opened: int = 0
    sent: int = 0
    checked: int = 0
    interrupted: bool = False

    def left_at_stop(self, left: DrainReport) -> None:
        """Take what the stop of the system did not bring to its end."""
        for work in left.unsaved:
            self.problems.add(f"{work.notebook}: left unsaved at the stop: {work.reason}")
        for name in left.orphans:
            self.problems.add(f"{name} did not come to an end")

    def report(self, place: Place) -> Report:
        """Return the report, with the last checks."""
        assert self.statistics is not None, "the flush leaves them"
        before, opened, edited = self.memory
        outcomes: Counter[str] = Counter()
        reasons: Counter[str] = Counter()
        durable, submit = durable_histogram(), submit_histogram()
        for client in self.clients:
            outcomes.update(client.timings.outcomes)
            reasons.update(client.timings.reasons)
            durable.add(client.timings.durable)
            submit.add(client.timings.submit)
        self._check_refusals(place, outcomes["Refused"])
        self._check_counts(self.statistics, outcomes)
        return Report(
            plan=self.plan,
            opened=self.opened,
            interrupted=self.interrupted,
            phases=self.phases,
            sent=self.sent,
            outcomes=dict(outcomes),
            not_saved=dict(reasons.most_common()),
            durable=percentiles_s(durable),
            submit=percentiles_s(submit, unit_s=1e-9),
            statistics=attrs.asdict(self.statistics),
            bytes_of_file=self.scripts.bytes_of_file,
            memory=Memory(before, opened, edited, max(1, self.opened), self.scripts.bytes_of_code),
            pauses=self.pauses,
            most_threads=max((sample.threads for sample in self.samples), default=0),
            checked=self.checked,
            problem_count=self.problems.count,
            problems=tuple(self.problems.lines),
            samples=tuple(self.samples),
        )

    def _check_refusals(self, place: Place, count: int) -> None:
        refused = [edit for client in self.clients for edit in client.timings.refused]
        for edit in refused:
            path = place.path(edit.session)
            self.problems.add(f"{path}: edit {edit.number + 1} was refused: {edit.reason}")
        self.problems.count += count - len(refused)

    def _check_counts(self, counts: Statistics, outcomes: Counter[str]) -> None:
        settled = outcomes.total()
        if settled != self.sent:
            self.problems.add(f"{self.sent - settled} of {self.sent} receipts are still open")
        applied, accepted = counts.edits + counts.deferred, settled - outcomes["Refused"]
        if applied != accepted:
            self.problems.add(f"the system counts {applied} edits, the clients {accepted}")
        if counts.mailbox_depth:
            self.problems.add(f"{counts.mailbox_depth} messages are left in mailboxes")
        if counts.waiting:
            self.problems.add(f"{counts.waiting} receipts are open in the system")
        if counts.crashes:
            self.problems.add(f"{counts.crashes} actors crashed")
