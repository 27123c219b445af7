"""The ledger under any history of calls, beside the plainest model of a file."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from actors.errors import TransactionError
from actors.notebook import Meter, SavePolicy
from actors.receipt import Deferred, Outcome, Receipt, Saved
from tests.notebook.ledger_scene import OTHER, PATH, UNFIT, edit, new, saved


class Counted(Receipt):
    """A receipt that knows how often somebody settled it."""

    __slots__ = ("is_edit", "settled", "since")

    def __init__(self, since: int, *, is_edit: bool) -> None:
        super().__init__()
        self.is_edit = is_edit
        self.since = since
        """The version that a file must hold to serve it."""

        self.settled = 0

    def settle(self, outcome: Outcome) -> bool:
        self.settled += 1
        return super().settle(outcome)


class AnyHistory(RuleBasedStateMachine):
    """A saver's calls in any order, with the plainest model of a file beside."""

    def __init__(self) -> None:
        super().__init__()
        self.meter = Meter()
        self.ledger = new(policy=SavePolicy(max_open_receipts=4), meter=self.meter)
        self.receipts: list[Counted] = []
        self.path = PATH
        self.version = 0
        self.wanted = -1
        self.file = -1
        self.in_flight = -1  # the version that a save carries

    def promise(self, since: int, *, is_edit: bool = False) -> Counted:
        self.receipts.append(Counted(since, is_edit=is_edit))
        return self.receipts[-1]

    def edits_that_wait(self) -> int:
        return sum(each.is_edit and each.outcome is None for each in self.receipts)

    @rule(code=st.sampled_from("ab"), source=st.sampled_from(["code-mode", "kernel"]))
    def apply(self, code, source):
        self.version += 1
        is_full = self.edits_that_wait() == 4
        receipt = self.promise(self.version, is_edit=True)
        self.ledger.apply(edit(code, source), receipt)
        assert isinstance(receipt.outcome, Deferred) == (source == "kernel" or is_full)
        if source != "kernel":
            self.wanted = self.version

    @rule()
    def refuse(self):
        receipt = self.promise(self.version)
        with pytest.raises(TransactionError):
            self.ledger.apply(UNFIT, receipt)
        self.ledger.refuse(receipt, "unfit")

    @rule(patient=st.booleans())
    def flush(self, patient):
        receipt = self.promise(self.wanted)
        self.ledger.flush(receipt, patient=patient)
        assert (receipt.outcome is None) == (self.wanted > self.file)

    @precondition(lambda self: self.in_flight < 0 and self.ledger.is_due)
    @rule()
    def take_a_save(self):
        self.in_flight = self.ledger.begin_save().version

    @precondition(lambda self: self.in_flight >= 0)
    @rule(written=st.booleans())
    def succeed(self, written):
        self.file, self.in_flight = self.in_flight, -1
        self.ledger.durable(saved(self.file, self.path), written=written)

    @precondition(lambda self: self.in_flight >= 0)
    @rule()
    def fail(self):
        self.ledger.failed(self.in_flight, "disk full")
        self.in_flight = -1

    @rule(path=st.sampled_from([PATH, OTHER]), moved=st.booleans())
    def rename(self, path, moved):
        self.ledger.move_to(path, moved=moved)
        self.path, self.in_flight = path, -1
        if not moved or self.file < 0:
            self.wanted, self.file = self.version, -1

    @invariant()
    def the_ledger_knows_what_the_file_holds_and_what_is_due(self):
        assert self.ledger.document.version == self.version
        assert self.ledger.saved_version == self.file
        assert self.ledger.is_due == (self.wanted > self.file)
        standing = self.ledger.standing()
        assert isinstance(standing, Saved) == (self.version == self.file)

    @invariant()
    def receipts_are_settled_once_and_truly(self):
        for receipt in self.receipts:
            assert receipt.settled == (receipt.outcome is not None)
            assert receipt.outcome or (receipt.accepted and self.ledger.is_due)
            if isinstance(receipt.outcome, Saved):
                assert receipt.outcome.version >= receipt.since

    @invariant()
    def counts_are_those_of_the_receipts_and_of_the_whole_system(self):
        counts = self.ledger.statistics()
        assert counts.waiting == sum(each.outcome is None for each in self.receipts)
        system = self.meter.counts()
        assert {name: getattr(counts, name) for name in system} == system

    def teardown(self):
        while self.ledger.is_due:
            self.in_flight = max(self.in_flight, self.wanted)
            self.succeed(written=True)
        assert all(receipt.settled == 1 for receipt in self.receipts)
        assert self.ledger.statistics().waiting == 0


TestAnyHistory = AnyHistory.TestCase
TestAnyHistory.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
