"""The proxy's own account of its latencies against what its clients saw."""

import http.client
import json
import urllib.request

from .measurement import drive
from .servers import Servers
from .workload import Workload

# Where a proxy that has histograms shows them, on its port of statistics, and where in that
# document a percentile of the only pool is, in microseconds.
PAGE = "/latency"
PATH = ("pools", "bench", "all", "total")
# The clients' names for percentiles, and the proxy's.
PERCENTILES = {"p50": "p50_us", "p99": "p99_us", "p99.9": "p999_us"}
# The proxy cannot have seen more than the clients did, but for the width of a histogram's cells,
# and for the warm-up, which only it counts.
TOLERANCE = 0.1
# What the kernel, and a client that shares its core with the servers, may add, in microseconds.
UNSEEN = 1000


def check(bench, subject, workload: Workload, servers: Servers) -> dict | None:
    """Percentiles in microseconds as the proxy and its clients have them; None if it has none.

    The clients' count from when a request was due, so their own turn and the kernel's way in and
    out are in them. Before servers that take their time that is little, and both have to agree.
    """
    running = subject.start(bench, workload, servers)
    reported = None

    def observed(load) -> dict:
        nonlocal reported
        result = load.go()
        reported = fetch(running.stats_port)
        return result

    try:
        result = drive(bench, subject.name, workload, running, during=observed)
    finally:
        running.stop(bench.processes)
    if not reported:
        return None
    pairs = {name: (reported[theirs], result[name]) for name, theirs in PERCENTILES.items()}
    agrees = all(agree(own, seen, workload) for own, seen in pairs.values())
    text = ", ".join(f"{name} {own:,.0f} of {seen:,.0f}" for name, (own, seen) in pairs.items())
    return {
        "proxy": {name: own for name, (own, _) in pairs.items()},
        "clients": {name: seen for name, (_, seen) in pairs.items()},
        "agrees": agrees,
        "text": f"its own histogram {'agrees' if agrees else 'DISAGREES'}: µs in the proxy and its"
        f" servers, of those that clients saw: {text}",
    }


def agree(own: float, seen: float, workload: Workload) -> bool:
    """Whether the proxy may be right. How much less than its clients it has seen can be told only
    where the servers' time is the most of it."""
    if own > seen * (1 + TOLERANCE):
        return False
    return not workload.delay or own >= seen * (1 - TOLERANCE) - UNSEEN


def fetch(port: int) -> dict | None:
    """The proxy's percentiles, or None where it shows none."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{PAGE}", timeout=2) as page:
            found = json.load(page)
        for name in PATH:
            found = found[name]
        return {name: float(found[name]) for name in PERCENTILES.values()}
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        # nutcracker speaks no HTTP, others have no such page.
        return None
