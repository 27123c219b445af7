"""Who sees an alert, and when again."""

import asyncio

import pytest
from marimo._session.model import ConnectionState

from actors.events import Alert
from actors.integrations.marimo.toasts import KEPT, Toasts
from actors.types import NotebookId
from tests.integrations.marimo.marimo_session import Browser, Session

ID = NotebookId("nb")
TROUBLE = Alert("nb.py could not be saved", "The disk is full.", "danger", ID)
WORSE = Alert.escaped("it's <gone>", "No disk.", "danger", ID)
NOTICE = Alert("nb.py is saved again", "All is well.", None, ID)


@pytest.fixture
def session(tmp_path):
    return Session(tmp_path / "nb.py")


@pytest.fixture
def toasts(session):
    toasts = Toasts(session)
    toasts.install()
    return toasts


def connect(session, browser, *, main=True):
    """Connect as marimo does, and let the loop come round."""

    async def turn():
        session.connect_consumer(browser, main=main)
        browser.notify(b'{"op": "kernel-ready"}')
        await asyncio.sleep(0)

    session.main = None if main else session.main
    asyncio.run(turn())
    return browser


def alerts(browser):
    return [message for message in browser.messages if message["op"] == "alert"]


def titles(browser):
    return [message["title"] for message in alerts(browser)]


def test_an_alert_is_seen_at_once_by_all_who_are_connected(session, toasts):
    person, viewer = connect(session, Browser()), connect(session, Browser(), main=False)
    toasts.show(NOTICE)
    assert titles(person) == titles(viewer) == [NOTICE.title]


def test_an_alert_waits_for_the_first_person(session, toasts):
    toasts.show(NOTICE)
    assert titles(connect(session, Browser())) == [NOTICE.title]
    assert titles(connect(session, Browser())) == []


def test_trouble_is_shown_again_to_a_page_that_is_loaded_anew(session, toasts):
    connect(session, Browser())
    toasts.show(TROUBLE)
    assert titles(connect(session, Browser())) == [TROUBLE.title]
    assert titles(connect(session, Browser())) == [TROUBLE.title]


def test_trouble_that_people_saw_is_over_when_a_save_has_worked(session, toasts):
    connect(session, Browser())
    toasts.show(TROUBLE)
    toasts.show(NOTICE)
    toasts.on_saved()
    assert titles(connect(session, Browser())) == []


def test_a_notice_that_people_saw_leaves_trouble_that_goes_on(session, toasts):
    connect(session, Browser())
    toasts.show(TROUBLE)
    toasts.show(NOTICE)
    assert titles(connect(session, Browser())) == [TROUBLE.title]


def test_trouble_that_nobody_saw_is_told_once_when_a_save_has_worked_since(session, toasts):
    toasts.show(TROUBLE)
    toasts.on_saved()
    assert titles(connect(session, Browser())) == [TROUBLE.title]
    assert titles(connect(session, Browser())) == []


def test_the_end_of_trouble_that_nobody_saw_is_what_a_page_says_first(session, toasts):
    toasts.show(TROUBLE)
    toasts.show(NOTICE)
    toasts.on_saved()
    [message] = alerts(connect(session, Browser()))
    assert (message["title"], message["variant"]) == (NOTICE.title, None)
    assert TROUBLE.title in message["description"]


def test_a_program_that_listens_is_no_person(session, toasts):
    toasts.show(NOTICE)
    connect(session, Browser(), main=False)
    assert titles(connect(session, Browser())) == [NOTICE.title]


def test_a_browser_that_is_gone_again_has_seen_nothing(session, toasts):
    toasts.show(NOTICE)
    connect(session, Browser(ConnectionState.CLOSED))
    assert titles(connect(session, Browser())) == [NOTICE.title]


def test_alerts_come_after_the_state_of_the_kernel(session, toasts):
    toasts.show(NOTICE)
    browser = connect(session, Browser())
    assert [message["op"] for message in browser.messages] == ["kernel-ready", "alert"]


def test_the_newest_alerts_are_kept(session, toasts):
    for number in range(KEPT + 2):
        toasts.show(Alert(f"{number}", f"alert {number}", "danger", ID))
    [message] = alerts(connect(session, Browser()))
    assert [number in message["description"] for number in "0123456"] == [False] * 2 + [True] * 5


def test_a_page_is_shown_one_toast_with_all_that_it_has_to_know(session, toasts):
    for alert in (TROUBLE, WORSE, NOTICE):
        toasts.show(alert)
    [message] = alerts(connect(session, Browser()))
    assert (message["title"], message["variant"]) == ("it's <gone>", "danger")
    assert message["description"].split("\n\n") == [
        "No disk.",
        "<b>nb.py could not be saved</b>: The disk is full.",
        "<b>nb.py is saved again</b>: All is well.",
    ]


def test_a_title_inside_the_text_is_text_as_well(session, toasts):
    toasts.show(WORSE)
    toasts.show(TROUBLE)
    [message] = alerts(connect(session, Browser()))
    assert "<b>it&#x27;s &lt;gone&gt;</b>: No disk." in message["description"]


def test_a_title_is_text_and_a_description_is_html(session, toasts):
    browser = connect(session, Browser())
    toasts.show(Alert.escaped("it's <b>.py", "it's <b>.py", "danger", ID))
    message = browser.messages[-1]
    assert message["title"] == "it's <b>.py"
    assert message["description"] == "it&#x27;s &lt;b&gt;.py"


def test_nothing_is_left_in_a_session_that_is_given_back(session, toasts):
    toasts.show(NOTICE)
    toasts.remove()
    assert titles(connect(session, Browser())) == []
