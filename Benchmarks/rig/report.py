"""Results as text: tables for a terminal, and for a page in Markdown."""

from .syscalls import TOTAL

HEAD = ("requests/s", "CPU µs/request", "user + sys", "busy", "p50 µs", "p99 µs", "p99.9 µs",
        "p99.99 µs", "memory", "load busy", "spread")  # fmt: skip

# A share of requests that may be on their way when a run ends.
FEW = 0.01


def rows_of(found: dict, baseline: str) -> list[tuple[str, ...]]:
    """One row for each subject of a comparison's document, in the columns of HEAD after its name."""
    rows = []
    for name, entry in found["summary"].items():
        median, ratio = entry["median"], entry["ratio"]

        def cell(metric: str, form: str) -> str:
            if metric not in median:
                return "-"
            text = format(median[metric], form)
            if name == baseline or metric not in ratio:
                return text + " " * 7
            return f"{text} {ratio[metric]:5.2f}×"

        has_cpu = "cpu" in median
        rows.append((
            name, cell("rps", ",.0f"), cell("cpu", ".2f"),
            f"{median['user']:.2f} + {median['sys']:.2f}" if has_cpu else "-",
            f"{median['busy']:.0%}" if has_cpu else "-",
            cell("p50", ",.0f"), cell("p99", ",.0f"), cell("p99.9", ",.0f"),
            cell("p99.99", ",.0f"), megabytes(median.get("memory peak")),
            f"{median['load busy']:.0%}" if "load busy" in median else "-",
            f"{entry['spread']:.0%}",
        ))  # fmt: skip
    return rows


def megabytes(size: float | None) -> str:
    return "-" if size is None else f"{size / 2**20:.1f} MB"


def terminal(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Columns side by side, all but the first to the right."""
    rows = [head, *rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = []
    for row in rows:
        cells = [
            text.ljust(width) if column == 0 else text.rjust(width)
            for column, (text, width) in enumerate(zip(row, widths))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines) + "\n"


def markdown(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    lines += ["| " + " | ".join(" ".join(cell.split()) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def comparison_text(workload: str, found: dict, baseline: str) -> str:
    rows = [("  " + row[0], *row[1:]) for row in rows_of(found, baseline)]
    text = terminal((workload, *HEAD), rows)
    for line in remarks(found):
        text += f"  {line}\n"
    return text


def remarks(found: dict) -> list[str]:
    """What else is known: a line each."""
    lines = [f"{name}: {syscall_text(calls)}" for name, calls in found["system calls"].items()]
    lines += [f"{name}: {check['text']}" for name, check in found["histograms"].items()]
    lines += [
        f"{name} did not keep up: {entry['median']['unsent']:,.0f} requests were due and not sent"
        for name, entry in found["summary"].items()
        if entry["median"]["unsent"] > entry["median"]["requests"] * FEW
    ]
    return lines + [f"{name} left out: {why}" for name, why in found["left out"].items()]


def syscall_text(calls: dict[str, float]) -> str:
    named = ", ".join(f"{name} {n:.3f}" for name, n in calls.items() if name != TOTAL)
    return f"{calls.get(TOTAL, 0):.2f} system calls per request ({named})"


def memory_rows(memory: dict[str, dict[str, int]]) -> tuple[tuple[str, ...], list[tuple]]:
    """Subjects as columns: there are more kinds of clients than proxies."""
    kinds = list(dict.fromkeys(kind for found in memory.values() for kind in found))
    rows = [
        (kind, *(megabytes(found.get(kind)) for found in memory.values())) for kind in kinds
    ]
    return ("memory", *memory), rows
