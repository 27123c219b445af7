"""Agents and a browser that is behind, in any order: no save undoes anybody's work."""

from collections import deque
from collections.abc import Callable
from itertools import count
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from actors.notebook import (
    Cell,
    CellConfig,
    Change,
    CreateCell,
    DeleteCell,
    MoveCell,
    ReorderCells,
    SetCode,
    SetConfig,
    SetName,
)
from actors.types import CellId
from tests.integrations.marimo.late_browser import LateBrowser
from tests.integrations.marimo.stale_history import Server

Rule = Callable[..., Any]

PLACES = st.integers(0, 7)
OPTIONS = st.sampled_from(["column", "disabled"])


def agents_rule(**arguments: Any) -> Callable[[Rule], Rule]:
    """Make a rule for a document that is not empty."""
    return lambda step: precondition(lambda self: self.server.cells)(rule(**arguments)(step))


class History(RuleBasedStateMachine):
    """An agent edits the document, a person the browser's; all messages take their time."""

    def __init__(self) -> None:
        super().__init__()
        self.server = Server()
        self.browser = LateBrowser(self.server.cells)
        self.to_browser: deque[list[Change]] = deque()
        self.new = count(1)

    def agent(self, *changes: Change) -> None:
        assert self.server.applies([*changes], "code-mode")
        self.to_browser.append([*changes])

    def live(self, place: int) -> Cell:
        return self.server.cells[place % len(self.server.cells)]

    def at(self, place: int) -> int:
        return place % len(self.browser.order)

    def value(self) -> int:
        """Return a value that the person sets, and nobody else."""
        value = next(self.new) + 1000
        self.server.persons_values.update((value, str(value)))
        return value

    @agents_rule(place=PLACES)
    def agent_creates(self, place):
        cell_id, after = CellId(f"agent{next(self.new)}"), self.live(place).id
        config = CellConfig(column=next(self.new))
        self.agent(CreateCell(cell_id, str(next(self.new)), "made", config, after=after))

    @agents_rule(place=PLACES)
    def agent_deletes(self, place):
        if len(self.server.cells) > 1:
            self.agent(DeleteCell(self.live(place).id))

    @agents_rule(place=PLACES, after=PLACES)
    def agent_moves(self, place, after):
        if self.live(place) is not self.live(after):
            self.server.has_agent_moved = True
            self.agent(MoveCell(self.live(place).id, after=self.live(after).id))

    @agents_rule(unknown=st.sets(PLACES, max_size=2))
    def agent_states_the_order(self, unknown):
        """Send the order of the cells, but for some that it did not know when it began."""
        before = [cell.id for cell in self.server.cells]
        known = [each for at, each in enumerate(before) if at not in unknown]
        self.agent(ReorderCells(known or before))
        if before != [cell.id for cell in self.server.cells]:
            self.server.has_agent_moved = True

    @agents_rule(place=PLACES)
    def agent_sets_code(self, place):
        self.agent(SetCode(self.live(place).id, str(next(self.new))))

    @agents_rule(place=PLACES)
    def agent_sets_name(self, place):
        self.agent(SetName(self.live(place).id, str(next(self.new))))

    @agents_rule(place=PLACES, key=OPTIONS)
    def agent_sets_option(self, place, key):
        cell = self.live(place)
        options = cell.config.options() | {key: next(self.new)}
        self.agent(SetConfig(cell.id, CellConfig.from_options(options)))

    @rule()
    def browser_hears(self):
        for change in self.to_browser.popleft() if self.to_browser else ():
            self.browser.hear(change)

    @rule(place=PLACES)
    def person_creates(self, place):
        cell_id = CellId(f"mine{next(self.new)}")
        self.server.made_by_person.add(cell_id)
        self.browser.creates(cell_id, self.at(place))

    @rule(place=PLACES)
    def person_deletes(self, place):
        cell_id = self.browser.deletes(self.at(place))
        if cell_id is not None:
            self.server.deleted_by_person.add(cell_id)

    @rule(place=PLACES, after=PLACES)
    def person_moves(self, place, after):
        self.server.has_person_moved = True
        self.browser.moves(self.at(place), self.at(after))

    @rule(place=PLACES)
    def person_types(self, place):
        self.browser.sets_code(self.at(place), str(self.value()))

    @rule(place=PLACES)
    def person_names(self, place):
        self.browser.sets_name(self.at(place), str(self.value()))

    @rule(place=PLACES, key=OPTIONS)
    def person_sets_option(self, place, key):
        self.browser.sets_option(self.at(place), key, self.value())


class FlushingHistory(History):
    """marimo 0.24 and later: a save waits for the transactions before it and holds up the next.

    When a transaction has failed, no more are sent until a save has made up for them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.to_server: deque[list[Change] | tuple[Cell, ...]] = deque()
        self.has_failed = False

    @rule()
    def browser_sends(self):
        if self.browser.pending and not self.has_failed:
            self.to_server.append(self.browser.pending)
            self.browser.pending = []

    @rule()
    def server_receives(self):
        message = self.to_server.popleft() if self.to_server else []
        if isinstance(message, tuple):
            self.server.saves(message)
        else:
            self.server.applies_what_fits(message, "frontend")

    @rule()
    def transaction_fails(self):
        if self.to_server and isinstance(self.to_server[-1], list):
            self.to_server.pop()
            self.has_failed = True

    @rule()
    def browser_saves(self):
        self.browser_sends()
        while self.to_server:
            self.server_receives()
        self.browser.pending, self.has_failed = [], False
        self.to_server.append(self.browser.shown)


class HastyHistory(History):
    """marimo 0.23: transactions and saves take different ways, and one misfit refuses the lot."""

    def __init__(self) -> None:
        super().__init__()
        self.transactions: deque[list[Change]] = deque()
        self.saves: deque[tuple[Cell, ...]] = deque()

    @rule()
    def browser_sends(self):
        self.transactions.append(self.browser.pending)
        self.browser.pending = []

    @rule()
    def browser_saves(self):
        self.saves.append(self.browser.shown)

    @rule()
    def server_receives_a_transaction(self):
        if self.transactions:
            self.server.applies(self.transactions.popleft(), "frontend")

    @rule()
    def server_receives_a_save(self):
        if self.saves:
            self.server.saves(self.saves.popleft())


LONG = settings(max_examples=2 * settings().max_examples, stateful_step_count=40)


def test_no_save_undoes_work_when_transactions_come_first():
    run_state_machine_as_test(FlushingHistory, settings=LONG)


def test_no_save_undoes_work_when_transactions_come_late():
    run_state_machine_as_test(HastyHistory, settings=LONG)
