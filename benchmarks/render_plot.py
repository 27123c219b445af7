"""The figures of rendering as a picture: time against cells, both axes logarithmic."""

import math
from collections.abc import Callable, Sequence
from importlib.metadata import version

import attrs

from benchmarks.render import Size
from benchmarks.render_report import duration

WIDTH, HEIGHT = 760, 470
LEFT, RIGHT, TOP, BOTTOM = 84, 176, 84, 62

_STYLE = """\
.panel { fill: #ffffff; stroke: #d0d7de; }
.grid { stroke: #e5e7eb; }
.marimo { stroke: #c2410c; fill: #c2410c; }
.cold { stroke: #60a5fa; fill: #60a5fa; }
.edit { stroke: #1d4ed8; fill: #1d4ed8; }
.line { fill: none; stroke-width: 2.5; stroke-linejoin: round; }
.dot { stroke: none; }
.gap { stroke: #9ca3af; stroke-dasharray: 2 4; }
text { font-family: system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; \
font-size: 13px; fill: #4b5563; }
text.title { font-size: 17px; font-weight: 600; fill: #111827; }
text.name { font-weight: 600; }
text.marimo { fill: #c2410c; stroke: none; }
text.cold { fill: #2563eb; stroke: none; }
text.edit { fill: #1d4ed8; stroke: none; }
.middle { text-anchor: middle; }
.end { text-anchor: end; }
@media (prefers-color-scheme: dark) {
  .panel { fill: #161b22; stroke: #30363d; }
  .grid { stroke: #2b323b; }
  .marimo { stroke: #fb923c; fill: #fb923c; }
  .cold { stroke: #3b82f6; fill: #3b82f6; }
  .edit { stroke: #93c5fd; fill: #93c5fd; }
  text { fill: #9da7b3; }
  text.title { fill: #e6edf3; }
  text.marimo { fill: #fb923c; }
  text.cold { fill: #60a5fa; }
  text.edit { fill: #93c5fd; }
}"""


@attrs.frozen
class _Series:
    style: str
    names: tuple[str, ...]
    """What stands at the end of the line, a line of text each."""

    seconds: Sequence[float]


@attrs.frozen
class _Axes:
    """Where a number of cells and a time are in the picture."""

    cells: Sequence[int]
    least_s: float
    most_s: float

    def x(self, cells: float) -> float:
        """Return the place of a number of cells."""
        low, high = math.log10(min(self.cells)), math.log10(max(self.cells))
        share = (math.log10(cells) - low) / ((high - low) or 1)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y(self, seconds: float) -> float:
        """Return the place of a time."""
        low, high = math.log10(self.least_s), math.log10(self.most_s)
        share = (math.log10(seconds) - low) / (high - low)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def svg(sizes: Sequence[Size]) -> str:
    """Return the picture of what was measured, smallest notebook first."""
    sizes = sorted(sizes, key=lambda size: size.cells)
    all_series = [
        _Series("marimo", (f"marimo {version('marimo')}",), _each(sizes, _marimo_s)),
        _Series("cold", ("this package,", "first time"), _each(sizes, lambda s: s.cold_s("ours"))),
        _Series("edit", ("this package,", "one edit"), _each(sizes, lambda s: s.edit_s("ours"))),
    ]
    seconds = [each for series in all_series for each in series.seconds]
    axes = _Axes([size.cells for size in sizes], _power(min(seconds), 0), _power(max(seconds), 1))
    parts = [
        *_frame(axes),
        *_gaps(sizes, axes),
        *(line for series in all_series for line in _drawn(series, axes)),
    ]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" role="img" aria-labelledby="title">'
    )
    title = '<title id="title">Time to make the text of a notebook, by its cells</title>'
    return "\n".join([head, title, f"<style>\n{_STYLE}\n</style>", *parts, "</svg>\n"])


def _each(sizes: Sequence[Size], seconds: Callable[[Size], float]) -> list[float]:
    return [seconds(size) for size in sizes]


def _marimo_s(size: Size) -> float:
    # Its first rendering and one after an edit are the same work.
    return size.edit_s("marimo")


def _power(seconds: float, above: int) -> float:
    return float(10 ** (math.floor(math.log10(seconds)) + above))


def _frame(axes: _Axes) -> list[str]:
    parts = [
        f'<rect class="panel" x="0.5" y="0.5" width="{WIDTH - 1}" height="{HEIGHT - 1}" rx="8"/>',
        _text(24, 34, "One edit: marimo writes all cells again, we write that cell", "title"),
        _text(24, 56, "time to make the text of the notebook, processor time, log scales"),
        _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 16, "cells in the notebook", "middle"),
    ]
    tick_s = axes.least_s
    while tick_s <= axes.most_s * 1.001:
        y = axes.y(tick_s)
        parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(_text(LEFT - 10, y + 4, duration(tick_s), "end"))
        tick_s *= 10
    parts += [
        _text(axes.x(cells), HEIGHT - BOTTOM + 22, f"{cells:,}", "middle") for cells in axes.cells
    ]
    return parts


def _gaps(sizes: Sequence[Size], axes: _Axes) -> list[str]:
    """Say how many times faster an edit is, between the lines."""
    parts = []
    for size in sizes[1:-1]:
        theirs_s, ours_s, x = _marimo_s(size), size.edit_s("ours"), axes.x(size.cells)
        top, bottom = axes.y(theirs_s), axes.y(ours_s)
        parts.append(f'<path class="gap" d="M{x:.1f} {top:.1f}V{bottom:.1f}"/>')
        middle = axes.y(math.sqrt(size.cold_s("ours") * ours_s))
        parts.append(_text(x + 6, middle + 4, f"{theirs_s / ours_s:,.0f} times"))
    return parts


def _drawn(series: _Series, axes: _Axes) -> list[str]:
    places = [
        (axes.x(cells), axes.y(seconds))
        for cells, seconds in zip(axes.cells, series.seconds, strict=True)
    ]
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    parts = [f'<polyline class="line {series.style}" style="fill:none" points="{points}"/>']
    dot = f'<circle class="dot {series.style}" r="4"'
    parts += [f'{dot} cx="{x:.1f}" cy="{y:.1f}"/>' for x, y in places]
    x, y = places[-1]
    lines = (*series.names, duration(series.seconds[-1]))
    for number, line in enumerate(lines):
        style = f"{series.style} name" if number < len(series.names) else series.style
        parts.append(_text(x + 12, y + 4 + 16 * (number - (len(lines) - 1) / 2), line, style))
    return parts


def _text(x: float, y: float, text: str, style: str = "") -> str:
    return f'<text class="{style}" x="{x:.1f}" y="{y:.1f}">{text}</text>'
