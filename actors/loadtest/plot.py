"""The picture of a load test: latency and throughput over time, for the eye."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import attrs
import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter

from actors.loadtest.report import Report, machine
from actors.loadtest.units import duration, three_digits
from actors.loadtest.watching import INTERVAL_S, Sample

INK, PALE, GRID = "#1f2328", "#59636e", "#e4e7eb"

# Okabe and Ito's colours, which people who see fewer of them can tell apart.
BLUE, VERMILION, PURPLE, GREEN, OCHRE = "#0072b2", "#d55e00", "#8f4a7a", "#00815f", "#9a6700"

_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "loadtest",  # the same figures give the same file
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial", "sans-serif"],
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": PALE,
    "axes.edgecolor": GRID,
    "xtick.color": PALE,
    "ytick.color": PALE,
}


@attrs.frozen
class _Line:
    """One line of a panel, named where it ends."""

    name: str
    color: str
    of: Callable[[Sample], float]
    width: float = 1.8


def draw(report: Report, path: Path) -> None:
    """Draw a report that has samples.

    Args:
        report: what to draw.
        path: the file; its suffix, `.svg` or `.png`, says which kind.
    """
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(9, 5.4), facecolor="white")
        latency, throughput = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
        figure.subplots_adjust(left=0.085, right=0.84, top=0.83, bottom=0.1, hspace=0.22)
        samples = _comparable(report.samples)
        _draw_latency(latency, samples, report)
        _draw_throughput(throughput, samples, report)
        _write_titles(figure, report)
        # Without a date, which would be another one each time.
        figure.savefig(path, dpi=160, metadata={"Date": None} if path.suffix == ".svg" else None)


def _comparable(samples: Sequence[Sample]) -> list[Sample]:
    """Return the samples without those of a moment only, whose rates say nothing."""
    starts = [0.0, *(sample.at_s for sample in samples)]
    return [
        sample
        for sample, start in zip(samples, starts, strict=False)
        if sample.at_s - start >= INTERVAL_S / 2
    ] or list(samples)


def _draw_latency(axes: Axes, samples: Sequence[Sample], report: Report) -> None:
    lines = [
        _Line(f"{name}: {duration(report.durable[name])}", color, _percentile(name), width)
        for name, color, width in (
            ("p99.9", PURPLE, 1.3),
            ("p99", VERMILION, 1.8),
            ("p50", BLUE, 2.4),
        )
    ]
    durable = [sample for sample in samples if sample.durable["max"]]
    axes.set_yscale("log")
    _draw_lines(axes, durable, lines)
    values = [line.of(sample) for sample in durable for line in lines] or [1e-3]
    axes.set_ylim(min(values) / 2, max(values) * 2)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda seconds, _: _round_duration(seconds)))
    axes.yaxis.set_minor_formatter(NullFormatter())
    _name_panel(axes, "Time until an edit is durable (log scale; at the right: of the whole run)")
    _name_lines(axes, durable, lines)


def _draw_throughput(axes: Axes, samples: Sequence[Sample], report: Report) -> None:
    lines = [
        _Line(f"{three_digits(report.edits_per_s)} edits/s", GREEN, lambda s: s.edits_per_s, 2.2),
        _Line(f"{three_digits(report.saves_per_s)} saves/s", OCHRE, lambda s: s.saves_per_s),
    ]
    _draw_lines(axes, samples, lines)
    highest = max(line.of(sample) for line in lines for sample in samples)
    axes.set_ylim(0, max(1.0, highest) * 1.15)
    axes.set_xlim(0, max(samples[-1].at_s, INTERVAL_S))
    axes.xaxis.set_major_locator(MaxNLocator(integer=samples[-1].at_s > 4))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda number, _: f"{number:,.0f}"))
    axes.set_xlabel("seconds since the first edit", loc="left")
    _name_panel(axes, "Edits made durable, and files written for them, a second")
    _name_lines(axes, samples, lines)


def _draw_lines(axes: Axes, samples: Sequence[Sample], lines: Sequence[_Line]) -> None:
    times = [sample.at_s for sample in samples]
    marker = "o" if len(samples) < 3 else ""
    for line in lines:
        values = [line.of(sample) for sample in samples]
        axes.plot(
            times,
            values,
            color=line.color,
            linewidth=line.width,
            marker=marker,
            solid_joinstyle="round",
            clip_on=False,
        )
    axes.grid(axis="y", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(which="both", length=0, pad=6)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)


def _name_panel(axes: Axes, text: str) -> None:
    axes.set_title(text, loc="left", fontsize=10, color=PALE, pad=8)


def _name_lines(axes: Axes, samples: Sequence[Sample], lines: Sequence[_Line]) -> None:
    """Write each line's name where it ends, and names that would overlap apart."""
    if not samples:
        return
    to_axes = axes.transData + axes.transAxes.inverted()
    ends = [to_axes.transform((0, max(line.of(samples[-1]), 1e-9)))[1] for line in lines]
    gap = 0.23 if len(lines) == 2 else 0.13
    for line, place in zip(lines, _apart(ends, gap), strict=True):
        axes.annotate(
            line.name,
            (1, place),
            xycoords="axes fraction",
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            color=line.color,
            fontweight="bold",
            annotation_clip=False,
        )


def _apart(places: Sequence[float], gap: float) -> list[float]:
    """Return the places, given from the highest to the lowest, at least so far apart."""
    moved: list[float] = []
    for place in sorted(places, reverse=True):
        moved.append(min(place, moved[-1] - gap) if moved else place)
    # Those that were pushed below the panel take the others up with them.
    lift = max(0.0, 0.05 - moved[-1])
    order = sorted(range(len(places)), key=lambda number: -places[number])
    return [moved[order.index(number)] + lift for number in range(len(places))]


def _write_titles(figure: Figure, report: Report) -> None:
    plan, facts = report.plan, machine()
    title = (
        f"99 % of {report.outcomes.get('Saved', 0):,} edits were durable within "
        f"{duration(report.durable['p99'])}, half of them within {duration(report.durable['p50'])}"
    )
    below = (
        f"{plan.sessions:,} open notebooks of {plan.cells} cells, "
        f"{plan.active_sessions:,} of them edited; {plan.pacing}; "
        f"Python {facts['python']}, {facts['processors']} processors"
    )
    figure.text(0.02, 0.95, title, fontsize=13, fontweight="bold", va="center")
    figure.text(0.02, 0.905, below, color=PALE, va="center")


def _percentile(name: str) -> Callable[[Sample], float]:
    return lambda sample: max(sample.durable[name], 1e-6)


def _round_duration(seconds: float) -> str:
    """Return a power of ten with its unit, without digits behind the point."""
    for unit, name in ((1.0, "s"), (1e-3, "ms"), (1e-6, "us")):
        if seconds >= unit * 0.999:
            return f"{seconds / unit:.0f} {name}"
    return ""
