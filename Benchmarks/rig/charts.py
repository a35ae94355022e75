"""Charts as SVG, written by hand: lines over a scale, and bars.

They adapt to light and dark pages, need no fonts or scripts, and every mark has a title that shows
its figure.
"""

import math
from dataclasses import dataclass, field
from html import escape

WIDTH = 760
# Colours that differ in hue and in lightness, for light and for dark pages.
COLOURS = {
    "martlet": ("#1d5fd1", "#6ea8fe"),
    "nutcracker": ("#d1580b", "#f79a4e"),
    "haproxy": ("#1a8754", "#4cc38a"),
    "direct": ("#77818c", "#9aa4af"),
}
OTHERS = [("#8a3ffc", "#be95ff"), ("#b8860b", "#e3b341"), ("#c2255c", "#f783ac")]
STYLE = """
svg {{ font: 13px system-ui, -apple-system, 'Segoe UI', sans-serif; }}
.page {{ fill: #ffffff; }} text {{ fill: #24292f; }} .faint {{ fill: #57606a; }}
.title {{ font-size: 16px; font-weight: 600; }} .grid {{ stroke: #d8dee4; }}
.axis {{ stroke: #57606a; }} .line {{ fill: none; stroke-width: 2.5; }}
.halo {{ fill: #57606a; stroke: #ffffff; stroke-width: 4; paint-order: stroke; }}
{light}
@media (prefers-color-scheme: dark) {{
.page {{ fill: #0d1117; }} text {{ fill: #e6edf3; }} .faint {{ fill: #9198a1; }}
.grid {{ stroke: #30363d; }} .axis {{ stroke: #9198a1; }}
.halo {{ fill: #9198a1; stroke: #0d1117; }}
{dark}
}}
"""


@dataclass
class Scale:
    """Numbers to places, linearly or by their logarithm."""

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool

    def place(self, value: float) -> float:
        low, high = self.low, self.high
        if self.logarithmic:
            value, low, high = (math.log10(max(v, 1e-9)) for v in (value, low, high))
        share = (value - low) / (high - low) if high > low else 0.5
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[float]:
        return decades(self.low, self.high) if self.logarithmic else steps(self.low, self.high)


def decades(low: float, high: float) -> list[float]:
    """1, 2 and 5 of each power of ten; only the powers where those would be too many."""
    found = []
    for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1):
        found += [digit * 10.0**power for digit in (1, 2, 5)]
    found = [tick for tick in found if low * 0.999 <= tick <= high * 1.001]
    if len(found) < 3:
        return steps(low, high)
    if len(found) > 8:
        return [tick for tick in found if f"{tick:e}"[0] == "1"]
    return found


def steps(low: float, high: float) -> list[float]:
    """About five round numbers."""
    rough = (high - low) / 5 or 1
    unit = 10 ** math.floor(math.log10(rough))
    step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= rough)
    first = math.ceil(low / step)
    return [step * n for n in range(first, math.floor(high / step + 1e-9) + 1)]


def plain(value: float) -> str:
    """A number as people write it: 0.5, 12, 1,000, 20k, 1.5M."""
    if value >= 1e6:
        return f"{value / 1e6:.4g}M"
    if value >= 1e4:
        return f"{value / 1e3:.4g}k"
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def size(value: float) -> str:
    """A number of bytes."""
    for unit, power in (("MB", 20), ("KB", 10)):
        if value >= 1 << power:
            return f"{value / (1 << power):.3g} {unit}"
    return f"{value:.0f} B"


@dataclass
class Chart:
    """What both kinds share: a title, a line below it, and series by name."""

    title: str
    subtitle: str
    names: list[str]
    height: int = 400
    parts: list[str] = field(default_factory=list)

    def colour(self, name: str) -> int:
        return self.names.index(name)

    def text(self, x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> None:
        kind = f' class="{kind}"' if kind else ""
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{kind}>{escape(words)}</text>'
        )

    def rule(self, x1: float, y1: float, x2: float, y2: float, kind: str) -> None:
        self.parts.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'
        )

    def head(self) -> None:
        """Title, subtitle, and the legend."""
        self.text(20, 28, self.title, "title")
        self.text(20, 48, self.subtitle, "faint")
        x = 20.0
        for number, name in enumerate(self.names):
            self.parts.append(f'<circle cx="{x + 6:.1f}" cy="67" r="5" class="fill{number}"/>')
            self.text(x + 17, 71.5, name)
            x += 38 + 7.3 * len(name)

    def svg(self) -> str:
        colours = []
        others = iter(OTHERS * len(self.names))
        for name in self.names:
            colours.append(COLOURS.get(name) or next(others))
        sheets = [
            "\n".join(
                f".fill{number} {{ fill: {pair[mode]}; }} .line{number} {{ stroke: {pair[mode]}; }}"
                for number, pair in enumerate(colours)
            )
            for mode in (0, 1)
        ]
        body = "\n".join(self.parts)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {self.height}" '
            f'width="{WIDTH}" height="{self.height}" role="img" '
            f'aria-label="{escape(self.title, quote=True)}">\n'
            f"<style>{STYLE.format(light=sheets[0], dark=sheets[1])}</style>\n"
            f'<rect class="page" width="{WIDTH}" height="{self.height}" rx="6"/>\n{body}\n</svg>\n'
        )


