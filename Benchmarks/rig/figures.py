"""The charts of a document of results, and the page that shows them.

Everything is read from the document alone, so that old results can be drawn again.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from . import report
from .charts import Bars, Lines, plain, size
from .groups import GROUPS
from .workload import Workload, short

Points = dict[str, list[tuple[float, float]]]


@dataclass
class Figure:
    """A chart that has been drawn: its file, and a sentence that explains it."""

    file: str
    title: str
    caption: str


@dataclass(frozen=True)
class Curve:
    """A chart of one metric over one property of the workloads that begin alike."""

    file: str
    title: str
    subtitle: str
    x_label: str
    caption: str
    # The property, and which workloads take part.
    property: str
    chosen: Callable[[Workload], bool]
    metric: str = "cpu"
    # What each figure is divided by.
    per: str | None = None
    x_text: Callable[[float], str] = plain
    y_text: Callable[[float], str] = plain


def is_like(text: str, *free: str) -> Callable[[Workload], bool]:
    """Whether a workload is the given one but for the named properties."""
    model = Workload.parse(text)

    def chosen(workload: Workload) -> bool:
        return all(
            getattr(workload, name) == getattr(model, name)
            for name in model.__dataclass_fields__
            if name not in free
        )

    return chosen


CURVES = (
    Curve(
        "pipeline.svg", "Throughput by pipeline", "Redis GET, requests/s with one worker, before"
        " servers that cost next to nothing", "requests in a pipeline",
        "What a proxy saves when requests come together: each turn of its loop reads and sends"
        " once, whatever there is.",
        "pipeline", is_like("redis-get:mock", "pipeline"), metric="rps",
    ),
    Curve(
        "pipeline-cpu.svg", "CPU by pipeline", "Redis GET, µs of the proxy's CPU per request",
        "requests in a pipeline",
        "The same before real servers, as the cost of a request: mostly system calls at 1, mostly"
        " parsing and copying at 128.",
        "pipeline", is_like("redis-get", "pipeline"),
    ),
    Curve(
        "values.svg", "CPU by size of value", "Redis GET, µs of the proxy's CPU per request",
        "bytes in a value",
        "Up to some KB the request itself is what costs, beyond it the kernel's copying of bytes"
        " does, which no proxy can save.",
        "value", is_like("redis-get", "value"), x_text=size,
    ),
    Curve(
        "servers.svg", "CPU by number of servers", "Redis GET, 100 clients, µs of the proxy's CPU"
        " per request", "servers",
        "The same requests spread over more connections: fewer of them share a send and a read,"
        " so each costs more, but no more than if it had both for itself.",
        "servers", is_like("redis-get:mock", "servers"),
    ),
    Curve(
        "clients.svg", "CPU by number of clients", "Redis GET, 4 servers, µs of the proxy's CPU"
        " per request", "clients",
        "A single client's request pays for whole turns of the event loop; from tens of clients on"
        " they are shared. With thousands what they keep in memory no longer fits the caches.",
        "clients", is_like("redis-get:mock", "clients"),
    ),
    Curve(
        "keys.svg", "CPU per key by keys in an MGET", "4 servers, 10 clients, µs of the proxy's CPU"
        " per key", "keys in one request",
        "A flat line is linear growth. A request has a price of its own, so keys get cheaper with"
        " company.",
        "multiple", is_like("redis-mget10:c=10", "multiple"), per="multiple",
    ),
    Curve(
        "keys-latency.svg", "Latency by keys in an MGET", "4 servers, 10 clients, 99th percentile"
        " in µs", "keys in one request",
        "How long the slowest of 100 such requests takes, while nine more are under way.",
        "multiple", is_like("redis-mget10:c=10", "multiple"), metric="p99",
    ),
    Curve(
        "stall.svg", "Latency beside an MGET of many keys", "Redis GET, 2,000 a second, while one"
        " more client asks for many keys at once; 99th percentile in µs",
        "keys in the neighbour's requests",
        "How long everybody else waits for a client with large requests: a proxy that splits or"
        " merges them in one go makes all others wait for it.",
        "neighbour", is_like("redis-get:R=2000,c=20,m=1", "neighbour"), metric="p99",
    ),
    Curve(
        "pools.svg", "CPU by number of pools", "Redis GET, 1,000 clients spread over the pools, 4"
        " servers in each, µs of the proxy's CPU per request", "pools",
        "Each pool has connections of its own, so the same requests share fewer sends and reads.",
        "pools", is_like("redis-get:c=1000,mock", "pools"),
    ),
    Curve(
        "pools-start.svg", "Start by number of pools", "ms from the start to the first reply, with"
        " connections to 4 servers in each pool", "pools",
        "Reading the file, listening, and one connection to each server of each pool.",
        "pools", is_like("redis-get:c=1000,mock", "pools"), metric="start",
    ),
    Curve(
        "pools-memory.svg", "Memory by number of pools", "resident before the clients come",
        "pools", "What a pool with its four servers costs that nobody uses.",
        "pools", is_like("redis-get:c=1000,mock", "pools"), metric="memory idle", y_text=size,
    ),
)  # fmt: skip


def draw(document: dict, directory: Path) -> list[Figure]:
    """Draws every chart for which there are figures."""
    directory.mkdir(parents=True, exist_ok=True)
    makers = [draw_ratios, draw_latency, *(lambda d, c=c: draw_curve(c, d) for c in CURVES)]
    drawn = []
    for make in [*makers, draw_memory]:
        made = make(document)
        if made:
            figure, svg = made
            (directory / figure.file).write_text(svg)
            drawn.append(figure)
    return drawn


def summaries(document: dict) -> list[tuple[Workload, dict]]:
    return [
        (Workload.parse(name), entry["summary"]) for name, entry in document["workloads"].items()
    ]


def names_in(document: dict, used) -> list[str]:
    """The subjects that are used, in their order."""
    return [name for name in document["subjects"] if name in used]


# ---- Curves ----------------------------------------------------------------------------------


def draw_curve(curve: Curve, document: dict) -> tuple[Figure, str] | None:
    series: Points = {}
    for workload, summary in summaries(document):
        if not curve.chosen(workload):
            continue
        for name, entry in summary.items():
            value = entry["median"].get(curve.metric)
            if value:
                share = getattr(workload, curve.per) if curve.per else 1
                point = (getattr(workload, curve.property), value / share)
                series.setdefault(name, []).append(point)
    series = {name: sorted(points) for name, points in series.items() if len(points) > 1}
    if not series:
        return None
    names = names_in(document, series)
    chart = Lines(curve.title, curve.subtitle, names, x_label=curve.x_label,
                  x_text=curve.x_text, y_text=curve.y_text)  # fmt: skip
    caption = f"{curve.caption} {growth(curve, {name: series[name] for name in names})}"
    return Figure(curve.file, curve.title, caption), chart.draw(series)


def growth(curve: Curve, series: Points) -> str:
    """By how much the figure changes from one end to the other."""
    first = min(line[0][0] for line in series.values())
    last = max(line[-1][0] for line in series.values())
    changes = [
        f"{name} {line[-1][1] / line[0][1]:.2f}×"
        + ("" if line[-1][0] == last else f" (up to {curve.x_text(line[-1][0])})")
        for name, line in series.items()
    ]
    ends = f"from {curve.x_text(first)} to {curve.x_text(last)}"
    return f"{ends[0].upper()}{ends[1:]}: {', '.join(changes)}."


# ---- Others ----------------------------------------------------------------------------------


def draw_ratios(document: dict) -> tuple[Figure, str] | None:
    """CPU per request of the main workloads, against the baseline."""
    baseline = document["baseline"]
    bars = {}
    for name in document["groups"].get("table", []):
        summary = document["workloads"].get(name, {}).get("summary", {})
        ratios = {
            subject: entry["ratio"]["cpu"]
            for subject, entry in summary.items()
            if subject != baseline and "cpu" in entry["ratio"]
        }
        if ratios:
            bars[describe(Workload.parse(name))] = ratios
    if not bars:
        return None
    names = names_in(document, {subject for ratios in bars.values() for subject in ratios})
    chart = Bars("CPU per request", f"against {baseline}, which is 1; shorter is better",
                 names, reference=1.0, bar_text=lambda value: f"{value:.2f}")  # fmt: skip
    caption = (
        "What a request costs the proxy's CPU. haproxy only passes bytes between one client and"
        " one server, and sees no requests in them."
    )
    return Figure("cpu.svg", "CPU per request", caption), chart.draw(bars)


def describe(workload: Workload) -> str:
    """A workload of the table in words."""
    name = workload.operation.upper() if workload.store == "redis" else workload.operation
    if workload.operation == "mget":
        name = f"MGET {workload.multiple}" if workload.store == "redis" else (
            f"get {workload.multiple} keys"
        )
    store = "Redis" if workload.store == "redis" else "memcached"
    extras = []
    if workload.pipeline > 1:
        extras.append(f"pipeline {workload.pipeline}")
    if workload.value != 400:
        extras.append(f"{short(workload.value)}B")
    if workload.reconnect:
        extras.append("new connection")
    return ", ".join([f"{store} {name}", *extras])


def draw_latency(document: dict) -> tuple[Figure, str] | None:
    places = ["p50", "p99", "p99.9", "p99.99"]
    entry = next((e for n, e in document["workloads"].items() if n.startswith("redis-get:R")), None)
    if not entry or not entry["summary"]:
        return None
    series = {
        name: [(index, each["median"][place]) for index, place in enumerate(places)]
        for name, each in entry["summary"].items()
    }
    rate = max(each["median"]["rps"] for each in entry["summary"].values())
    title = f"Latency at {plain(round(rate, -3))} requests a second"
    chart = Lines(title, "Redis GET, 100 clients, requests at random moments; µs from when a"
                  " request was due", names_in(document, series), x_label="percentile",
                  places=places)  # fmt: skip
    caption = (
        "All that a client waits for, the server included, at the same rate for everybody."
        " A request that is late because others were slow counts as late."
    )
    return Figure("latency.svg", title, caption), chart.draw(series)


def draw_memory(document: dict) -> tuple[Figure, str] | None:
    memory = document["memory"]
    if not any(memory.values()):
        return None
    names = names_in(document, memory)
    kinds = list(dict.fromkeys(kind for name in names for kind in memory[name]))
    bars = {
        kind: {name: memory[name][kind] for name in names if kind in memory[name]}
        for kind in kinds
    }
    chart = Bars("Memory", "resident; busy clients at the highest, 2 s after clients have left",
                 names, bar_text=size)  # fmt: skip
    caption = "What clients cost, and what is left of it when they have gone."
    return Figure("memory.svg", "Memory", caption), chart.draw(bars)


# ---- The page --------------------------------------------------------------------------------


def page(document: dict, figures: list[Figure]) -> str:
    """All results in Markdown."""
    machine = document["machine"]
    versions = ", ".join(
        text if text.startswith(name) else f"{name} ({text})"
        for name, text in document["subjects"].items()
    )
    text = (
        "# Results\n\n"
        f"Measured on {document['when']} by `make bench`: "
        f"{machine['processor']}, {machine['cores']} cores, Linux {machine['kernel']}. "
        f"{versions}. Medians of alternating runs of {document['seconds']:g} s, "
        f"{document['minutes']:g} minutes in all; "
        f"`×` is the ratio to {document['baseline']} in the same round. "
        "[How it is measured](../README.md); all figures are in [results.json](results.json).\n"
    )
    for figure in figures:
        text += f"\n## {figure.title}\n\n{figure.caption}\n\n![{figure.title}]({figure.file})\n"
    for name, workloads in document["groups"].items():
        group = GROUPS[name]
        text += f"\n## {group.title}: figures\n\n{group.question}\n"
        for workload in workloads:
            text += section(workload, document)
    if document["memory"]:
        rows = report.memory_rows(document["memory"])
        text += "\n## Memory: figures\n\n" + report.markdown(*rows)
    return text


def section(workload: str, document: dict) -> str:
    """A workload's table, and what else is known of it."""
    found = document["workloads"][workload]
    rows = report.rows_of(found, document["baseline"])
    text = "\n" + report.markdown((f"`{workload}`", *report.HEAD), rows) if rows else ""
    lines = report.remarks(found)
    return text + ("\n" + "\n".join(f"- {line}" for line in lines) + "\n" if lines else "")
