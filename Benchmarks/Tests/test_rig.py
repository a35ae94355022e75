"""Tests of the rig without any process: the grammar, the ratios, the charts and the page.

Run by `python3 -m unittest discover -s Benchmarks/Tests`.
"""

import json
import sys
import tempfile
import unittest
import xml.etree.ElementTree
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rig import figures, report  # noqa: E402
from rig.charts import decades, plain, size, steps  # noqa: E402
from rig.command import written  # noqa: E402
from rig.comparison import Comparison  # noqa: E402
from rig.failure import Failed  # noqa: E402
from rig.groups import GROUPS, workloads_of  # noqa: E402
from rig.machine import Machine  # noqa: E402
from rig.workload import Workload  # noqa: E402


def sample(cpu: float, rps: float = 1000.0) -> dict:
    """What a run reports."""
    return {
        "requests": 1000, "seconds": 1.0, "rps": rps, "p50": 10.0, "p99": 20.0, "p99.9": 30.0,
        "p99.99": 40.0, "max": 50.0, "errors": 0, "wrong": 0, "unsent": 0, "load busy": 0.5,
        "cpu": cpu, "user": cpu / 4, "sys": cpu * 3 / 4, "busy": 0.9, "start": 12.0,
        "memory idle": 1e7, "memory peak": 2e7,
    }  # fmt: skip


def compared(text: str, **rounds: list[dict]) -> Comparison:
    comparison = Comparison(Workload.parse(text), "nutcracker")
    comparison.rounds = rounds
    return comparison


class WorkloadTests(unittest.TestCase):
    def test_every_group_is_written_as_it_is_read(self):
        for group in GROUPS.values():
            for text in group.workloads:
                workload = Workload.parse(text)
                self.assertEqual(Workload.parse(str(workload)), workload)

    def test_groups_keep_all_their_workloads(self):
        for group in GROUPS.values():
            found = {str(workload) for workload in workloads_of(group)}
            self.assertEqual(found, {str(Workload.parse(text)) for text in group.workloads})

    def test_options_have_units(self):
        workload = Workload.parse("redis-get:P=16,d=4K,c=1000,n=16,mock")
        self.assertEqual((workload.pipeline, workload.value), (16, 4096))
        self.assertEqual((workload.clients, workload.servers, workload.mock), (1000, 16, 1))
        self.assertEqual(str(workload), "redis-get:P=16,c=1000,d=4K,n=16,mock")

    def test_who_has_but_a_share_of_a_core_has_none_alone(self):
        machine = Machine()
        machine.cores = [0, 1, 2]
        self.assertEqual((machine.proxy_cores(2), machine.other_cores(2)), ({0, 1}, {2}))
        self.assertEqual((machine.proxy_cores(3), machine.other_cores(3)), ({0, 1, 2},) * 2)
        self.assertEqual((machine.proxy_cores(2, 20), machine.other_cores(2, 20)), ({0, 1, 2},) * 2)

    def test_large_values_have_fewer_keys(self):
        self.assertEqual(Workload.parse("redis-get").key_count, 100_000)
        self.assertEqual(Workload.parse("redis-get:d=1M").key_count, 64)
        self.assertEqual(Workload.parse("redis-mget5000:d=1M").key_count, 5000)

    def test_what_is_no_workload_is_refused(self):
        for text in ("redis", "redis-del", "redis-get:z=1", "redis-get:P=x", "redis-mget"):
            with self.assertRaises(Failed):
                Workload.parse(text)


class ComparisonTests(unittest.TestCase):
    def test_ratios_are_of_the_same_round(self):
        rounds = {"nutcracker": [sample(10), sample(20), sample(40)],
                  "martlet": [sample(5), sample(5), sample(40)]}  # fmt: skip

        summary = compared("redis-get", **rounds).summary()

        self.assertEqual(summary["martlet"]["ratio"]["cpu"], 0.5)
        self.assertEqual(summary["martlet"]["median"]["cpu"], 5)
        self.assertEqual(summary["nutcracker"]["spread"], 1.5)

    def test_who_failed_is_left_out(self):
        comparison = compared("redis-get", nutcracker=[sample(1)], martlet=[sample(1)])

        comparison.give_up("martlet", "martlet had 1 wrong")

        self.assertNotIn("martlet", comparison.summary())
        self.assertIn("martlet left out: martlet had 1 wrong", self.text(comparison))


    @staticmethod
    def text(comparison: Comparison) -> str:
        return report.comparison_text("redis-get", comparison.document(), comparison.baseline)


class ChartTests(unittest.TestCase):
    def test_ticks_are_round(self):
        self.assertEqual(decades(1, 100), [1, 2, 5, 10, 20, 50, 100])
        self.assertEqual(steps(0, 10), [0, 2, 4, 6, 8, 10])
        self.assertEqual([plain(n) for n in (0.5, 12, 1000, 20000, 1.5e6)],
                         ["0.5", "12", "1,000", "20k", "1.5M"])  # fmt: skip
        self.assertEqual(size(3 << 20), "3 MB")

    def test_every_chart_is_drawn_and_well_formed(self):
        document = self.document()
        with tempfile.TemporaryDirectory() as directory:
            drawn = figures.draw(document, Path(directory))
            for figure in drawn:
                root = xml.etree.ElementTree.parse(Path(directory, figure.file)).getroot()
                self.assertTrue(root.tag.endswith("svg"))
        expected = {curve.file for curve in figures.CURVES} | {
            "cpu.svg", "latency.svg", "memory.svg"}  # fmt: skip
        self.assertEqual({figure.file for figure in drawn}, expected)
        page = figures.page(document, drawn)
        for name in [*expected, *document["groups"]["table"]]:
            self.assertIn(name, page)

    def test_results_are_written_as_they_are_read(self):
        document = self.document()
        self.assertEqual(json.loads(written(document)), document)

    def test_nothing_measured_draws_nothing(self):
        document = {"subjects": {}, "baseline": "x", "groups": {}, "workloads": {}, "memory": {}}
        with tempfile.TemporaryDirectory() as directory:
            self.assertEqual(figures.draw(document, Path(directory)), [])

    @staticmethod
    def document() -> dict:
        workloads = {}
        for group in GROUPS.values():
            for workload in workloads_of(group):
                rounds = {"nutcracker": [sample(10)], "martlet": [sample(8)]}
                workloads[str(workload)] = compared(str(workload), **rounds).document()
        return {
            "subjects": {"nutcracker": "nutcracker 0.5.0", "martlet": "martlet 0.1.0"},
            "baseline": "nutcracker",
            "when": "2026-01-01 12:00",
            "machine": {"processor": "a processor", "cores": 2, "kernel": "6"},
            "seconds": 0.5,
            "minutes": 12.5,
            "groups": {"table": [str(w) for w in workloads_of(GROUPS["table"])]},
            "workloads": workloads,
            "memory": {"nutcracker": {"idle": 1 << 20}, "martlet": {"idle": 2 << 20}},
        }


if __name__ == "__main__":
    unittest.main()
