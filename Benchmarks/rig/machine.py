"""The machine: its cores, its limits, its name."""

import os
import platform
import re
import resource
from pathlib import Path


class Machine:
    """The first cores are the proxy's, the others everybody else's.

    With fewer cores than that takes, and where the proxy has but a share of some (`q`), all of them
    are everybody's.
    """

    def __init__(self):
        self.cores = sorted(os.sched_getaffinity(0))
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        # Inherited by all: 10,000 clients need it at both ends.
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self.files = hard

    def is_pinned(self, workers: int, share: int = 0) -> bool:
        return len(self.cores) > workers and not share

    def proxy_cores(self, workers: int, share: int = 0) -> set[int]:
        return set(self.cores[:workers] if self.is_pinned(workers, share) else self.cores)

    def other_cores(self, workers: int, share: int = 0) -> set[int]:
        return set(self.cores[workers:] if self.is_pinned(workers, share) else self.cores)

    def describe(self) -> dict:
        models = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
        return {
            "processor": models[0] if models else platform.processor() or "unknown",
            "cores": len(self.cores),
            "kernel": platform.release(),
            "open files": self.files,
        }
