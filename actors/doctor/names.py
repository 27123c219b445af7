"""Probes of names: which of them are the same file, and how long they may be."""

import errno
import unicodedata
from collections.abc import Iterator

from actors.doctor.finding import Finding, Level
from actors.doctor.probe_folder import Probe
from actors.storage.temporary import temporary_name

_USUAL = 255

_TWO_SPELLINGS = (
    "Opened under two spellings, a notebook is taken for two, and each save undoes the other's."
)


def case(probe: Probe) -> Iterator[Finding]:
    """Look for a file under its name in other letters."""
    probe.write("Notebook.py")
    if _exists(probe, "nOTEBOOK.py"):
        found = "`A.py` and `a.py` are the same file"
        advice = "open each notebook under one spelling"
        yield Finding("case", Level.WARNING, found, _TWO_SPELLINGS, advice)
        return
    found = "`A.py` and `a.py` are two files"
    yield Finding("case", Level.OK, found, "Names mean what they say.")


def unicode_names(probe: Probe) -> Iterator[Finding]:
    """Look for a file under its name in the other Unicode form."""
    name = unicodedata.normalize("NFC", "\N{LATIN SMALL LETTER E WITH ACUTE}.py")
    try:
        probe.write(name)
    except OSError as error:
        if error.errno not in {errno.EILSEQ, errno.EINVAL}:
            raise
        found = "names with letters beyond ASCII are refused"
        means = "Notebooks with such names cannot be saved."
        yield Finding("unicode", Level.WARNING, found, means, "use ASCII names")
        return
    if _exists(probe, unicodedata.normalize("NFD", name)):
        found = "two Unicode spellings of a letter are the same file"
        advice = "open each notebook under one spelling"
        yield Finding("unicode", Level.WARNING, found, _TWO_SPELLINGS, advice)
        return
    found = "names are kept as they are given"
    means = "Two names that look the same may be two files, as on most Linux systems."
    yield Finding("unicode", Level.OK, found, means)


def name_length(probe: Probe) -> Iterator[Finding]:
    """Find the longest name that a file can be made under."""
    fits, fails = 1, _USUAL + 1
    while fails - fits > 1:
        # The longest at first: it fits nearly everywhere.
        length = _USUAL if fails == _USUAL + 1 and fits == 1 else (fits + fails) // 2
        fits, fails = (length, fails) if _fits(probe, length) else (fits, length)
    found, figures = f"a name may have {fits} bytes", {"bytes": float(fits)}
    if fits == _USUAL:
        means = "Names may be as long as on most systems."
        yield Finding("name length", Level.OK, found, means, figures=figures)
        return
    temporary = len(temporary_name("n" * fits))
    if fits >= temporary:
        means = "Names may be shorter than on most systems; any notebook with such a name is saved."
        yield Finding("name length", Level.NOTE, found, means, figures=figures)
        return
    means = f"A save needs a temporary name of up to {temporary} bytes: long names fail."
    advice = "give notebooks short names"
    yield Finding("name length", Level.WARNING, found, means, advice, figures=figures)


def _fits(probe: Probe, length: int) -> bool:
    try:
        path = probe.write("n" * length)
    except OSError as error:
        if error.errno not in {errno.ENAMETOOLONG, errno.EINVAL}:
            raise
        return False
    probe.calls.files.unlink(path)
    return True


def _exists(probe: Probe, name: str) -> bool:
    try:
        probe.calls.stat(probe.folder / name)
    except FileNotFoundError:
        return False
    return True
