"""A share of a core for each thread of a process, however idle the cores are.

Two workers that may use a fifth of a core each leave enough of two cores to those who load them, so
that a small machine can tell what two free cores would show.
"""

import os
from pathlib import Path

from .failure import Failed

# A worker is held up for some milliseconds at most.
PERIOD_MICROSECONDS = 10_000


class Shares:
    """The control groups of a process's threads, as long as it runs."""

    def __init__(self, pid: int, percent: int):
        self.groups: list[Path] = []
        parent = parent_group()
        for thread in os.listdir(f"/proc/{pid}/task"):
            group = parent / f"bench-{thread}"
            group.mkdir()
            self.groups.append(group)
            (group / "cpu.cfs_period_us").write_text(str(PERIOD_MICROSECONDS))
            (group / "cpu.cfs_quota_us").write_text(str(PERIOD_MICROSECONDS * percent // 100))
            (group / "tasks").write_text(thread)

    def remove(self) -> None:
        """To be called when the process has ended."""
        for group in self.groups:
            group.rmdir()


def refusal() -> str | None:
    """Why no thread can be held to a share of a core."""
    try:
        writable = os.access(parent_group(), os.W_OK)
    except Failed as failure:
        return str(failure)
    return None if writable else "shares of a core (q) are root's to give"


def parent_group() -> Path:
    """Where this process may make groups: within its own."""
    own = {}
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        own.update((name, path) for name in controllers.split(","))
    for line in Path("/proc/mounts").read_text().splitlines():
        _, place, kind, options, *_ = line.split()
        if kind == "cgroup" and "cpu" in options.split(",") and "cpu" in own:
            return Path(place) / own["cpu"].lstrip("/")
    raise Failed("shares of a core (q) need control groups of version 1")
