"""One probe on a directory, with system calls of the test's own."""

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from actors.doctor import Finding
from actors.doctor.calls import Calls
from actors.doctor.probe_folder import Probe, probe_folder
from actors.storage.system_calls import SystemCalls


def failing(number: int) -> Callable[..., Any]:
    """Return a system call that fails with an error number."""

    def fail(*args, **kwargs):
        raise OSError(number, os.strerror(number))

    return fail


def with_files(**calls: Callable[..., Any]) -> Calls:
    """Return the real system, but for some calls of the storage."""
    return Calls(files=SystemCalls(**calls))


def tried(
    probe: Callable[[Probe], Iterator[Finding]], directory: Path, calls: Calls | None = None
) -> Finding:
    """Return the one finding of a probe."""
    with probe_folder(calls or Calls(), directory) as place:
        (finding,) = probe(place)
    return finding


def passing_on(call: Callable[..., Any], *, but: Callable[..., bool], number: int) -> Any:
    """Return a call that fails where `but` says so."""

    def called(*args, **kwargs):
        if but(*args):
            raise OSError(number, os.strerror(number))
        return call(*args, **kwargs)

    return called


NOT_SUPPORTED = errno.ENOTSUP
