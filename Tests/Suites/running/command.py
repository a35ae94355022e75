"""The command line."""

import argparse
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import redis_py, redis_unit, sources
from .exceptions import Exceptions
from .failure import Failed
from .outcome import Outcome
from .verdict import Verdict, stale_lines

HERE = Path(__file__).resolve().parent.parent
SUITES = ("redis", "redis-py")
TEXT = """Runs the unit part of Redis' own tests, and redis-py's tests, through Martlet before one
redis-server, and compares with the tables of exceptions here.

A test that fails, has no line in the table, fails again at a second try and passes without Martlet
is a failure; so is a line of the table whose test passes. The sources are fetched into the user's
cache at the first run."""


class Suite:
    """One suite's jobs, and what comes of them."""

    def __init__(self, name: str, options: argparse.Namespace):
        self.name = name
        self.options = options
        self.exceptions = Exceptions.read(HERE / f"exceptions-{name}.txt")
        if name == "redis":
            jobs = redis_unit.units(sources.redis(), options.quick)
        else:
            jobs = redis_py.jobs(*sources.redis_py(), options.quick)
        self.jobs = [job for job in jobs if all(word in job.label for word in options.only)]
        self.is_whole = not options.quick and not options.only

    def run(self) -> Verdict:
        through = self.run_all(self.jobs, self.options.martlet, "through")
        direct = self.run_all(self.jobs, None, "directly") if self.options.direct else None
        verdict = Verdict()
        for job, outcome in zip(self.jobs, through, strict=True):
            verdict.passed += len(outcome.passed)
            for test in outcome.failed:
                if allowance := self.exceptions.find(test):
                    verdict.excepted[f"{test} ({job.label})"] = allowance
        self.judge(through, direct, verdict)
        stale = stale_lines(self.exceptions, through)
        verdict.stale = {
            line: why for line, why in stale.items() if self.is_whole or why.startswith("passes")
        }
        if direct:
            self.compare(through, direct, verdict)
        return verdict

    def judge(self, through: list[Outcome], direct: list[Outcome] | None, verdict: Verdict) -> None:
        """Gives what failed without an excuse a second try, and a third one without Martlet."""
        suspects = {
            number: unexcused
            for number, outcome in enumerate(through)
            if (unexcused := {test: why for test, why in outcome.failed.items()
                              if not self.exceptions.find(test)})
        }  # fmt: skip
        again = self.run_again(suspects, self.options.martlet, "again")
        steady = {}
        for number, tests in suspects.items():
            left = {test: again[number].failed.get(test, why) for test, why in tests.items()
                    if not again[number].redeems(test)}  # fmt: skip
            verdict.unsteady |= tests.keys() - left.keys()
            verdict.passed += len(tests) - len(left)
            if left:
                steady[number] = left
        without = (
            self.run_again(steady, None, "directly")
            if direct is None
            else {number: direct[number] for number in steady}
        )
        for number, tests in steady.items():
            for test, why in tests.items():
                kind = verdict.foreign if test in without[number].failed else verdict.failed
                kind[f"{test} ({self.jobs[number].label})"] = why

    def run_again(
        self, tests: dict[int, dict], martlet: Path | None, way: str
    ) -> dict[int, Outcome]:
        """The same jobs, by number, once more; with these tests only, if that is possible."""
        jobs = [self.jobs[number].again(set(chosen)) for number, chosen in tests.items()]
        return dict(zip(tests, self.run_all(jobs, martlet, way), strict=True))

    def compare(self, through: list[Outcome], direct: list[Outcome], verdict: Verdict) -> None:
        """Finds the tests that ran without Martlet only."""
        for job, mine, other in zip(self.jobs, through, direct, strict=True):
            for test in other.passed - mine.passed - mine.failed.keys():
                line = self.exceptions.find(test)
                if test in mine.ignored or (line and not line.runs):
                    verdict.skipped += 1
                else:
                    verdict.missing.add(f"{test} ({job.label})")

    def run_all(self, jobs: list, martlet: Path | None, way: str) -> list[Outcome]:
        def run(job) -> Outcome:
            began = time.monotonic()
            outcome = job.run(martlet, self.exceptions)
            seconds = time.monotonic() - began
            print(f"  {job.label}, {way}: {len(outcome.passed)} passed, "
                  f"{len(outcome.failed)} not, {seconds:.0f} s", flush=True)  # fmt: skip
            return outcome

        with ThreadPoolExecutor(self.options.jobs) as pool:
            return list(pool.map(run, jobs))


def show(verdict: Verdict) -> None:
    for title, tests in (
        ("failed", verdict.failed),
        ("failed without Martlet, too", verdict.foreign),
        ("passed at a second try", dict.fromkeys(sorted(verdict.unsteady), "")),
        ("ran without Martlet only", dict.fromkeys(sorted(verdict.missing), "")),
        ("stale", {line.test: why for line, why in verdict.stale.items()}),
    ):
        for test, why in tests.items():
            print(f"  {title}: {test}" + (f"\n    {why.strip()}" if why else ""))


def parse_options() -> argparse.Namespace:
    martlet = os.environ.get("MARTLET") or HERE.parent.parent / ".build/debug/martlet"
    parser = argparse.ArgumentParser(
        description=TEXT, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("suites", nargs="*", choices=[*SUITES, []], help="default: all")
    add("--quick", action="store_true", help="without what takes long")
    add("--direct", action="store_true", help="run everything without Martlet, too, and compare")
    add("--only", action="append", default=[], metavar="WORD", help="jobs whose names have it")
    add("--jobs", type=int, default=os.cpu_count(), help="at once (default %(default)s)")
    add("--martlet", type=Path, default=martlet, help="default %(default)s")
    return parser.parse_args()


def main() -> None:
    # A termination unwinds like Ctrl-C, so that everything started is stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    options = parse_options()
    options.martlet = Path(options.martlet).absolute()
    is_good = True
    try:
        for name in options.suites or SUITES:
            print(name, flush=True)
            verdict = Suite(name, options).run()
            show(verdict)
            print(f"{name}: {verdict}", flush=True)
            is_good = is_good and verdict.is_good
    except Failed as failure:
        sys.exit(f"suites: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(0 if is_good else 1)
