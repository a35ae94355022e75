"""Processes that are started here, and that end with the rig whatever happens."""

import os
import select
import subprocess
from pathlib import Path

from .failure import Failed


class Processes:
    """Starts processes and stops them again. Nothing else is ever stopped."""

    def __init__(self, logs: Path):
        self.logs = logs
        self.running: list[subprocess.Popen] = []

    def start(self, argv: list, cores: set[int], **streams) -> subprocess.Popen:
        log = open(self.logs / f"{Path(argv[0]).name}.log", "a")
        streams.setdefault("stdin", subprocess.DEVNULL)
        streams.setdefault("stdout", log)
        process = subprocess.Popen(
            # Should the rig be killed, the kernel stops what it started.
            ["setpriv", "--pdeathsig", "KILL", *(str(word) for word in argv)],
            stderr=log,
            preexec_fn=lambda: os.sched_setaffinity(0, cores),
            # Ctrl-C is for the rig; it stops the others itself.
            start_new_session=True,
            **streams,
        )
        log.close()
        self.running.append(process)
        return process

    def stop(self, process: subprocess.Popen) -> None:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for stream in (process.stdin, process.stdout):
            if stream:
                stream.close()
        if process in self.running:
            self.running.remove(process)

    def stop_all(self, processes: list[subprocess.Popen] | None = None) -> None:
        chosen = list(self.running if processes is None else processes)
        # All at once first: memcached takes its time.
        for process in chosen:
            if process.poll() is None:
                process.terminate()
        for process in chosen:
            self.stop(process)


def read_line(process: subprocess.Popen, seconds: float, what: str) -> str:
    """The next line that a process prints. It may print one at a time only: more would be buffered."""
    if not select.select([process.stdout], [], [], seconds)[0]:
        raise Failed(f"{what} says nothing for {seconds:.0f} s")
    line = process.stdout.readline()
    if not line:
        raise Failed(f"{what} ended early")
    return line


def cpu_seconds(pid: int) -> tuple[float, float, float]:
    """Total, user and system time: the scheduler's exact total, split as the kernel accounts it."""
    total = 0.0
    for path in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        try:
            total += int(path.read_text().split()[0]) / 1e9
        except OSError:
            pass  # A thread that has just ended; what it used cannot be known any more.
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    ticks = os.sysconf("SC_CLK_TCK")
    return total, int(fields[11]) / ticks, int(fields[12]) / ticks


def resident(pid: int) -> tuple[int, int]:
    """Resident memory now and at its highest, in bytes."""
    sizes = {}
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name in ("VmRSS", "VmHWM"):
            sizes[name] = int(value.split()[0]) * 1024
    return sizes.get("VmRSS", 0), sizes.get("VmHWM", 0)
