"""Locks of notebooks, by processes that are killed over them."""

import os
from pathlib import Path

from actors.storage.ownership import Owner, Ownership
from actors.storage.system_calls import SystemCalls
from tests.crashes.jobs import say


def own(folder: Path) -> None:
    """Take a notebook that belongs to nobody, and give it back."""
    lease = ownership().acquire(folder / "nb.py")
    say("owned")
    lease.release()
    say("given back")


def take_over(folder: Path) -> None:
    """Take a notebook over from a process that died with it, and give it back."""
    if (owner := os.fork()) == 0:
        ownership().acquire(folder / "nb.py")
        os._exit(0)
    os.waitpid(owner, 0)
    own(folder)


def ownership() -> Ownership:
    """Return what makes this process an owner, as a host has it by default."""
    return Ownership(SystemCalls(), Owner.this_process(), lease_s=300)
