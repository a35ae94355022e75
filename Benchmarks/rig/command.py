"""The command line."""

import argparse
import json
import os
import re
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from . import figures, groups, histograms, memory, report, syscalls
from .comparison import Comparison
from .failure import Failed
from .load import Load
from .machine import Machine
from .ports import Ports
from .processes import Processes
from .servers import ServerSets
from .subjects import Proxy, parse_subjects
from .workload import Workload

HERE = Path(__file__).resolve().parent.parent
RESULTS = HERE / "Results"
BASELINE = "nutcracker"
EXAMPLES = """Compares caching proxies side by side on this machine. README.md here explains the method.

  Benchmarks/bench                                   the main workloads, through all proxies
  Benchmarks/bench --quick                           fewer and shorter rounds: a first impression
  Benchmarks/bench --group pipeline,growth           other lists of workloads; --list shows them
  Benchmarks/bench --workloads redis-get redis-set:P=16,d=4K
  Benchmarks/bench --subjects old=PATH,new=PATH      two builds, ratios to the first
  Benchmarks/bench --all --publish                   everything; tables and charts in Results/

A workload is STORE-OPERATION[:OPTION=VALUE,...]: redis or memcached; get, set or mgetN (N keys).
Options: P requests in a pipeline, c clients, d bytes of a value, n servers, k keys, K bytes of a
key, R requests per second (open loop), w workers, p pools, x=1 a connection for each request, m
keys that one more client asks for at once meanwhile, b clients that block or listen meanwhile, mock
servers that cost next to nothing, D µs that these take to reply, q % of a core for each of the
proxy's threads. Numbers may end in K or M."""


class Bench:
    """What all measurements need; it lasts as long as the command."""

    def __init__(self, options: argparse.Namespace, directory: Path, processes: Processes):
        self.options = options
        self.directory = directory
        self.processes = processes
        self.machine = Machine()
        self.ports = Ports()
        self.load = Load(self)
        self.servers = ServerSets(self)
        self.began = time.monotonic()

    def note(self, text: str) -> None:
        """Progress, on a terminal only; replaced by the next one."""
        if sys.stderr.isatty():
            elapsed = int(time.monotonic() - self.began)
            print(f"\r\x1b[K{elapsed // 60}:{elapsed % 60:02} {text}", end="", file=sys.stderr,
                  flush=True)  # fmt: skip

    def logs(self) -> str:
        """The ends of what everybody has logged."""
        tails = []
        for path in sorted(self.directory.glob("*.log")):
            text = path.read_text(errors="replace")[-500:].strip()
            if text:
                tails.append(f"{path.name}: {text}")
        return "\n".join(tails)


class Session:
    """The measurements of one command, and the document that they become."""

    def __init__(self, bench: Bench, subjects: list):
        self.bench = bench
        self.subjects = subjects
        names = [subject.name for subject in subjects]
        self.baseline = BASELINE if BASELINE in names else names[0]
        self.comparisons: dict[str, Comparison] = {}
        self.groups: dict[str, list[str]] = {}
        self.memory: dict[str, dict[str, int]] = {}
        self.counting = syscalls.counter(bench) if bench.options.syscalls else None

    def measure_group(self, name: str) -> None:
        if name == groups.MEMORY:
            self.measure_memory()
            return
        group = groups.GROUPS[name]
        print(f"## {group.title}\n\n{group.question}\n")
        chosen = [subject for subject in self.subjects if subject.kind in group.kinds]
        workloads = groups.workloads_of(group)
        self.groups[name] = [str(workload) for workload in workloads]
        rounds = self.bench.options.rounds or group.rounds
        for workload in workloads:
            self.measure(workload, chosen, rounds, group.syscalls)

    def measure(self, workload: Workload, subjects: list, rounds: int, counted: bool) -> None:
        """Measures, prints and keeps a workload, unless another group has had it."""
        comparison = self.comparisons.get(str(workload))
        if not comparison:
            comparison = Comparison(workload, self.baseline)
            comparison.run(self.bench, subjects, rounds)
            self.look_closer(comparison, subjects, counted)
            self.comparisons[str(workload)] = comparison
            self.save()
        self.bench.note("")
        print(report.comparison_text(str(workload), comparison.document(), self.baseline),
              flush=True)  # fmt: skip
        if comparison.failed:
            print(self.bench.logs(), file=sys.stderr)

    def look_closer(self, comparison: Comparison, subjects: list, counted: bool) -> None:
        """System calls and the proxies' own histograms, on runs of their own."""
        workload = comparison.workload
        servers = self.bench.servers.serving(workload)
        for subject in subjects:
            if subject.name not in comparison.rounds or not isinstance(subject, Proxy):
                continue
            if workload.neighbour:
                continue
            try:
                if counted and self.counting:
                    self.bench.note(f"{workload}: system calls, {subject.name}")
                    comparison.syscalls[subject.name] = syscalls.count(
                        self.bench, self.counting, subject, workload, servers
                    )
                if workload.rate:
                    check = histograms.check(self.bench, subject, workload, servers)
                    if check:
                        comparison.histograms[subject.name] = check
            except Failed as failure:
                comparison.give_up(subject.name, str(failure))

    def measure_memory(self) -> None:
        print("## Memory\n\nWhat do clients cost, and is it returned?\n")
        for subject in self.subjects:
            if isinstance(subject, Proxy):
                self.memory[subject.name] = memory.measure_memory(self.bench, subject)
        self.bench.note("")
        print(report.terminal(*report.memory_rows(self.memory)), flush=True)
        self.save()

    @property
    def has_failed(self) -> bool:
        return any(comparison.failed for comparison in self.comparisons.values())

    def document(self) -> dict:
        options = self.bench.options
        return {
            "when": time.strftime("%Y-%m-%d %H:%M"),
            "machine": self.bench.machine.describe(),
            "subjects": {subject.name: subject.version() for subject in self.subjects},
            "baseline": self.baseline,
            "seconds": options.seconds,
            "minutes": round((time.monotonic() - self.bench.began) / 60, 1),
            "system calls by": self.counting.name if self.counting else None,
            "groups": self.groups,
            "workloads": {
                name: comparison.document() for name, comparison in self.comparisons.items()
            },
            "memory": self.memory,
        }

    def save(self) -> None:
        """After every workload: what has been measured survives an interruption."""
        if self.bench.options.json:
            self.bench.options.json.write_text(written(self.document()))


