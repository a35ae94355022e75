"""System calls per request, counted on a run of their own."""

import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

from .failure import Failed
from .measurement import drive
from .servers import Servers
from .workload import Workload

# What proxies call; others are in the total.
NAMES = """read write readv writev recvfrom sendto recvmsg sendmsg epoll_wait epoll_pwait
epoll_pwait2 epoll_ctl accept accept4 connect socket close shutdown setsockopt getsockopt
getsockname getpeername fcntl ioctl futex poll splice io_uring_enter clock_nanosleep nanosleep
timerfd_settime mmap munmap madvise brk""".split()
TOTAL = "all"
# A count shown by name is at least so many per request.
WORTH_SHOWING = 0.0005


class Perf:
    """Counts by the kernel's tracepoints: hardly slows the proxy, so it batches as it always does."""

    name = "perf"

    def __init__(self, bench):
        self.bench = bench
        self.file = bench.directory / "perf.csv"

    @staticmethod
    def works() -> bool:
        if not shutil.which("perf"):
            return False
        trial = ["perf", "stat", "-e", "raw_syscalls:sys_enter,syscalls:sys_enter_read", "true"]
        return subprocess.run(trial, capture_output=True).returncode == 0

    def attach(self, pid: int) -> subprocess.Popen:
        events = ",".join(["raw_syscalls:sys_enter", *(f"syscalls:sys_enter_{n}" for n in NAMES)])
        argv = ["perf", "stat", "-x", ",", "-o", self.file, "-p", pid, "-e", events]
        process = self.bench.processes.start(argv, self.bench.machine.other_cores(1))
        # It says nothing when it has begun; it takes a tenth of this.
        time.sleep(0.5)
        return process

    def counts(self) -> dict[str, int]:
        found = {}
        for line in self.file.read_text().splitlines():
            fields = line.split(",")
            if len(fields) > 2 and fields[0].isdigit():
                found[fields[2].partition("sys_enter")[2].lstrip("_") or TOTAL] = int(fields[0])
        return found


class Strace:
    """Counts by stopping the proxy at each call. That makes it several times slower, so that it
    finds more work each time it looks: where requests are batched, the counts are too low."""

    name = "strace"

    def __init__(self, bench):
        self.bench = bench
        self.file = bench.directory / "strace.txt"

    @staticmethod
    def works() -> bool:
        return bool(shutil.which("strace"))

    def attach(self, pid: int) -> subprocess.Popen:
        # Each thread is named when it is attached; that goes to the log.
        log = self.bench.directory / "strace.log"
        log.unlink(missing_ok=True)
        argv = ["strace", "-c", "-f", "-p", pid, "-o", self.file]
        process = self.bench.processes.start(argv, self.bench.machine.other_cores(1))
        threads = len(list(Path(f"/proc/{pid}/task").iterdir()))
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline and attached(pid) < threads:
            time.sleep(0.01)
        return process

    def counts(self) -> dict[str, int]:
        found = {}
        for line in self.file.read_text().splitlines():
            match = re.fullmatch(r"\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)(?:\s+\d+)?\s+(\w+)", line)
            if match:
                found[TOTAL if match[2] == "total" else match[2]] = int(match[1])
        return found


def attached(pid: int) -> int:
    """The threads of a process that somebody traces."""
    return sum(
        "TracerPid:\t0" not in (task / "status").read_text()
        for task in Path(f"/proc/{pid}/task").iterdir()
    )


def counter(bench):
    """What counts here, or nothing."""
    return next((each(bench) for each in (Perf, Strace) if each.works()), None)


def count(bench, counting, subject, workload: Workload, servers: Servers) -> dict[str, float]:
    """Calls per request: in all, and by name."""
    running = subject.start(bench, workload, servers)
    tracer = None

    def traced(load) -> dict:
        nonlocal tracer
        tracer = counting.attach(running.pid)
        result = load.go()
        tracer.send_signal(signal.SIGINT)
        tracer.wait(10)
        return result

    try:
        result = drive(bench, subject.name, workload, running, during=traced)
    except subprocess.TimeoutExpired as expired:
        raise Failed(f"{counting.name} does not end") from expired
    finally:
        if tracer:
            bench.processes.stop(tracer)
        running.stop(bench.processes)
    requests = max(1, result["requests"])
    shares = {name: number / requests for name, number in counting.counts().items()}
    return {
        name: share
        for name, share in sorted(shares.items(), key=lambda item: -item[1])
        if name == TOTAL or share >= WORTH_SHOWING
    }
