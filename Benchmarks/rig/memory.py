"""Resident memory: before, with, and after clients of several kinds."""

import time
from pathlib import Path

from .failure import Failed
from .load import GatedLoad
from .processes import resident
from .workload import Workload

# Clients that have each spoken once and then wait, and clients that need buffers.
IDLE = (1_000, 10_000)
BUSY = {"pipelines of 128": "redis-get:P=128", "1 MB values": "redis-get:d=1M,c=50"}
# After its clients have left, a proxy may take so long to return memory.
SECONDS_AFTER = 2.0


def measure_memory(bench, subject) -> dict[str, int]:
    """Bytes, each from a fresh proxy; what it cannot do is missing."""
    found = {}
    for clients in IDLE:
        workload = Workload.parse(f"redis-get:c={clients},mock")
        found |= with_clients(bench, subject, workload, f"{clients:,} idle clients", busy=False)
    for name, text in BUSY.items():
        found |= with_clients(bench, subject, Workload.parse(text), name, busy=True)
    return found


def with_clients(bench, subject, workload: Workload, name: str, busy: bool) -> dict[str, int]:
    """Memory while the clients are there (busy: at its highest) and after they have left."""
    if subject.refuses(workload, bench):
        return {}
    bench.note(f"memory: {subject.name}, {name}")
    running = subject.start(bench, workload, bench.servers.serving(workload))
    try:
        found = {"idle": resident(running.pid)[0]}
        files = open_files(running.pid)
        load = GatedLoad(bench, workload, running.ports, bench.options.seconds)
        try:
            if busy:
                load.go()
            found[name] = resident(running.pid)[1 if busy else 0]
        finally:
            load.close()
        wait_until_left(running.pid, files, subject.name)
        time.sleep(SECONDS_AFTER)
        found[f"after {name}"] = resident(running.pid)[0]
        return found
    finally:
        running.stop(bench.processes)


def open_files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def wait_until_left(pid: int, files: int, name: str) -> None:
    """Until the proxy has closed the connections of clients that are gone."""
    deadline = time.monotonic() + 10
    while open_files(pid) > files + 10:
        if time.monotonic() > deadline:
            raise Failed(f"{name} keeps the connections of clients that have left")
        time.sleep(0.05)