def written(document: dict) -> str:
    """The document as JSON, with six digits of each figure, and a line for each list of them."""
    text = json.dumps(shortened(document), indent=1, ensure_ascii=False)
    text = re.sub(r"\[\s+([-+\d.e,\s]+?)\s+\]", lambda m: f"[{' '.join(m[1].split())}]", text)
    return text + "\n"


def shortened(value):
    if isinstance(value, dict):
        return {key: shortened(each) for key, each in value.items()}
    if isinstance(value, list):
        return [shortened(each) for each in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value


def publish(document: dict, options: argparse.Namespace) -> None:
    """Charts, and a page that shows them and all tables, as far as options want them."""
    if options.plots:
        drawn = figures.draw(document, options.plots)
        if options.publish:
            (options.plots / "README.md").write_text(figures.page(document, drawn))


def parse_options() -> argparse.Namespace:
    martlet = os.environ.get("MARTLET") or HERE.parent / ".build" / "release" / "martlet"
    parser = argparse.ArgumentParser(
        description=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--group", default="", help="lists of workloads, comma-separated: "
        + ", ".join(groups.NAMES) + " (default: table)")  # fmt: skip
    add("--workloads", nargs="+", default=[], metavar="WORKLOAD", help="single ones, or more")
    add("--all", action="store_true", help="all lists")
    add("--list", action="store_true", help="show the lists and end")
    add("--subjects", default=f"{BASELINE},martlet={martlet},haproxy,direct",
        help="NAME=BINARY or NAME, comma-separated; ratios are to nutcracker, or else the first; "
        "'direct' is no proxy, 'haproxy…' passes bytes on (default: %(default)s)")  # fmt: skip
    add("--rounds", type=int, help="default 9 for table and rate, 3 for other lists, 2 with --quick")
    add("--seconds", type=float, help="of each run; default 0.5, with --quick 0.3")
    add("--warmup", type=float, default=0.2, help="seconds (default %(default)s)")
    add("--quick", action="store_true", help="fewer and shorter rounds")
    add("--no-syscalls", dest="syscalls", action="store_false", help="do not count them")
    add("--json", type=Path, metavar="FILE", help="write all results there")
    add("--plots", type=Path, metavar="DIRECTORY", help="draw charts there (SVG)")
    add("--publish", action="store_true", help=f"results, charts and a page, in {RESULTS}")
    add("--draw", type=Path, metavar="FILE", help="measure nothing, draw the results in FILE")
    return complete(parser.parse_args(), parser)


def complete(options: argparse.Namespace, parser: argparse.ArgumentParser) -> argparse.Namespace:
    """Fills in what depends on other options."""
    if options.quick:
        options.rounds = options.rounds or 2
    options.seconds = options.seconds or (0.3 if options.quick else 0.5)
    options.groups = list(groups.NAMES) if options.all else options.group.split(",")
    options.groups = [name for name in options.groups if name]
    if not options.groups and not options.workloads:
        options.groups = ["table"]
    for name in options.groups:
        if name not in groups.NAMES:
            parser.error(f"no group {name}; there are {', '.join(groups.NAMES)}")
    if options.publish:
        options.plots = options.plots or RESULTS
        options.json = options.json or options.plots / "results.json"
        options.plots.mkdir(parents=True, exist_ok=True)
    if options.draw and not options.plots:
        parser.error("--draw needs --plots DIRECTORY or --publish")
    return options


def show_lists() -> None:
    for name, group in groups.GROUPS.items():
        print(f"{name}: {group.question}\n  {' '.join(group.workloads)}\n")
    print(f"{groups.MEMORY}: What do clients cost, and is it returned?")


def run(options: argparse.Namespace) -> int:
    workloads = [Workload.parse(text) for text in options.workloads]
    subjects = parse_subjects(options.subjects)
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        processes = Processes(directory)
        stack.callback(processes.stop_all)
        bench = Bench(options, directory, processes)
        session = Session(bench, subjects)
        introduce(session)
        try:
            for name in options.groups:
                session.measure_group(name)
            for workload in workloads:
                session.measure(workload, subjects, options.rounds or 5, counted=True)
        except Failed:
            print(bench.logs(), file=sys.stderr)
            raise
        session.save()
        publish(session.document(), options)
        return 1 if session.has_failed else 0


def introduce(session: Session) -> None:
    machine, options = session.bench.machine, session.bench.options
    facts = machine.describe()
    pinned = "the proxy alone on the first" if machine.is_pinned(1) else "nothing pinned"
    print(f"{facts['processor']}, {facts['cores']} cores, {pinned}; Linux {facts['kernel']}; "
          f"runs of {options.seconds:g} s; ratios to {session.baseline} in the same round\n")  # fmt: skip


def main() -> None:
    # A termination unwinds like Ctrl-C, so that everything started is stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    options = parse_options()
    try:
        if options.list:
            show_lists()
        elif options.draw:
            publish(json.loads(options.draw.read_text()), options)
        else:
            sys.exit(run(options))
    except Failed as failure:
        sys.exit(f"bench: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
