"""What a suite's outcomes mean, given its table of exceptions."""

from dataclasses import dataclass, field

from .exceptions import Allowance, Exceptions
from .outcome import Outcome


@dataclass
class Verdict:
    """The tests that ran through Martlet, each counted once; redis-py's once for each version of
    the protocol."""

    passed: int = 0
    # A test, and the line that excuses it.
    excepted: dict[str, Allowance] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    # Failed as well without Martlet.
    foreign: dict[str, str] = field(default_factory=dict)
    # Passed when it ran again.
    unsteady: set[str] = field(default_factory=set)
    # Ran without Martlet, and not through it.
    missing: set[str] = field(default_factory=set)
    # Lines of the table that excuse nothing, or something that passes.
    stale: dict[Allowance, str] = field(default_factory=dict)
    skipped: int = 0

    @property
    def is_good(self) -> bool:
        return not (self.failed or self.missing or self.stale)

    def __str__(self) -> str:
        return (
            f"passed {self.passed}, excepted {len(self.excepted)}, failed {len(self.failed)}"
            + (f", missing {len(self.missing)}" if self.missing else "")
            + (f", stale exceptions {len(self.stale)}" if self.stale else "")
            + (f", not run {self.skipped}" if self.skipped else "")
            + (f"; failed without Martlet, too: {len(self.foreign)}" if self.foreign else "")
            + (f"; passed at a second try: {len(self.unsteady)}" if self.unsteady else "")
        )


def stale_lines(exceptions: Exceptions, outcomes: list[Outcome]) -> dict[Allowance, str]:
    """Lines that nobody needs: each test that a line is for has to fail somewhere. A line for no
    test that ran is stale only if the whole suite ran, which the caller knows."""
    failed = set().union(*(outcome.failed for outcome in outcomes))
    passed = set().union(*(outcome.passed for outcome in outcomes)) - failed
    stale = {}
    for line in (line for line in exceptions.lines if not line.may_pass):
        needless = sorted(test for test in passed if line.matches(test))
        if needless:
            stale[line] = f"passes: {needless[0]}" + (
                f" and {len(needless) - 1} more" if len(needless) > 1 else ""
            )
        elif line.runs and not any(line.matches(test) for test in failed):
            stale[line] = "is for no test that ran"
    return stale
