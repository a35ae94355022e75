"""What is asked of the proxies, and how it is written."""

import re
from dataclasses import dataclass, fields, replace

from .failure import Failed

# What all servers together may be filled with, and each of them.
MOST_KEYS = 1_600_000
MOST_BYTES = 64 << 20
UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20}


@dataclass(frozen=True)
class Workload:
    """STORE-OPERATION[:OPTION=VALUE,...], as redis-get:P=16,d=4K or redis-mget100.

    The fields after `multiple` are the options, each named by the letter in `LETTERS`.
    """

    store: str
    operation: str
    multiple: int = 1
    pipeline: int = 1
    clients: int = 100
    value: int = 400
    servers: int = 4
    keys: int = 0
    key_length: int = 40
    rate: int = 0
    workers: int = 1
    pools: int = 1
    reconnect: int = 0
    mock: int = 0
    neighbour: int = 0
    waiting: int = 0
    delay: int = 0
    share: int = 0

    LETTERS = {
        "P": "pipeline",
        "c": "clients",
        "d": "value",
        "n": "servers",
        "k": "keys",
        "K": "key_length",
        "R": "rate",
        "w": "workers",
        "p": "pools",
        "x": "reconnect",
        "m": "neighbour",
        "b": "waiting",
        "mock": "mock",
        "D": "delay",
        "q": "share",
    }

    @classmethod
    def parse(cls, text: str) -> "Workload":
        kind, _, options = text.partition(":")
        match = re.fullmatch(r"(redis|memcached)-(get|set|mget(\d+))", kind)
        if not match:
            raise Failed(f"no such workload: {text} (try redis-get:P=16 or memcached-mget10)")
        operation = "mget" if match[3] else match[2]
        workload = cls(match[1], operation, int(match[3] or 1))
        for option in filter(None, options.split(",")):
            letter, _, value = option.partition("=")
            if letter not in cls.LETTERS:
                raise Failed(f"no option {letter} in {text}; there are {', '.join(cls.LETTERS)}")
            workload = replace(workload, **{cls.LETTERS[letter]: number(value or "1", text)})
        return workload

    def __str__(self) -> str:
        count = self.multiple if self.operation == "mget" else ""
        defaults = {field.name: field.default for field in fields(self)}
        options = [
            letter if letter == "mock" else f"{letter}={short(getattr(self, name))}"
            for letter, name in self.LETTERS.items()
            if getattr(self, name) != defaults[name]
        ]
        return f"{self.store}-{self.operation}{count}" + (":" + ",".join(options) if options else "")

    @property
    def key_count(self) -> int:
        """The keys that every server holds: 100,000, or fewer if that would be too much to fill."""
        bound = min(100_000, MOST_BYTES // self.value if self.value else 100_000)
        if not self.mock:
            bound = min(bound, MOST_KEYS // self.servers)
        return self.keys or max(bound, 64, self.multiple, self.neighbour)

    @property
    def neighbour_load(self) -> "Workload | None":
        """What one more client does meanwhile: multigets of so many keys, without end."""
        if not self.neighbour:
            return None
        return replace(self, operation="mget", multiple=self.neighbour, pipeline=1, clients=1,
                       pools=1, rate=0, reconnect=0, keys=self.key_count, neighbour=0)  # fmt: skip

    @property
    def client_count(self) -> int:
        """Every pool gets a client at least."""
        return max(self.clients, self.pools)


def number(text: str, where: str) -> int:
    match = re.fullmatch(r"(\d+)([KM]?)", text)
    if not match:
        raise Failed(f"{text} is no number in {where}")
    return int(match[1]) * UNITS[match[2]]


def short(value: int) -> str:
    """A number as the grammar has it, with K and M where they come out even."""
    for unit in ("M", "K"):
        if value and value % UNITS[unit] == 0:
            return f"{value // UNITS[unit]}{unit}"
    return str(value)
