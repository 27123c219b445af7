"""What goes wrong with the system calls of the process, and when."""

import errno
import random
from collections import defaultdict
from collections.abc import Callable

import attrs

from actors.simulation.counts import Counts
from actors.storage.simulated_disk import Call, Fault
from actors.storage.simulated_disk.faults import LIKELY
from actors.storage.system_calls import UNSUPPORTED

CALL_S = 20e-6
"""What a system call takes."""

_OFTEN = ("write", "write", "fsync", "exchange", "open", "rename_exclusive", "replace")
"""Calls on which a save depends."""

_MAY_BE_DONE = frozenset({"fsync", "replace", "rename_exclusive", "exchange", "link", "unlink"})


@attrs.define
class Plan:
    """Lets the next calls of a kind fail."""

    name: str
    folder: str | None
    """Where; `None` is anywhere."""

    fault: Fault
    left: int

    def fits(self, call: Call) -> bool:
        """Whether this call is to fail."""
        if call.name != self.name:
            return False
        return self.folder is None or call.path.startswith(self.folder)


class Trouble:
    """Decides what happens at each system call.

    Args:
        counts: told what has happened.
    """

    def __init__(self, counts: Counts) -> None:
        self.plans: list[Plan] = []
        self.has_lost = False
        """Whether a sync that failed has lost something, which no later process can know."""
        self.touched: set[str] = set()
        """Folders in which something failed."""
        self._counts = counts
        self._traps: defaultdict[int, list[Callable[[Call], object]]] = defaultdict(list)
        self._calls = 0

    def trap(self, calls: int, action: Callable[[Call], object]) -> None:
        """Do something before the call that comes after so many."""
        self._traps[self._calls + calls].append(action)

    def lift(self) -> None:
        """Let nothing go wrong any more."""
        self.plans.clear()
        self._traps.clear()

    def meet(self, call: Call) -> Fault | None:
        """Return what happens to this call."""
        self._calls += 1
        if self._traps:
            for action in self._traps.pop(self._calls, ()):
                action(call)
        for plan in self.plans:
            if plan.fits(call):
                return self._happen(plan, call)
        return None

    def _happen(self, plan: Plan, call: Call) -> Fault:
        plan.left -= 1
        if not plan.left:
            self.plans.remove(plan)
        fault = plan.fault
        if call.name == "fsync" and fault.error and fault.loses and not fault.after:
            self.has_lost = True
        self.touched.add(plan.folder or "/")
        what = "short" if fault.short is not None else errno.errorcode.get(fault.error, "slow")
        where = " of a folder" if call.is_folder_sync else ""
        self._counts.note(f"fault: {call.name}{where} {what}")
        return fault


def drawn_plan(chance: random.Random, folder: str | None) -> Plan:
    """Return faults as real disks have them."""
    name = chance.choice(_OFTEN if chance.random() < 0.5 else sorted(LIKELY))
    left = chance.choice((1, 1, 1, 2, 3, 8))
    if name in {"read", "write"} and chance.random() < 0.4:
        return Plan(name, folder, Fault(short=chance.randrange(1, 60)), left)
    error = chance.choice(LIKELY[name])
    # A system without the call has not made it.
    may_be_done = name in _MAY_BE_DONE and error not in UNSUPPORTED
    after = may_be_done and chance.random() < 0.3
    return Plan(name, folder, Fault(error=error, after=after, loses=chance.random() < 0.5), left)
