"""redis-py's own tests, but for those of modules, clusters, sentinels and TLS."""

import subprocess
import xml.etree.ElementTree
from dataclasses import dataclass, replace
from pathlib import Path

from .exceptions import Exceptions
from .outcome import UNFINISHED, Outcome
from .stand import Stand

LIMIT = 900

MARKS = ("onlycluster", "redismod", "ssl", "cp_integration", "multidb_integration", "experimental")

# What needs other servers than one of Redis, or none at all.
ELSEWHERE = ("*cluster*", "*sentinel*", "*ssl*", "*search*", "*json*", "*timeseries*", "*bloom*",
             "*vsets*", "*multidb*", "*scenario*", "*maint_notifications*", "*observability*",
             "*test_auth*", "*test_http*")  # fmt: skip

COMMANDS = "tests/test_commands.py"
ASYNC = "tests/test_asyncio"
ASYNC_COMMANDS = f"{ASYNC}/test_commands.py"


@dataclass(frozen=True)
class RedisPy:
    """Some files of tests, in one of the protocol's versions; the tests are named
    `test_lock::TestLock::test_lock`, with asyncio or not: what a proxy cannot do, it can do for
    neither."""

    source: Path
    python: Path
    version: int
    paths: tuple[str, ...]
    without: tuple[str, ...] = ()
    # Tests, if not all that the paths have.
    only: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return f"{' '.join(self.paths)} in RESP{self.version}"

    def run(self, martlet: Path | None, exceptions: Exceptions) -> Outcome:
        settings = ["--save", "", "--enable-debug-command", "yes"]
        with Stand(settings, martlet) as stand:
            report = stand.directory / "report.xml"
            status = self.pytest(stand, report, self.skips(exceptions) if martlet else [])
            outcome = Outcome()
            if report.exists():
                outcome.merge(self.outcome(report))
            if stand.crash or status not in (0, 1):
                outcome.failed[f"{self.label}: {UNFINISHED}"] = stand.crash or f"status {status}"
            return outcome

    def again(self, tests: set[str]) -> "RedisPy":
        """The same with these tests only, unless it did not end."""
        if any(test.endswith(UNFINISHED) for test in tests):
            return self
        parted = (test.partition("::") for test in sorted(tests))
        paths = tuple(f"{self.path_of(module)}::{rest}" for module, _, rest in parted)
        return replace(self, only=paths)

    def pytest(self, stand: Stand, report: Path, skips: list[str]) -> int | None:
        argv = [self.python, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore",
                "--tb=line", "--redis-url", f"redis://127.0.0.1:{stand.port}/0",
                "--protocol", self.version, f"--junitxml={report}",
                "-m", " and ".join(f"not {mark}" for mark in MARKS),
                *(f"--ignore-glob={name}" for name in ELSEWHERE),
                *(f"--ignore={path}" for path in self.without),
                *(f"--deselect={test}" for test in skips), *(self.only or self.paths)]  # fmt: skip
        with open(stand.directory / "output", "w") as output:
            try:
                return subprocess.run([str(word) for word in argv], cwd=self.source,
                                      stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                      timeout=LIMIT).returncode  # fmt: skip
            except subprocess.TimeoutExpired:
                return None

    def path_of(self, module: str) -> str:
        directory = ASYNC if self.paths[0].startswith(ASYNC) else "tests"
        return f"{directory}/{module}.py"

    def skips(self, exceptions: Exceptions) -> list[str]:
        """What is not run, as pytest names it; it takes what a name begins with."""
        found = []
        for line in exceptions.skipped:
            module, _, rest = line.test.partition("::")
            found.append(f"{self.path_of(module)}::{rest}".rstrip("*").removesuffix("::"))
        return found

    @staticmethod
    def outcome(report: Path) -> Outcome:
        outcome = Outcome()
        for case in xml.etree.ElementTree.parse(report).iter("testcase"):
            if case.find("skipped") is not None:
                continue
            modules, classes = [], []
            for word in case.get("classname").split(".")[1:]:
                (classes if classes or word[0].isupper() else modules).append(word)
            name = "::".join([modules[-1], *classes, case.get("name")])
            problem = next((part for part in case if part.tag in ("failure", "error")), None)
            if problem is None:
                outcome.passed.add(name)
            else:
                outcome.failed[name] = problem.get("message", "").split("\n")[0]
        outcome.passed -= outcome.failed.keys()
        return outcome


def jobs(source: Path, python: Path, quick: bool) -> list[RedisPy]:
    if quick:
        return [
            RedisPy(source, python, 3, ("tests",), (COMMANDS, ASYNC)),
            RedisPy(source, python, 3, (COMMANDS,)),
        ]
    found = []
    for version in (2, 3):
        found += [
            RedisPy(source, python, version, (COMMANDS,)),
            RedisPy(source, python, version, (ASYNC_COMMANDS,)),
            RedisPy(source, python, version, ("tests",), (COMMANDS, ASYNC)),
            RedisPy(source, python, version, (ASYNC,), (ASYNC_COMMANDS,)),
        ]
    return found
