"""Runs the clients of a load test, each on a thread of its own."""

import threading
from collections.abc import Callable, Sequence

from actors.loadtest.clients import Client, LoopClient, ThreadClient, Work

POLL_S = 0.1
"""How often the main thread looks: a signal must get through to it."""


def make_clients(work: Work) -> list[Client]:
    """Return the clients of a plan: threads and event loops in turn."""
    return [
        LoopClient(work, number) if number % 2 else ThreadClient(work, number)
        for number in range(work.plan.threads)
        if len(work.sessions_of(number))
    ]


def drive(
    clients: Sequence[Client],
    started: float,
    stopped: threading.Event,
    on_settled: Callable[[int], object],
) -> None:
    """Let all clients run, and wait for them.

    Args:
        clients: who send edits.
        started: when the schedule begins, in seconds of the clients' clock.
        stopped: what makes them stop; set here when one of them raises, which this then does.
        on_settled: told now and then how many receipts came to an end.
    """
    raised: list[BaseException] = []

    def run(client: Client) -> None:
        try:
            client.run(started)
        except BaseException as error:  # noqa: BLE001 - raised again below
            raised.append(error)
            stopped.set()

    threads = [
        threading.Thread(target=run, args=[client], name=f"client-{number}", daemon=True)
        for number, client in enumerate(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():
            thread.join(POLL_S)
            on_settled(sum(client.timings.settled for client in clients))
    if raised:
        raise raised[0]
