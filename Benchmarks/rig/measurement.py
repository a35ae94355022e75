"""One run of one workload through one subject."""

from dataclasses import dataclass

from .load import FAULTS, GatedLoad
from .failure import Failed
from .processes import cpu_seconds, resident
from .servers import Servers
from .subjects import Running
from .waiting import Waiting
from .workload import Workload


# Seconds by which a neighbour lasts longer than those beside it.
NEIGHBOUR_LEAD = 0.3


@dataclass
class Cost:
    """The CPU time that a process has used, in seconds."""

    seconds: float
    user: float
    system: float

    @classmethod
    def of(cls, pid: int) -> "Cost":
        return cls(*cpu_seconds(pid))


def measure(bench, subject, workload: Workload, servers: Servers) -> dict:
    """Starts the subject, loads it, stops it; the figures of the run."""
    running = subject.start(bench, workload, servers)
    try:
        idle = resident(running.pid)[0] if running.pid else 0
        with Waiting(running.ports, workload.waiting):
            result = drive(bench, subject.name, workload, running)
        if running.pid:
            result["start"] = running.start_seconds * 1000
            result["memory idle"] = idle
            result["memory peak"] = resident(running.pid)[1]
        return result
    finally:
        running.stop(bench.processes)


def drive(bench, name: str, workload: Workload, running: Running, during=None) -> dict:
    """The measured part. CPU time is read at both ends of it, while the connections stand.

    `during`, if given, is called with the load at its gate, and calls its go() in turn.
    """
    if workload.neighbour:
        return drive_beside(bench, name, workload, running)
    load = GatedLoad(bench, workload, running.ports, bench.options.seconds)
    try:
        before = Cost.of(running.pid) if running.pid else None
        load_before = Cost.of(load.process.pid)
        result = during(load) if during else load.go()
        result["load busy"] = (Cost.of(load.process.pid).seconds - load_before.seconds) / result[
            "seconds"
        ]
        if before:
            result |= per_request(before, Cost.of(running.pid), result)
    finally:
        load.close()
    refuse_faults(name, result)
    return result


def drive_beside(bench, name: str, workload: Workload, running: Running) -> dict:
    """The measured part beside a client that asks for many keys at once all the while. What the
    proxy's CPU does for which of them cannot be told."""
    load = GatedLoad(bench, workload, running.ports, bench.options.seconds)
    try:
        seconds = bench.options.seconds + NEIGHBOUR_LEAD
        neighbour = GatedLoad(bench, workload.neighbour_load, running.ports[:1], seconds)
        try:
            neighbour.start()
            result = load.go()
            other = neighbour.finish()
        finally:
            neighbour.close()
    finally:
        load.close()
    refuse_faults(name, result)
    refuse_faults(name, other)
    return result | {"neighbour p50": other["p50"]}


def refuse_faults(name: str, result: dict) -> None:
    for fault in FAULTS:
        if result[fault]:
            raise Failed(f"{name} had {result[fault]} {fault}")


def per_request(before: Cost, after: Cost, result: dict) -> dict:
    """CPU time in microseconds per request, and the share of a core that was used."""
    total = after.seconds - before.seconds
    user, system = after.user - before.user, after.system - before.system
    share = user / (user + system) if user + system else 0.0
    each = total * 1e6 / max(1, result["requests"])
    return {"cpu": each, "user": each * share, "sys": each * (1 - share),
            "busy": total / result["seconds"]}  # fmt: skip
