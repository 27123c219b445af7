"""Ten cells such as people write: one section of a data analysis notebook.

`$n` numbers the section, so that no two cells define the same name, and `$a`
and `$b` are numbers that differ from notebook to notebook.
"""

IMPORTS = """\
import dataclasses
from pathlib import Path

import marimo as mo
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd"""

_HEADING = '''\
mo.md(
    r"""
    ## $n. Orders of week $a

    The export of week $a has one row an order. Orders under **$b** are left
    out: they are samples that the warehouse sends to itself, with

    $$
    revenue = \\sum_i quantity_i \\cdot price_i
    $$
    """
)'''

_SETTINGS = """\
week_$n = $a
smallest_order_$n = $b
source_$n = Path("exports") / f"orders-{week_$n:02d}.csv"
columns_$n = ["order_id", "customer", "region", "quantity", "price", "ordered_at"]"""

_LOAD = """\
raw_$n = pd.read_csv(source_$n, usecols=columns_$n, parse_dates=["ordered_at"])
raw_$n.head($a)"""

_CLEAN = """\
with_revenue_$n = raw_$n.assign(revenue=lambda df: df["quantity"] * df["price"])
orders_$n = with_revenue_$n[with_revenue_$n["revenue"] >= smallest_order_$n]
_dropped = len(raw_$n) - len(orders_$n)
for _column in orders_$n.columns:
    if orders_$n[_column].isna().mean() > 0.$a:
        print(f"{_column}: mostly empty in week {week_$n}, {_dropped} rows dropped")"""

_FUNCTION = '''\
def smooth_$n(values, window=$a):
    """Return the moving average, as long as `values`."""
    if window < 2:
        return values
    total, averages = 0.0, []
    for position, value in enumerate(values):
        total += value
        if position >= window:
            total -= values[position - window]
        averages.append(total / min(position + 1, window))
    return averages'''

_AGGREGATE = """\
by_region_$n = (
    orders_$n.groupby("region", as_index=False)
    .agg(revenue=("revenue", "sum"), orders=("order_id", "nunique"))
    .sort_values("revenue", ascending=False)
)
share_$n = by_region_$n["revenue"] / by_region_$n["revenue"].sum()
top_$n = [region for region, share in zip(by_region_$n["region"], share_$n) if share > 0.$b]"""

_CLASS = '''\
@dataclasses.dataclass
class Forecast$n:
    """A straight line through the weekly revenue."""

    slope: float
    intercept: float = $b.0

    def at(self, week):
        return self.slope * week + self.intercept'''

_FIT = """\
_weeks = np.arange(len(by_region_$n))
try:
    _slope, _intercept = np.polyfit(_weeks, smooth_$n(by_region_$n["revenue"].to_list()), 1)
    forecast_$n = Forecast$n(_slope, _intercept)
except np.linalg.LinAlgError as error:
    print(f"no forecast for week {week_$n}: {error}")
    forecast_$n = Forecast$n(0.0)"""

_CHART = """\
_figure, _axes = plt.subplots(figsize=($a, 4))
_axes.bar(by_region_$n["region"], by_region_$n["revenue"], color="tab:blue")
_axes.axhline(forecast_$n.at($b), color="tab:red", label="forecast")
_axes.set_title(f"Revenue of week {week_$n}")
_axes.legend()
_figure"""

_SUMMARY = """\
mo.vstack(
    [
        mo.stat(f"{orders_$n['revenue'].sum():,.0f}", label=f"week {week_$n}"),
        mo.ui.table(by_region_$n, page_size=$a),
        mo.md(f"Regions above the line: {', '.join(top_$n) or 'none'}"),
    ]
)"""

CELLS = (
    _HEADING,
    _SETTINGS,
    _LOAD,
    _CLEAN,
    _FUNCTION,
    _AGGREGATE,
    _CLASS,
    _FIT,
    _CHART,
    _SUMMARY,
)
"""The cells of one section, in order, as `string.Template` texts."""

HIDDEN = frozenset({_HEADING, _SUMMARY})
"""Those whose code the editor hides."""
