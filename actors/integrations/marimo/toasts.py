"""Alerts, as messages that the browsers of one session show."""

import asyncio
import html
from collections import deque
from collections.abc import Sequence
from typing import Any

import attrs
from marimo._messaging.notification import AlertNotification
from marimo._messaging.serde import serialize_kernel_message
from marimo._session.model import ConnectionState

from actors.events import Alert

KEPT = 5
"""So many alerts are kept for browsers to come: the newest, which say how things are."""


@attrs.define
class _Kept:
    notification: Any
    is_trouble: bool
    is_seen: bool


class Toasts:
    """Shows alerts in the browsers of one session, and keeps them while there is none.

    Trouble is shown again to a browser that connects later, such as a page that was
    loaded anew, until a save has worked. To be used in the server's event loop.
    """

    def __init__(self, session: Any) -> None:
        self._session = session
        self._connect = session.connect_consumer
        self._kept: deque[_Kept] = deque(maxlen=KEPT)

    def install(self) -> None:
        """Notice browsers that connect from now on."""
        self._session.connect_consumer = self._connect_consumer

    def remove(self) -> None:
        """Give back to marimo what was taken over."""
        vars(self._session).pop("connect_consumer", None)

    def show(self, alert: Alert) -> None:
        """Show an alert, now and to those who have to know of it later."""
        notification = notification_of(alert)
        self._session.notify(notification, from_consumer_id=None)
        is_seen = self._session.connection_state() == ConnectionState.OPEN
        is_trouble = alert.variant is not None
        if is_trouble or not is_seen:
            self._kept.append(_Kept(notification, is_trouble, is_seen))

    def on_saved(self) -> None:
        """Take note of a save that worked: trouble is over, and told once if nobody saw it."""
        self._keep([kept for kept in self._kept if not kept.is_seen])
        for kept in self._kept:
            kept.is_trouble = False

    def _connect_consumer(self, session_consumer: Any, *, main: bool) -> None:
        self._connect(session_consumer, main=main)
        # After the kernel's state, which marimo sends in this same turn of the loop.
        asyncio.get_running_loop().call_soon(self._greet, session_consumer, main)

    def _greet(self, consumer: Any, main: bool) -> None:  # noqa: FBT001 - as marimo has it
        if not self._kept or consumer.connection_state() != ConnectionState.OPEN:
            return
        # Of messages that come at once a page shows the last only: so it is one.
        in_order = sorted(self._kept, key=lambda kept: kept.is_trouble)
        notification = together([kept.notification for kept in in_order])
        consumer.notify(serialize_kernel_message(notification))
        for kept in self._kept:
            # Others may be no browsers: a program that uses marimo's host interface is none.
            kept.is_seen |= main
        self._keep([kept for kept in self._kept if kept.is_trouble or not kept.is_seen])

    def _keep(self, kept: list[_Kept]) -> None:
        self._kept = deque(kept, maxlen=KEPT)


def notification_of(alert: Alert) -> Any:
    """Return marimo's message for an alert: its title is plain text, its description HTML."""
    return AlertNotification(html.unescape(alert.title), alert.description, alert.variant)


def together(notifications: Sequence[Any]) -> Any:
    """Return one message that says what several say, the last one first and in the title."""
    *others, last = notifications
    texts = [f"<b>{html.escape(each.title)}</b>: {each.description}" for each in reversed(others)]
    return AlertNotification(last.title, "\n\n".join([last.description, *texts]), last.variant)
