"""The listener: routes in order, starts savers late, holds nothing itself."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from actors.listener import RETIRED_AT_ONCE, Directory, ListenerActor
from actors.messages import (
    CloseNotebook,
    Flush,
    ForgetNotebook,
    ListenerMessage,
    Look,
    NotebookFinished,
    NotebookMessage,
    OpenNotebook,
    Rename,
    Resolve,
    RetireSavers,
    SaverMessage,
    Submit,
)
from actors.notebook import Document, Ledger, Transaction
from actors.receipt import Deferred, Receipt, Refused, Saved
from actors.runtime import SimulatedRuntime
from actors.testing import Probe, start_actor
from actors.types import Mailbox, NotebookId

NB, OTHER = map(NotebookId, ("nb", "other"))
SAVED = Saved(0, "hash", Path("/nb.py"))


class Scene:
    """A listener whose savers are probes."""

    def __init__(self) -> None:
        self.runtime = SimulatedRuntime()
        self.started: list[tuple[NotebookId, Ledger]] = []
        self.savers: dict[NotebookId, Probe[SaverMessage]] = {}
        self.stopped: list[Mailbox[SaverMessage]] = []
        self.idle: set[NotebookId] = set()
        self.asked: list[NotebookId] = []
        self.finished: list[tuple[NotebookId, int]] = []
        self.broken: Exception | None = None
        directory = Directory()
        self.mailbox = start_actor(
            self.runtime,
            lambda: ListenerActor(
                directory=directory,
                start_saver=self.start_saver,
                stop_saver=self.stopped.append,
                retire_saver=self.retire_saver,
                on_finished=lambda *finished: self.finished.append(finished),
            ),
        )

    def start_saver(self, notebook: NotebookId, ledger: Ledger) -> Probe[SaverMessage]:
        if self.broken is not None:
            raise self.broken
        self.started.append((notebook, ledger))
        self.savers[notebook] = Probe()
        return self.savers[notebook]

    def retire_saver(self, saver: Mailbox[SaverMessage]) -> bool:
        [notebook] = [notebook for notebook, probe in self.savers.items() if probe is saver]
        self.asked.append(notebook)
        return notebook in self.idle

    def tell(self, *messages: ListenerMessage) -> None:
        for message in messages:
            self.mailbox.tell(message)
        self.runtime.run_until_idle()

    def open(self, notebook: NotebookId = NB, **options: Any) -> Ledger:
        ledger = Ledger(Document(), Path("/nb.py"), **options)
        self.tell(OpenNotebook(notebook, ledger))
        return ledger


def submit(notebook: NotebookId = NB, payload: Any = None) -> Submit:
    return Submit(notebook, Receipt(), payload or Transaction([]))


def each_kind() -> Mapping[str, NotebookMessage]:
    return {
        "submit": submit(),
        "flush": Flush(NB, Receipt()),
        "rename": Rename(NB, Receipt(), Path("/new.py")),
        "resolve": Resolve(NB, Receipt(), "ours", None),
        "look": Look(NB, Receipt()),
        "close": CloseNotebook(NB, Receipt(), 7),
    }


def test_an_open_notebook_has_no_saver_until_its_first_transaction():
    scene = Scene()
    ledger = scene.open()
    assert scene.started == []
    scene.tell(first := submit(), second := submit())
    assert scene.started == [(NB, ledger)]
    assert scene.savers[NB].messages == [first, second]


def test_everything_goes_to_the_saver_unchanged_and_in_order():
    scene = Scene()
    scene.open()
    messages = [submit(), *each_kind().values(), submit()]
    scene.tell(*messages)
    received = scene.savers[NB].messages
    assert [id(message) for message in received] == [id(message) for message in messages]


def test_each_notebook_has_a_saver_of_its_own():
    scene = Scene()
    scene.open()
    scene.open(OTHER)
    scene.tell(first := submit(), other := submit(OTHER), second := submit())
    assert scene.savers[NB].messages == [first, second]
    assert scene.savers[OTHER].messages == [other]


def test_what_a_payload_holds_is_none_of_its_business():
    scene = Scene()
    scene.open()
    scene.tell(bad := submit(payload="not JSON"))
    assert scene.savers[NB].messages == [bad]
    assert bad.receipt.outcome is None


def test_a_rename_starts_the_saver_too():
    scene = Scene()
    scene.open()
    scene.tell(rename := each_kind()["rename"])
    assert scene.savers[NB].messages == [rename]


@pytest.mark.parametrize("kind", each_kind())
def test_a_message_for_a_notebook_that_is_not_open_is_refused(kind):
    scene = Scene()
    scene.open(OTHER)
    message = each_kind()[kind]
    scene.tell(message)
    assert message.receipt.outcome == Refused("the notebook is closed")
    assert scene.started == []


@pytest.mark.parametrize("kind", ["flush", "close"])
@pytest.mark.parametrize("saved", [SAVED, None])
def test_a_notebook_without_a_saver_is_flushed_from_its_ledger(kind, saved):
    scene = Scene()
    ledger = scene.open(saved=saved)
    message = each_kind()[kind]
    scene.tell(message)
    assert message.receipt.outcome == ledger.standing()
    assert isinstance(message.receipt.outcome, Saved if saved else Deferred)
    assert scene.started == []
    assert scene.finished == ([(NB, 7)] if kind == "close" else [])


def test_a_savers_end_of_work_is_passed_on():
    scene = Scene()
    scene.open()
    scene.tell(submit(), NotebookFinished(NB, 3))
    assert scene.finished == [(NB, 3)]
    assert scene.stopped == []


def test_a_forgotten_notebook_is_closed_and_its_saver_stopped():
    scene = Scene()
    scene.open()
    scene.tell(submit(), ForgetNotebook(NB), late := submit())
    assert scene.stopped == [scene.savers[NB]]
    assert late.receipt.outcome == Refused("the notebook is closed")
    scene.tell(ForgetNotebook(NB))
    assert len(scene.stopped) == 1


def test_a_notebook_forgotten_before_its_first_transaction_has_nothing_to_stop():
    scene = Scene()
    scene.open()
    scene.tell(ForgetNotebook(NB), late := submit())
    assert scene.stopped == []
    assert isinstance(late.receipt.outcome, Refused)


def test_a_notebook_opened_again_gets_a_new_saver_with_the_new_ledger():
    scene = Scene()
    scene.open()
    scene.tell(submit(), ForgetNotebook(NB))
    ledger = scene.open()
    scene.tell(again := submit())
    assert scene.started[-1] == (NB, ledger)
    assert scene.savers[NB].messages == [again]


def test_a_notebook_opened_again_has_a_new_saver_even_if_it_was_never_forgotten():
    scene = Scene()
    scene.open()
    scene.tell(submit())
    first = scene.savers[NB]
    ledger = scene.open()
    scene.tell(submit())
    assert scene.stopped == [first]
    assert scene.started[-1] == (NB, ledger)


def test_a_saver_that_cannot_be_made_refuses_its_message_and_stops_no_other_notebook():
    scene = Scene()
    scene.open()
    scene.broken = RuntimeError("no database")
    scene.tell(*(failed := [submit() for _ in range(5)]))
    reason = "its saver cannot be made: RuntimeError('no database')"
    assert [message.receipt.outcome for message in failed] == [Refused(reason)] * 5
    scene.broken = None
    scene.tell(message := submit())
    assert scene.savers[NB].messages == [message]


def test_a_listener_that_crashed_still_knows_its_notebooks_and_savers():
    scene = Scene()
    ledger = scene.open()
    crash: Any = "no message of ours"
    scene.tell(before := submit(), crash, after := submit())
    assert scene.started == [(NB, ledger)]
    assert scene.savers[NB].messages == [before, after]


# -- retiring savers -----------------------------------------------------------------


def with_savers(*notebooks: NotebookId) -> Scene:
    """Return a scene in which each of these notebooks has a saver."""
    scene = Scene()
    for notebook in notebooks:
        scene.open(notebook)
        scene.tell(submit(notebook))
    return scene


def test_a_saver_that_is_idle_retires_and_the_next_message_starts_another_with_its_ledger():
    scene = with_savers(NB)
    scene.idle.add(NB)
    first = scene.savers[NB]
    scene.tell(RetireSavers((NB,)), again := submit(), behind := submit())
    assert scene.started[0] == scene.started[1]
    assert scene.savers[NB] is not first
    assert scene.savers[NB].messages == [again, behind]
    assert len(first.messages) == 1


def test_a_saver_that_is_not_idle_stays():
    scene = with_savers(NB, OTHER)
    scene.idle.add(OTHER)
    scene.tell(RetireSavers((NB, OTHER)), submit(), submit(OTHER))
    assert [notebook for notebook, _ in scene.started] == [NB, OTHER, OTHER]
    assert len(scene.savers[NB].messages) == 2


def test_only_the_named_savers_are_asked():
    scene = with_savers(NB, OTHER)
    scene.tell(RetireSavers((OTHER,)))
    assert scene.asked == [OTHER]


def test_a_notebook_without_a_saver_has_none_to_retire():
    scene = with_savers(OTHER)
    scene.open(NB)
    scene.idle |= {NB, OTHER}
    scene.tell(RetireSavers((NB, NotebookId("nobody"), OTHER, OTHER)))
    assert scene.asked == [OTHER]


def test_after_its_saver_has_retired_the_listener_answers_for_a_notebook():
    scene = with_savers(NB)
    scene.idle.add(NB)
    scene.tell(RetireSavers((NB,)), *(each := [each_kind()[kind] for kind in ("flush", "close")]))
    assert [type(message.receipt.outcome) for message in each] == [Deferred, Deferred]
    assert (len(scene.started), scene.finished) == (1, [(NB, 7)])
    scene.tell(ForgetNotebook(NB))
    assert scene.stopped == []


def test_many_savers_retire_in_parts_with_other_messages_in_between():
    many = [NotebookId(str(number)) for number in range(2 * RETIRED_AT_ONCE + 1)]
    scene = with_savers(*many)
    scene.idle.update(many)
    scene.mailbox.tell(RetireSavers(tuple(many)))
    asked = []
    for _ in range(3):
        scene.mailbox.tell(message := submit())
        for _ in range(2):
            scene.runtime.run_next()
        asked.append((len(scene.asked), message.receipt.outcome is not None))
    assert asked == [(RETIRED_AT_ONCE, True), (2 * RETIRED_AT_ONCE, True), (len(many), True)]
    assert scene.asked == many


def test_no_word_is_left_behind_when_all_have_retired():
    many = [NotebookId(str(number)) for number in range(RETIRED_AT_ONCE)]
    scene = with_savers(*many)
    scene.mailbox.tell(RetireSavers(tuple(many)))
    scene.runtime.run_next()
    assert (scene.asked, scene.runtime.ready) == (many, 0)
