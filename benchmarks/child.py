"""Runs a module of this package in a process of its own, which prints JSON."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

# The child finds this package by its path and `actors` where the parent found it: a
# test of the built wheel keeps the source tree, which has both, off `sys.path`.
_RUN_MODULE = """
import importlib.util, runpy, sys
spec = importlib.util.spec_from_file_location("benchmarks", sys.argv.pop(1))
sys.modules["benchmarks"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules["benchmarks"])
runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
"""


def run_child(module: str, *arguments: object, timeout_s: float | None = None) -> dict[str, Any]:
    """Run a module with these arguments and return what it printed.

    Raises:
        subprocess.CalledProcessError: when it failed.
        subprocess.TimeoutExpired: when it took too long; it is killed.
    """
    package = Path(__file__).with_name("__init__.py")
    command = [sys.executable, "-c", _RUN_MODULE, str(package), module, *map(str, arguments)]
    found = subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=timeout_s)
    return dict(json.loads(found.stdout))
