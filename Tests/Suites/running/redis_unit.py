"""The unit part of Redis' own tests, in the mode for a server that runs already."""

import itertools
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .exceptions import Exceptions
from .outcome import UNFINISHED, Outcome
from .stand import Stand

# On a busy machine some take a minute; a test that takes longer than this waits for what will not
# come.
SILENCE = 240
# The longest unit takes one minute on an idle machine.
LIMIT = 1800

# The suite looks for ports below such a number, which are free 10,000 higher as well.
BASE_PORTS = itertools.cycle(range(12_000 + os.getpid() % 64 * 64, 20_000, 64))

# Units of more than ten seconds, left out of the quick run.
SLOW = {"unit/dump", "unit/type/list", "unit/type/list-3", "unit/type/set", "unit/type/stream",
        "unit/type/zset", "unit/expire", "unit/geo", "unit/hyperloglog", "unit/latency-monitor",
        "unit/sort", "unit/type/string"}  # fmt: skip

PASSED = re.compile(r"^\[ok\]: (.*) \(\d+ ms\)$", re.MULTILINE)
ASTRAY = re.compile(r"^\[err\]: (?!.* in tests/\S+\.tcl$)(.*)", re.MULTILINE)
IGNORED = re.compile(r"^\[ignore\]: (.*): Tag: \S+ denied$", re.MULTILINE)
FAILED = re.compile(r"^\[err\]: (.*?) in tests/\S+\.tcl\n(.*)", re.MULTILINE)
STUCK = re.compile(r"^\S+ => \((?:IN PROGRESS|ERR)\) (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class RedisUnit:
    """A file of tests; the tests are named `unit/scan: SCAN TYPE`."""

    source: Path
    name: str

    @property
    def label(self) -> str:
        return self.name

    def run(self, martlet: Path | None, exceptions: Exceptions) -> Outcome:
        settings = [str(self.source / "tests/assets/default.conf")]
        with Stand(settings, martlet) as stand:
            skips = stand.directory / "skips"
            skips.write_text("\n".join(self.skips(exceptions) if martlet else []))
            tags = " ".join(f"-{tag}" for tag in exceptions.tags) if martlet else ""
            text = self.output(stand, skips, tags)
            return self.outcome(text, stand.crash)

    def again(self, tests: set[str]) -> "RedisUnit":
        """The whole file, since a test may need what the ones before it left."""
        return self

    def skips(self, exceptions: Exceptions) -> list[str]:
        """What is not run, as the suite wants it: a slash, and an expression."""
        prefix = re.escape(f"{self.name}: ")
        return [f"/^{line.expression.removeprefix(prefix)}$" for line in exceptions.skipped
                if line.expression.startswith(prefix)]  # fmt: skip

    def output(self, stand: Stand, skips: Path, tags: str) -> str:
        argv = ["tclsh", "tests/test_helper.tcl", "--host", "127.0.0.1", "--port", stand.port,
                "--single", self.name, "--singledb", "--durable", "--dont-clean",
                "--skipfile", skips, "--tags", tags, "--timeout", SILENCE,
                "--baseport", next(BASE_PORTS)]  # fmt: skip
        with open(stand.directory / "output", "w+") as output:
            process = subprocess.Popen([str(word) for word in argv], cwd=self.source,
                                       stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                       start_new_session=True)  # fmt: skip
            try:
                process.wait(LIMIT)
            except subprocess.TimeoutExpired:
                pass
            finally:
                # Its children keep the group's number when it has ended itself.
                end_group(process)
            output.seek(0)
            return re.sub(r"\x1b\[[0-9;]*m", "", output.read())

    def outcome(self, text: str, crash: str | None) -> Outcome:
        outcome = Outcome()
        outcome.merge(Outcome(
            {f"{self.name}: {test}" for test in PASSED.findall(text)},
            {f"{self.name}: {test}": why for test, why in FAILED.findall(text)},
            {f"{self.name}: {test}" for test in IGNORED.findall(text)},
        ))  # fmt: skip
        if astray := ASTRAY.search(text):
            outcome.failed[f"{self.name}: (outside of its tests)"] = astray[1]
        if crash or "The End" not in text or "[TIMEOUT]" in text:
            stuck = STUCK.search(text)
            outcome.failed[f"{self.name}: {UNFINISHED}"] = (
                crash or (f"in {stuck[1]!r}" if stuck else text[-1000:])
            )
        return outcome


def end_group(process: subprocess.Popen) -> None:
    """Ends the processes that a test has left behind."""
    try:
        os.killpg(process.pid, 9)
    except ProcessLookupError:
        pass
    process.wait()


def units(source: Path, quick: bool) -> list[RedisUnit]:
    text = (source / "tests/test_helper.tcl").read_text()
    names = re.search(r"set ::all_tests \{(.*?)\}", text, re.DOTALL)[1].split()
    chosen = [name for name in names if name.startswith("unit/") and not (quick and name in SLOW)]
    # The long ones first, so that none is left at the end.
    return [RedisUnit(source, name) for name in sorted(chosen, key=lambda name: name not in SLOW)]
