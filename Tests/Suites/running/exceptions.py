"""The tests that need not pass, each with its reason."""

import re
from dataclasses import dataclass
from pathlib import Path

from .failure import Failed


TAG = "tag "


@dataclass(frozen=True)
class Allowance:
    """A line of a table: `test | reason`, where `*` stands for anything.

    One that begins with `!` is not even run: it would wait for ever, or leave a server behind that
    the tests after it cannot use. One that begins with `~` may pass as well, as time has it. Of
    Redis' tests, `!tag` and a tag stand for all that have it.
    """

    test: str
    reason: str
    mark: str = ""

    @property
    def runs(self) -> bool:
        return self.mark != "!"

    @property
    def may_pass(self) -> bool:
        return self.mark == "~"

    def matches(self, test: str) -> bool:
        return re.fullmatch(self.expression, test, re.DOTALL) is not None

    @property
    def expression(self) -> str:
        return ".*".join(re.escape(part) for part in self.test.split("*"))


class Exceptions:
    """A table, in the order of its file."""

    def __init__(self, text: str, name: str = "table"):
        self.lines: list[Allowance] = []
        for number, line in enumerate(text.splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            test, bar, reason = line.rpartition(" | ")
            if not bar or not test.strip() or not reason.strip():
                raise Failed(f"{name}:{number}: not of the form `test | reason`")
            test = test.strip()
            mark = test[0] if test[0] in "!~" else ""
            self.lines.append(Allowance(test.removeprefix(mark).strip(), reason.strip(), mark))

    @classmethod
    def read(cls, path: Path) -> "Exceptions":
        return cls(path.read_text(), path.name)

    def find(self, test: str) -> Allowance | None:
        return next((line for line in self.lines if line.matches(test)), None)

    @property
    def skipped(self) -> list[Allowance]:
        return [line for line in self.lines if not line.runs and not line.test.startswith(TAG)]

    @property
    def tags(self) -> list[str]:
        return [line.test.removeprefix(TAG) for line in self.lines
                if not line.runs and line.test.startswith(TAG)]  # fmt: skip
