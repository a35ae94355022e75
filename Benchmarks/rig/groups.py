"""The lists of workloads that have a name."""

from dataclasses import dataclass

from .workload import Workload

STORES = ("redis", "memcached")
ALL_KINDS = ("proxy", "direct")


@dataclass(frozen=True)
class Group:
    """Workloads that answer one question."""

    title: str
    question: str
    workloads: tuple[str, ...]
    # Which kinds of subjects take part; growth is the proxies' own.
    kinds: tuple[str, ...] = ALL_KINDS
    # Whether system calls are counted too.
    syscalls: bool = False
    # Rounds by default, and with --publish.
    rounds: int = 3


def each(pattern: str, **values) -> list[str]:
    """The pattern with {name} replaced by each of the values; those of the last name change first."""
    found = [pattern]
    for name, choices in values.items():
        found = [text.replace("{" + name + "}", str(one)) for text in found for one in choices]
    return found


GROUPS = {
    "table": Group(
        "The main workloads",
        "What does a request cost, and what does the proxy add?",
        (
            *each("redis-{op}", op=("get", "set")),
            *each("redis-{op}:P=16", op=("get", "set")),
            *each("redis-{op}:P=128", op=("get", "set")),
            *each("redis-mget{m}", m=(10, 100)),
            *each("memcached-{op}", op=("get", "set")),
            *each("memcached-{op}:P=16", op=("get", "set")),
            *each("memcached-mget{m}", m=(10, 100)),
            "redis-set:x=1",
            "redis-get:d=64K",
            *each("redis-{op}:d=1M", op=("get", "set")),
        ),
        syscalls=True,
        rounds=9,
    ),
    "pipeline": Group(
        "Pipelines",
        "What do requests save that travel together? With `mock`, before servers that cost next to"
        " nothing, so that the proxy is the limit.",
        (
            *each("{store}-{op}:P={P}", store=STORES, op=("get", "set"), P=(1, 16, 128)),
            *each("redis-{op}:P={P},mock", op=("get", "set"), P=(1, 16, 128)),
        ),
    ),
    "values": Group(
        "Sizes of values",
        "What does a byte cost?",
        tuple(each("{store}-{op}:d={d}", store=STORES, d=(16, 400, "4K", "64K", "1M"),
                   op=("get", "set"))),  # fmt: skip
    ),
    "servers": Group(
        "Numbers of servers",
        "What do more servers cost a request for one key?",
        tuple(each("redis-get:P={P},n={n}", n=(1, 4, 16), P=(1, 16))),
    ),
    "clients": Group(
        "Numbers of clients",
        "What do more clients cost?",
        tuple(each("{store}-get:c={c}", store=STORES, c=(1, 10, 100, 1000, 10000))),
    ),
    "multiget": Group(
        "Many keys in one request",
        "What does it cost to split a request and to merge the replies?",
        tuple(each("{store}-mget{m}:n={n}", store=STORES, n=(4, 16), m=(10, 100))),
    ),
    "connections": Group(
        "A connection for each request",
        "What does a client cost that connects, asks once and leaves?",
        tuple(each("{store}-{op}:x=1", store=STORES, op=("get", "set"))),
    ),
    "workers": Group(
        "Workers",
        "What do two threads do? Each worker has a core of its own where there are more cores than"
        " workers; where not, all share all. With `q`, each has so much of a core and no more, which"
        " leaves the others enough to keep both busy.",
        (
            *each("redis-get:P={P},w={w},mock", P=(1, 16), w=(1, 2)),
            *each("redis-get:P={P},c=400,w={w},mock,q=20", P=(1, 16), w=(1, 2)),
        ),
        kinds=("proxy",),
    ),
    "rate": Group(
        "Latency at a given rate",
        "How long do requests take that come at random moments, 20,000 a second in all? And do"
        " the proxies' own histograms say so, before servers (`mock`, `D`) that take 2 ms?",
        (
            *each("{store}-get:R=20000", store=STORES),
            *each("{store}-get:R=2000,mock,D=2000", store=STORES),
        ),
        # A 99th percentile is what one pause of the machine makes of it.
        rounds=9,
    ),
    "growth": Group(
        "Growth",
        "How does the cost of a request grow with servers, clients, keys and pools?",
        (
            *each("redis-get:n={n},mock", n=(1, 2, 4, 8, 16, 32, 64)),
            *each("redis-get:c={c},mock", c=(1, 10, 100, 1000, 10000)),
            *each("redis-mget{m}:c=10", m=(10, 30, 100, 300, 1000, 5000)),
            *each("redis-get:R=2000,c=20,m={m}", m=(10, 100, 1000, 5000)),
            *each("redis-get:c=1000,p={p},mock", p=(1, 10, 100, 1000)),
        ),
        kinds=("proxy",),
        rounds=3,
    ),
}
# Named like a group, and measured in its own way: memory.py.
MEMORY = "memory"
NAMES = [*GROUPS, MEMORY]


def workloads_of(group: Group) -> list[Workload]:
    """The group's workloads, those that share servers next to each other."""
    found = [Workload.parse(text) for text in group.workloads]
    order = {}
    for workload in found:
        key = (workload.store, workload.servers, workload.value, workload.mock)
        order.setdefault(key, len(order))
    return sorted(
        found, key=lambda w: order[(w.store, w.servers, w.value, w.mock)]
    )
