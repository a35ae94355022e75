"""Rounds of one workload through all subjects in turn, and their ratios."""

import statistics

from .failure import Failed
from .measurement import measure
from .workload import Workload

# What is compared with the baseline.
RATIOS = ("rps", "cpu", "p50", "p99", "p99.9", "p99.99")
# What is kept of every round.
KEPT = (*RATIOS, "user", "sys", "busy", "load busy")


class Comparison:
    """A workload's rounds. A subject that cannot do it, or not rightly, is in `left_out`."""

    def __init__(self, workload: Workload, baseline: str):
        self.workload = workload
        self.baseline = baseline
        self.rounds: dict[str, list[dict]] = {}
        self.left_out: dict[str, str] = {}
        self.failed = False
        self.syscalls: dict[str, dict] = {}
        self.histograms: dict[str, dict] = {}

    def run(self, bench, subjects: list, rounds: int) -> None:
        able = []
        for subject in subjects:
            reason = subject.refuses(self.workload, bench)
            if reason:
                self.left_out[subject.name] = reason
            else:
                able.append(subject)
                self.rounds[subject.name] = []
        servers = bench.servers.serving(self.workload)
        for number in range(rounds):
            # The order moves on each round, so that none always follows the same one.
            turn = number % max(1, len(able))
            for subject in able[turn:] + able[:turn]:
                if subject.name in self.left_out:
                    continue
                bench.note(f"{self.workload}: round {number + 1} of {rounds}, {subject.name}")
                try:
                    result = measure(bench, subject, self.workload, servers)
                    self.rounds[subject.name].append(result)
                except Failed as failure:
                    self.give_up(subject.name, str(failure))

    def give_up(self, name: str, why: str) -> None:
        """A wrong reply, an error or a crash: this subject has no speed."""
        self.left_out[name] = why
        self.rounds.pop(name, None)
        self.failed = True

    def summary(self) -> dict[str, dict]:
        """Medians of the rounds, and medians of the ratios to the baseline of the same round."""
        base = self.rounds.get(self.baseline, [])
        return {
            name: {
                "median": medians(rounds),
                "ratio": ratios(rounds, base),
                "spread": spread([each.get("cpu", each["rps"]) for each in rounds]),
            }
            for name, rounds in self.rounds.items()
            if rounds
        }

    def document(self) -> dict:
        """What the reports are made of, and what the file of results has."""
        return {
            "summary": self.summary(),
            "left out": self.left_out,
            "system calls": self.syscalls,
            "histograms": self.histograms,
            "rounds": {
                name: {key: [each[key] for each in rounds] for key in KEPT if key in rounds[0]}
                for name, rounds in self.rounds.items()
                if rounds
            },
        }


def medians(rounds: list[dict]) -> dict[str, float]:
    return {key: statistics.median(each[key] for each in rounds) for key in rounds[0]}


def ratios(rounds: list[dict], base: list[dict]) -> dict[str, float]:
    found = {}
    for metric in RATIOS:
        pairs = [
            each[metric] / other[metric]
            for each, other in zip(rounds, base)
            if other.get(metric) and metric in each
        ]
        if pairs:
            found[metric] = statistics.median(pairs)
    return found


def spread(values: list[float]) -> float:
    """The distance of the extremes, in shares of the median."""
    middle = statistics.median(values)
    return (max(values) - min(values)) / middle if middle else 0.0
