"""An ECharts option as a static SVG: lines, areas, bars, points and pies."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape as escape_markup
from typing import Any

import attrs

from infino.charts.option import Plot, PlottedSeries, read_option
from infino.core.redaction import printable

WIDTH, HEIGHT = 720, 380
LEFT, RIGHT, TOP, BOTTOM = 66, 18, 46, 62
COLOURS = ("#2f6fde", "#e07b00", "#1b9e77", "#b5489a", "#7a6a00", "#5b5bd6", "#c0392b", "#008ba3")
FONT = "font-family:system-ui,sans-serif;font-size:12px"


# Characters outside of XML 1.0, 2.2 (Char), and C1 controls, which it only discourages.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def escape(text: str) -> str:
    """Escape a text, drop what no XML may hold, and show what would turn its direction or hide it."""
    return escape_markup(printable(_UNFIT.sub("", text)))


def chart_svg(option: Mapping[str, Any]) -> str | None:
    """Draw an ECharts option.

    Args:
        option: The option object, as in `answer.chart`.

    Returns:
        An `<svg>` element with every text escaped, or ``None`` when the kind of chart is not one of line, area,
        bar, scatter or pie.

    Examples:
        >>> svg = chart_svg(answer.chart)
    """
    plot = read_option(option)
    if plot is None:
        return None
    body = _pie(plot) if plot.series[0].kind == "pie" else _cartesian(plot)
    title = f'<text x="{WIDTH / 2}" y="22" text-anchor="middle" style="font-size:15px;font-weight:600">'
    heading = f"{title}{escape(_cut(plot.title, 70))}</text>" if plot.title else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'style="max-width:{WIDTH}px;width:100%;{FONT}" fill="currentColor">'
        f"<title>{escape(plot.title or 'chart')}</title>{heading}{''.join(body)}</svg>"
    )


@attrs.frozen
class Scale:
    """From values to pixels, with round steps."""

    low: float
    high: float
    start: float
    end: float
    step: float

    def at(self, value: float) -> float:
        """The pixel of a value."""
        return round(self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start), 2)

    def ticks(self) -> Iterator[float]:
        """The round values between the ends."""
        count = round((self.high - self.low) / self.step)
        for index in range(count + 1):
            yield self.low + index * self.step


def scale(values: Sequence[float], start: float, end: float, *, zero: bool) -> Scale:
    """Choose a scale with about five round steps that holds all values."""
    low, high = min(values), max(values)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    # All values are the same, or so close that steps between them would be rounded away.
    if high - low <= abs(high) * 1e-9:
        low, high = low - (abs(low) or 1) * 0.5, high + (abs(high) or 1) * 0.5
    raw = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(raw))
    # Steps that read well: 1, 2, 2.5 or 5 times a power of ten.
    step = next((factor * power for factor in (1, 2, 2.5, 5) if factor * power >= raw * 0.999), 10 * power)
    return Scale(math.floor(low / step) * step, math.ceil(high / step) * step, start, end, step)


def show(value: float) -> str:
    """Write a number shortly."""
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= limit:
            divisor = 1e3 if unit == "k" else limit
            return f"{value / divisor:.4g}{unit}"
    return f"{value:.4g}"


def _cartesian(plot: Plot) -> Iterator[str]:
    bars = [one for one in plot.series if one.kind == "bar"]
    stacked = _stacked(plot)
    values = [value for one in stacked for value in one.y if value is not None]
    # Bars and areas are read by their length, so they begin at zero; lines do where it is near.
    zero = bool(bars) or any(one.area for one in plot.series) or 0 <= min(values) <= max(values) / 2
    xs = [x for one in plot.series for x in one.x or ()]
    numeric = bool(xs) and not bars
    if plot.horizontal and not numeric:
        ends = scale(values, LEFT + 50, WIDTH - RIGHT, zero=zero)
        yield from _value_grid(ends, horizontal=True)
        yield from _bars(plot, stacked, ends, horizontal=True)
    else:
        ends = scale(values, HEIGHT - BOTTOM, TOP, zero=zero)
        yield from _value_grid(ends, horizontal=False)
        across = scale(xs, LEFT, WIDTH - RIGHT, zero=False) if numeric else None
        yield from _labels_below(plot, across)
        yield from _bars(plot, stacked, ends, horizontal=False)
        yield from _lines(plot, stacked, ends, across)
    yield from _names(plot)
    if len(plot.series) > 1:
        yield from _legend([one.name for one in plot.series])


def _stacked(plot: Plot) -> list[PlottedSeries]:
    """Series with the ones below added, where they stack."""
    sums: dict[str, list[float]] = {}
    found = []
    for one in plot.series:
        if one.stack is None:
            found.append(one)
            continue
        below = sums.setdefault(one.stack, [])
        below.extend([0.0] * (len(one.y) - len(below)))
        for index, value in enumerate(one.y):
            below[index] += value or 0.0
        found.append(attrs.evolve(one, y=[sum_ if v is not None else None for sum_, v in zip(below, one.y)]))  # noqa: B905 - below may be longer
    return found


def _value_grid(ends: Scale, *, horizontal: bool) -> Iterator[str]:
    for tick in ends.ticks():
        at = ends.at(tick)
        strong = ' stroke-opacity="0.6"' if abs(tick) < ends.step / 1e6 else ' stroke-opacity="0.15"'
        if horizontal:
            yield f'<line x1="{at}" x2="{at}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="currentColor"{strong}/>'
            yield f'<text x="{at}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{show(tick)}</text>'
        else:
            yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at}" y2="{at}" stroke="currentColor"{strong}/>'
            yield f'<text x="{LEFT - 7}" y="{at + 4}" text-anchor="end">{show(tick)}</text>'


def _labels_below(plot: Plot, across: Scale | None) -> Iterator[str]:
    y = HEIGHT - BOTTOM + 17
    if across is not None:
        for tick in across.ticks():
            yield f'<text x="{across.at(tick)}" y="{y}" text-anchor="middle">{show(tick)}</text>'
        return
    count = max(len(plot.labels), 1)
    width = (WIDTH - LEFT - RIGHT) / count
    longest = max((len(label) for label in plot.labels), default=1)
    # About seven pixels for a character: labels are left out rather than drawn over each other.
    every = max(1, math.ceil((min(longest, 14) * 7.0 + 10) / max(width, 0.01)))
    for index in range(0, len(plot.labels), every):
        x = round(LEFT + (index + 0.5) * width, 2)
        yield f'<text x="{x}" y="{y}" text-anchor="middle">{escape(_cut(plot.labels[index], 14))}</text>'


def _bars(plot: Plot, stacked: list[PlottedSeries], ends: Scale, *, horizontal: bool) -> Iterator[str]:
    drawn = [one for one in plot.series if horizontal or one.kind == "bar"]
    if not drawn:
        return
    # Series of one stack share a place; a NUL keeps the others' keys apart from names of stacks.
    groups = list(dict.fromkeys(one.stack or f"\0{number}" for number, one in enumerate(plot.series) if one in drawn))
    count = max(len(plot.labels), 1)
    room = (HEIGHT - TOP - BOTTOM if horizontal else WIDTH - LEFT - RIGHT) / count
    thick = round(min(room * 0.76 / len(groups), 60), 2)
    for number, (one, top) in enumerate(zip(plot.series, stacked, strict=True)):
        if one not in drawn:
            continue
        group = groups.index(one.stack or f"\0{number}")
        for index, (value, end) in enumerate(zip(one.y, top.y, strict=True)):
            if value is None or end is None or index >= count:
                continue
            offset = (TOP if horizontal else LEFT) + (index + 0.5) * room - thick * len(groups) / 2 + group * thick
            # From the top of what lies below in the stack.
            low, high = sorted((ends.at(end - value), ends.at(end)))
            box = (low, offset, high - low, thick) if horizontal else (offset, low, thick, high - low)
            yield _box(box, COLOURS[number % len(COLOURS)], f"{one.name}, {plot.labels[index]}: {value:g}")
    if horizontal:
        for index, label in enumerate(plot.labels):
            y = round(TOP + (index + 0.5) * room + 4, 2)
            yield f'<text x="{LEFT + 43}" y="{y}" text-anchor="end">{escape(_cut(label, 15))}</text>'


def _box(box: tuple[float, float, float, float], colour: str, says: str) -> str:
    x, y, width, height = (round(side, 2) for side in box)
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{colour}"><title>{escape(says)}</title></rect>'
    )


def _lines(plot: Plot, stacked: list[PlottedSeries], ends: Scale, across: Scale | None) -> Iterator[str]:
    width = (WIDTH - LEFT - RIGHT) / max(len(plot.labels), 1)
    for number, one in enumerate(stacked):
        if one.kind == "bar":
            continue
        colour = COLOURS[number % len(COLOURS)]
        dots: list[tuple[float, float] | None] = []
        for index, value in enumerate(one.y):
            x = LEFT + (index + 0.5) * width if across is None or one.x is None else across.at(one.x[index])
            dots.append(None if value is None else (round(x, 2), ends.at(value)))
        if one.kind == "line":
            yield from _path(dots, colour, ends.at(max(ends.low, min(0.0, ends.high))) if one.area else None)
        if one.kind == "scatter" or len(dots) <= 60:
            radius = 4 if one.kind == "scatter" else 2.6
            for index, dot in enumerate(dots):
                if dot is not None:
                    place = plot.labels[index] if index < len(plot.labels) else f"{(one.x or [index])[index]:g}"
                    says = escape(f"{one.name}, {place}: {plot.series[number].y[index]:g}")
                    yield (
                        f'<circle cx="{dot[0]}" cy="{dot[1]}" r="{radius}" fill="{colour}" fill-opacity="0.85">'
                        f"<title>{says}</title></circle>"
                    )


def _path(dots: list[tuple[float, float] | None], colour: str, floor: float | None) -> Iterator[str]:
    run: list[tuple[float, float]] = []
    # A gap ends a line, and so does the None at the end.
    for dot in [*dots, None]:
        if dot is not None:
            run.append(dot)
        elif run:
            points = " ".join(f"{x},{y}" for x, y in run)
            if floor is not None:
                area = f"{run[0][0]},{floor} {points} {run[-1][0]},{floor}"
                yield f'<polygon points="{area}" fill="{colour}" fill-opacity="0.22"/>'
            yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'
            run = []


def _pie(plot: Plot) -> Iterator[str]:
    one = plot.series[0]
    parts = [(label, value) for label, value in zip(plot.labels, one.y, strict=False) if value and value > 0]
    total = math.fsum(value for _, value in parts)
    if not total:
        return
    middle_x, middle_y, radius = WIDTH * 0.36, (HEIGHT + TOP) / 2 - 12, 132.0
    turned = 0.0
    for number, (label, value) in enumerate(parts):
        share = value / total
        yield _slice(
            (middle_x, middle_y, radius), (turned, share), COLOURS[number % len(COLOURS)], f"{label}: {value:g}"
        )
        turned += share
    for number, (label, value) in enumerate(parts[:14]):
        y = TOP + 24 + number * 20
        yield f'<rect x="{WIDTH - 230}" y="{y - 9}" width="10" height="10" fill="{COLOURS[number % len(COLOURS)]}"/>'
        yield f'<text x="{WIDTH - 214}" y="{y}">{escape(_cut(label, 20))} {value / total:.1%}</text>'


def _slice(circle: tuple[float, float, float], arc: tuple[float, float], colour: str, says: str) -> str:
    x, y, radius = circle
    turned, share = arc
    says = escape(says)
    # An SVG arc whose ends meet is not drawn (SVG 2, 9.5.1), so a whole pie is a circle.
    if share > 0.9999:
        return f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{colour}"><title>{says}</title></circle>'
    ends = []
    for part in (turned, turned + share):
        angle = 2 * math.pi * part
        ends.append(f"{x + radius * math.sin(angle):.2f},{y - radius * math.cos(angle):.2f}")
    large = 1 if share > 0.5 else 0
    return (
        f'<path d="M{x},{y} L{ends[0]} A{radius},{radius} 0 {large} 1 {ends[1]} Z" fill="{colour}" '
        f'stroke="#fff" stroke-width="1"><title>{says}</title></path>'
    )


def _names(plot: Plot) -> Iterator[str]:
    if plot.x_name:
        yield f'<text x="{WIDTH / 2}" y="{HEIGHT - 28}" text-anchor="middle">{escape(_cut(plot.x_name, 60))}</text>'
    if plot.y_name:
        yield f'<text x="{LEFT - 50}" y="{TOP - 12}">{escape(_cut(plot.y_name, 40))}</text>'


def _legend(names: list[str]) -> Iterator[str]:
    x = float(LEFT)
    for number, name in enumerate(names):
        shown = _cut(name, 22)
        if x + 20 + len(shown) * 7 > WIDTH:
            break
        yield f'<rect x="{x}" y="{HEIGHT - 19}" width="10" height="10" fill="{COLOURS[number % len(COLOURS)]}"/>'
        yield f'<text x="{x + 15}" y="{HEIGHT - 10}">{escape(shown)}</text>'
        x += 30 + len(shown) * 7


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