@dataclass
class Lines(Chart):
    """Points joined by lines. Both axes may be logarithmic; `places` names places instead of
    numbers on the horizontal one."""

    x_label: str = ""
    logarithmic_x: bool = True
    logarithmic_y: bool = True
    places: list[str] | None = None
    x_text: object = plain
    y_text: object = plain

    def draw(self, series: dict[str, list[tuple[float, float]]]) -> str:
        points = [point for line in series.values() for point in line]
        x, y = self.scales(points)
        self.head()
        self.axes(x, y, sorted({px for px, _ in points}))
        for name, line in series.items():
            self.line(name, line, x, y)
        return self.svg()

    def scales(self, points: list[tuple[float, float]]) -> tuple[Scale, Scale]:
        left, right, top, bottom = 70, WIDTH - 30, 96, self.height - 56
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        low = min(ys) / 1.3 if self.logarithmic_y else 0.0
        x = Scale(min(xs), max(xs), left + 14, right - 14, self.logarithmic_x and not self.places)
        return x, Scale(low, max(ys) * 1.15, bottom, top, self.logarithmic_y)

    def axes(self, x: Scale, y: Scale, measured: list[float]) -> None:
        left, right, bottom = x.start - 14, x.end + 14, y.start
        for tick in y.ticks():
            self.rule(left, y.place(tick), right, y.place(tick), "grid")
            self.text(left - 8, y.place(tick) + 4, self.y_text(tick), "faint", "end")
        self.rule(left, bottom, right, bottom, "axis")
        last = -math.inf
        for value in measured:
            place = x.place(value)
            # What was measured is marked, as far as there is room.
            if place - last > 34:
                label = self.places[int(value)] if self.places else self.x_text(value)
                self.rule(place, bottom, place, bottom + 5, "axis")
                self.text(place, bottom + 20, label, "faint", "middle")
                last = place
        self.text((left + right) / 2, self.height - 14, self.x_label, "faint", "middle")

    def line(self, name: str, line: list[tuple[float, float]], x: Scale, y: Scale) -> None:
        number = self.colour(name)
        path = " ".join(f"{x.place(a):.1f},{y.place(b):.1f}" for a, b in line)
        self.parts.append(f'<polyline points="{path}" class="line line{number}"/>')
        for a, b in line:
            where = self.places[int(a)] if self.places else self.x_text(a)
            self.parts.append(
                f'<circle cx="{x.place(a):.1f}" cy="{y.place(b):.1f}" r="4" class="fill{number}">'
                f"<title>{escape(f'{name}, {where}: {self.y_text(b)}')}</title></circle>"
            )


@dataclass
class Bars(Chart):
    """Groups of horizontal bars, one group below the other."""

    reference: float | None = None
    bar_text: object = plain

    BAR = 13
    GAP = 12
    LEFT = 220

    def draw(self, groups: dict[str, dict[str, float]]) -> str:
        top = 92
        tall = sum(len(bars) * self.BAR + self.GAP for bars in groups.values())
        self.height = top + tall + 16
        self.head()
        highest = max(value for bars in groups.values() for value in bars.values())
        scale = Scale(0, max(highest, self.reference or 0) * 1.1, self.LEFT, WIDTH - 70, False)
        if self.reference is not None:
            place = scale.place(self.reference)
            self.rule(place, top - 6, place, top + tall - self.GAP + 4, "axis")
        y = float(top)
        for group, bars in groups.items():
            middle = y + len(bars) * self.BAR / 2 + 4
            self.text(self.LEFT - 10, middle, group, anchor="end")
            for name, value in bars.items():
                self.bar(name, group, value, y, scale)
                y += self.BAR
            y += self.GAP
        return self.svg()

    def bar(self, name: str, group: str, value: float, y: float, scale: Scale) -> None:
        length = max(1.0, scale.place(value) - scale.start)
        self.parts.append(
            f'<rect x="{scale.start}" y="{y:.1f}" width="{length:.1f}" height="{self.BAR - 2}" '
            f'rx="2" class="fill{self.colour(name)}">'
            f"<title>{escape(f'{name}, {group}: {self.bar_text(value)}')}</title></rect>"
        )
        label = self.bar_text(value)
        self.text(scale.start + length + 6, y + self.BAR - 3, label, "halo")
