"""Agents that make their next edit when the last one is durable, all at full pace."""

import time
from collections.abc import Sequence
from queue import SimpleQueue

import attrs

from actors.receipt import Outcome, Saved
from benchmarks.scale.sessions import TIMEOUT_S, Session
from benchmarks.scale.usage import Usage


@attrs.frozen(kw_only=True)
class Run:
    """What came of it; times in seconds."""

    edits: int
    seconds: float
    """Until the last edit was durable."""

    each: Usage
    """What one edit took, of the whole process."""

    client_cpu_s: float
    """The processor time in that which its agent took: handing in, hearing of the end."""

    failed: int
    """Edits whose receipts did not say `Saved`; their agents went on."""

    @property
    def per_second(self) -> float:
        """Edits a second."""
        return self.edits / self.seconds


def run(sessions: Sequence[Session], edits: int) -> Run:
    """Let each session make so many edits.

    Agents have no threads: the end of one edit hands in the next, on the
    thread that settled the receipt. Nothing is cheaper.
    """
    ended: SimpleQueue[None] = SimpleQueue()
    agents = [_Agent(session, edits, ended) for session in sessions]
    made, before, start = edits * len(sessions), Usage.now(), time.perf_counter()
    for agent in agents:
        agent.step()
    for _ in agents:
        ended.get(timeout=TIMEOUT_S)
    return Run(
        edits=made,
        seconds=time.perf_counter() - start,
        each=(Usage.now() - before).each(made),
        client_cpu_s=sum(agent.cpu_s for agent in agents) / made,
        failed=sum(agent.failed for agent in agents),
    )


class _Agent:
    """Makes a session's edits one after another."""

    __slots__ = ("_ended", "_left", "_session", "cpu_s", "failed")

    def __init__(self, session: Session, edits: int, ended: "SimpleQueue[None]") -> None:
        self._session = session
        self._left = edits
        self._ended = ended
        self.cpu_s = 0.0
        self.failed = 0

    def step(self, outcome: Outcome | None = None) -> None:
        """Go on after an edit."""
        before = time.thread_time()
        self.failed += not isinstance(outcome, Saved | None)
        if self._left == 0:
            self._ended.put(None)
            return
        self._left -= 1
        self._session.submit().add_done_callback(self.step)
        self.cpu_s += time.thread_time() - before
