"""What the command lines of all benchmarks share."""

import argparse
import json
import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from actors import __version__


def positive(text: str) -> int:
    """Read a number of one or more."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return number


def progress(text: str) -> None:
    """Say what is being measured, beside the results."""
    print(text, file=sys.stderr, flush=True)


def write_json(path: Path | None, results: dict[str, Any]) -> None:
    """Write results and what they were measured with, if a file was asked for."""
    if path is not None:
        path.write_text(json.dumps(_machine() | results, indent=1) + "\n", "utf-8")


def _machine() -> dict[str, object]:
    return {
        "notebook-actors": __version__,
        "marimo": version("marimo"),
        "python": platform.python_version(),
        "system": platform.platform(),
    }
