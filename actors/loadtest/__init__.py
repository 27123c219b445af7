"""Many concurrent sessions against real files, and a check of every one.

`notebook-actors loadtest` is the command; `run_load_test` does the same from Python, with
a storage, settings and actors of your own.
"""

from actors.loadtest.plan import Plan, PlanError
from actors.loadtest.report import Memory, Report
from actors.loadtest.run import run_load_test
from actors.loadtest.watching import Sample, Watch

__all__ = ["Memory", "Plan", "PlanError", "Report", "Sample", "Watch", "run_load_test"]
