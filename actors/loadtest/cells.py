"""Cells such as people write, numbered so that no two notebooks have one in common.

`$n` is the number of the notebook and of the section, and `$r` grows with every edit
of the cell. Within one notebook no two cells define the same name.
"""

from string import Template

IMPORTS = """\
import dataclasses
from pathlib import Path

import marimo as mo
import numpy as np
import pandas as pd"""

_HEADING = '''\
mo.md(r"""
## Orders of week $r, export $n

Orders under **$r** are left out: they are samples that the warehouse sends to itself.
""")'''

_SETTINGS = """\
week_$n = $r
source_$n = Path("exports") / f"orders-{week_$n:02d}.csv"
columns_$n = ["order_id", "region", "quantity", "price"]"""

_LOAD = """\
raw_$n = pd.read_csv(source_$n, usecols=columns_$n)
raw_$n.head($r)"""

_CLEAN = """\
priced_$n = raw_$n.assign(revenue=lambda df: df["quantity"] * df["price"])
orders_$n = priced_$n[priced_$n["revenue"] >= $r]
_dropped = len(raw_$n) - len(orders_$n)
print(f"week {week_$n}: {_dropped} rows dropped")"""

_FUNCTION = '''\
def smooth_$n(values, window=$r):
    """Return the moving average, as long as `values`."""
    if window < 2:
        return values
    return [sum(values[max(0, i - window) : i + 1]) / window for i in range(len(values))]'''

_AGGREGATE = """\
by_region_$n = (
    orders_$n.groupby("region", as_index=False)
    .agg(revenue=("revenue", "sum"), orders=("order_id", "nunique"))
    .head($r)
)"""

_CLASS = '''\
@dataclasses.dataclass
class Forecast_$n:
    """A straight line through the weekly revenue."""

    slope: float
    intercept: float = $r.0'''

_FIT = """\
_weeks = np.arange(len(by_region_$n))
_slope, _intercept = np.polyfit(_weeks, smooth_$n(by_region_$n["revenue"].to_list()), 1)
forecast_$n = Forecast_$n(_slope, _intercept + $r)"""

_SUMMARY = """\
mo.vstack(
    [
        mo.stat(f"{orders_$n['revenue'].sum():,.0f}", label=f"week {week_$n}"),
        mo.ui.table(by_region_$n, page_size=$r),
    ]
)"""

_SECTION = (
    _HEADING,
    _SETTINGS,
    _LOAD,
    _CLEAN,
    _FUNCTION,
    _AGGREGATE,
    _CLASS,
    _FIT,
    _SUMMARY,
)


def is_hidden(number: int) -> bool:
    """Return whether the editor hides the code of the cell of this number."""
    return _template(number) in {_HEADING, _SUMMARY}


def is_definition(number: int) -> bool:
    """Return whether a file may name this cell after what it defines, not by its own name."""
    return _template(number) in {_FUNCTION, _CLASS}


def code(notebook: str, number: int, revision: int) -> str:
    """Return the code of a cell.

    Args:
        notebook: the number of the notebook, in digits.
        number: the number of the cell in it.
        revision: other code for another revision.
    """
    section, which = divmod(number, len(_SECTION))
    return Template(_SECTION[which]).substitute(n=f"{notebook}_{section}", r=revision)


def _template(number: int) -> str:
    return _SECTION[number % len(_SECTION)]
