"""The probes, one after the other."""

import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from actors.doctor import attributes, clock, links, locks, names, saving, surroundings, syncing
from actors.doctor.calls import Calls
from actors.doctor.finding import Finding, Level, Promise
from actors.doctor.printable import printable
from actors.doctor.probe_folder import LeftBehindError, Probe, probe_folder
from actors.doctor.report import Report
from actors.errors import AutosaveError, StorageError
from actors.storage.failure import explained

_Asked = Callable[[Calls, Path], Iterator[Finding]]
_Tried = Callable[[Probe], Iterator[Finding]]

_ASKED: tuple[tuple[str, _Asked], ...] = (
    ("file system", surroundings.mount),
    ("directory", surroundings.directory_access),
    ("space", surroundings.space),
    ("user", surroundings.user),
)

_TRIED: tuple[tuple[str, _Tried, Promise | None], ...] = (
    ("save", saving.save, Promise.SAVING),
    ("replace", saving.replace, Promise.ATOMICITY),
    ("sync file", syncing.sync_file, Promise.DURABILITY),
    ("sync folder", syncing.sync_folder, Promise.DURABILITY),
    ("rename", saving.rename, Promise.NOT_OVERWRITING),
    ("locks", locks.locks, None),
    ("case", names.case, None),
    ("unicode", names.unicode_names, None),
    ("name length", names.name_length, None),
    ("hard links", links.hard_links, None),
    ("symbolic links", links.symbolic_links, None),
    ("mode", links.mode, None),
    ("new files", attributes.new_files, None),
    ("access lists", attributes.access_list, None),
    ("attributes", attributes.extended_attribute, None),
    ("clock", clock.clock, None),
)


class DoctorError(AutosaveError):
    """There is no such directory to examine, or a result cannot be written."""


def examine(directory: Path, calls: Calls | None = None) -> Report:
    """Find out what is promised to notebooks in a directory, by trying.

    Each probe has a folder of its own in it, which is removed afterwards.

    Args:
        directory: An existing directory.
        calls: The system; a test's own.

    Raises:
        DoctorError: when there is no such directory.
        StorageError: when it cannot be looked at.
        KeyboardInterrupt: at Ctrl-C; the probe's folder is gone then.
    """
    calls, directory = calls or Calls(), directory.absolute()
    _refuse_other_than_directory(directory)
    findings = [finding for name, ask in _ASKED for finding in _asked(name, ask, calls, directory)]
    try:
        with explained("make files in", directory):
            findings += _tried("create", saving.created, Promise.SAVING, calls, directory)
    except StorageError as error:
        return Report(directory, (saving.create_refused(error), *findings))
    for name, probe, promise in _TRIED:
        try:
            findings += _tried(name, probe, promise, calls, directory)
        except OSError as error:
            findings.append(_not_begun(name, error, promise))
    return Report(directory, tuple(findings))


def _refuse_other_than_directory(directory: Path) -> None:
    name = printable(str(directory))
    with explained("examine", directory):
        try:
            is_directory = stat.S_ISDIR(directory.stat().st_mode)
        except (FileNotFoundError, NotADirectoryError):
            raise DoctorError(f"{name}: there is no such directory; check the path") from None
    if not is_directory:
        raise DoctorError(f"{name} is no directory; name the one that notebooks are kept in")


def _asked(name: str, ask: _Asked, calls: Calls, directory: Path) -> list[Finding]:
    try:
        return list(ask(calls, directory))
    except OSError as error:
        return [saving.could_not(name, error)]


def _not_begun(name: str, error: OSError, promise: Promise | None) -> Finding:
    """Return what a probe means that met an error before it had anything to say."""
    if promise is not Promise.SAVING:
        return saving.could_not(name, error, promise)
    means = "No notebook can be saved here."
    return Finding(name, Level.BROKEN, error.strerror or str(error), means, promise=promise)


def _tried(
    name: str, probe: _Tried, promise: Promise | None, calls: Calls, directory: Path
) -> list[Finding]:
    findings: list[Finding] = []
    try:
        with probe_folder(calls, directory) as place:
            findings += probe(place)
    except StorageError as error:
        cause = error.__cause__
        assert isinstance(cause, OSError)
        findings.append(saving.could_not(name, cause, promise))
    except LeftBehindError as error:
        found = f"{error.args[0].name} could not be removed"
        means = "A probe made it and left it behind."
        findings.append(Finding("left behind", Level.WARNING, found, means, "remove it"))
    return findings
