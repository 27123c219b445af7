"""`notebook-actors doctor`: examines a directory, shows the report, writes it as JSON."""

import io
import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from actors.doctor.examination import DoctorError, examine
from actors.doctor.output import show
from actors.doctor.printable import printable
from actors.doctor.report import Report

STDOUT = Path("-")


def doctor(directory: Path, json_file: Path | None = None) -> Report:
    """Examine a directory and print what was found.

    Args:
        directory: An existing directory.
        json_file: Where the report goes as JSON; `-` is stdout, which then has
            nothing else.

    Raises:
        DoctorError: when there is no such directory, or the JSON cannot be written.
        StorageError: when the directory cannot be looked at.
        KeyboardInterrupt: at Ctrl-C or a SIGTERM; the probe's folder is gone then.
    """
    if json_file not in {None, STDOUT} and not _can_write(json_file):
        name = printable(str(json_file))
        raise DoctorError(f"--json {name}: cannot be written; name a file in a folder of yours")
    with _ended_like_interrupted():
        report = examine(directory)
    if json_file != STDOUT:
        if isinstance(sys.stdout, io.TextIOWrapper):  # a directory may have any name
            sys.stdout.reconfigure(errors="backslashreplace")
        show(report, Console())
    if json_file is not None:
        _write_json(report, json_file)
    return report


@contextmanager
def _ended_like_interrupted() -> Iterator[None]:
    """Have a SIGTERM or a closed terminal leave no folder behind either."""
    numbers = (signal.SIGTERM, signal.SIGHUP)
    old = [signal.signal(number, signal.default_int_handler) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, old, strict=True):
            signal.signal(number, handler)


def _can_write(path: Path | None) -> bool:
    assert path is not None
    if path.exists():
        return path.is_file() and os.access(path, os.W_OK)
    return path.parent.is_dir() and os.access(path.parent, os.W_OK)


def _write_json(report: Report, path: Path) -> None:
    text = json.dumps(report.record(), indent=1) + "\n"
    if path == STDOUT:
        sys.stdout.write(text)
        return
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise DoctorError(
            f"--json {printable(str(path))}: {error.strerror}; name another file"
        ) from error
