"""A probe of the clock that stamps files, which is a server's on a network file system."""

from collections.abc import Iterator

from actors.doctor.finding import Finding, Level
from actors.doctor.probe_folder import Probe
from actors.storage.temporary import EMPTY_GRACE_S

_NOTICED_S = 2.5
"""More than the 2 s steps of FAT, which are no skew."""


def clock(probe: Probe) -> Iterator[Finding]:
    """Write a file and compare its time with this machine's."""
    before = probe.calls.now()
    stamped = probe.calls.stat(probe.write("stamped.py", b"now")).st_mtime
    after = probe.calls.now()
    skew = stamped - min(max(stamped, before), after)
    figures = {"skew_s": skew}
    if abs(skew) < _NOTICED_S:
        found = "files are stamped with this machine's time"
        yield Finding("clock", Level.OK, found, "Times of files can be compared.", figures=figures)
        return
    found = f"files are stamped {abs(skew):.0f} s {'ahead' if skew > 0 else 'behind'}"
    means = "Times of files mislead, also the programs that ask which one is newer."
    if skew < -EMPTY_GRACE_S:
        means += " Opening a notebook may make the save of another fail, which is then tried again."
    advice = "set the clocks of this machine and of the file server (NTP)"
    yield Finding("clock", Level.WARNING, found, means, advice, figures=figures)
