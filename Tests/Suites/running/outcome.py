"""What became of the tests of a job."""

from dataclasses import dataclass, field


# Stands for the test that did not let the others run.
UNFINISHED = "(did not end)"


@dataclass
class Outcome:
    """The tests by name, each in one of the sets."""

    passed: set[str] = field(default_factory=set)
    failed: dict[str, str] = field(default_factory=dict)
    # Left out by a tag.
    ignored: set[str] = field(default_factory=set)

    def merge(self, other: "Outcome") -> None:
        """Adds what ran elsewhere; a test that failed anywhere has failed."""
        self.failed.update(other.failed)
        self.ignored |= other.ignored
        self.passed = (self.passed | other.passed) - self.failed.keys()


    def redeems(self, test: str) -> bool:
        """Whether a test that failed elsewhere did not fail here, where it ran. That a job has
        ended is not said, only that it has not."""
        return test in self.passed or (test.endswith(UNFINISHED) and test not in self.failed)
