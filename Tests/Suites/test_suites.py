"""Tests of the runner without any process: the tables, the outputs, the verdict.

Run by `python3 -m unittest discover -s Tests/Suites`.
"""

import argparse
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

from running.command import HERE, SUITES, Suite  # noqa: E402
from running.exceptions import Exceptions  # noqa: E402
from running.failure import Failed  # noqa: E402
from running.outcome import Outcome  # noqa: E402
from running.redis_py import RedisPy  # noqa: E402
from running.redis_unit import RedisUnit  # noqa: E402

TABLE = """# A comment.

a: one | it cannot
a: [two] * | it will not
!b: * | it waits for ever
~a: ten | it may pass
!tag slow | it takes long
"""


class ExceptionTests(unittest.TestCase):
    def test_the_tables_here_are_read(self):
        for name in SUITES:
            self.assertTrue(Exceptions.read(HERE / f"exceptions-{name}.txt").lines)

    def test_only_stars_stand_for_anything(self):
        exceptions = Exceptions(TABLE)
        self.assertEqual(exceptions.find("a: one").reason, "it cannot")
        self.assertEqual(exceptions.find("a: [two] times").reason, "it will not")
        self.assertIsNone(exceptions.find("a: t times"))
        self.assertIsNone(exceptions.find("a: one more"))

    def test_what_is_not_run_is_marked(self):
        self.assertEqual([line.test for line in Exceptions(TABLE).skipped], ["b: *"])
        self.assertEqual(Exceptions(TABLE).tags, ["slow"])

    def test_a_line_without_a_reason_is_refused(self):
        with self.assertRaises(Failed):
            Exceptions("a: one |")


class OutputTests(unittest.TestCase):
    def test_the_output_of_redis_is_read(self):
        unit = RedisUnit(Path("/"), "unit/a")
        text = (
            "[ok]: One (in brackets) (12 ms)\n[err]: Two in tests/unit/a.tcl\nExpected 1\n"
            "[ignore]: Three: Tag: slow denied\n\n  The End\n"
        )
        outcome = unit.outcome(text, None)
        self.assertEqual(outcome.passed, {"unit/a: One (in brackets)"})
        self.assertEqual(outcome.failed, {"unit/a: Two": "Expected 1"})
        self.assertEqual(outcome.ignored, {"unit/a: Three"})

    def test_what_fails_outside_of_tests_is_seen(self):
        outcome = RedisUnit(Path("/"), "unit/a").outcome("[err]: no such thing\n  The End\n", None)
        self.assertEqual(outcome.failed, {"unit/a: (outside of its tests)": "no such thing"})

    def test_a_unit_that_does_not_end_has_failed(self):
        text = "[TIMEOUT]: clients state report follows.\nsock1 => (IN PROGRESS) Two\nThe End\n"
        outcome = RedisUnit(Path("/"), "unit/a").outcome(text, None)
        self.assertEqual(outcome.failed, {"unit/a: (did not end)": "in 'Two'"})

    def test_the_report_of_pytest_is_read(self):
        report = """<testsuites><testsuite>
            <testcase classname="tests.test_a.TestA" name="test_one[x]"/>
            <testcase classname="tests.test_asyncio.test_a" name="test_two">
              <failure message="wrong"/></testcase>
            <testcase classname="tests.test_a" name="test_three"><skipped/></testcase>
            </testsuite></testsuites>"""
        with tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
            file.write(report)
            file.flush()
            outcome = RedisPy.outcome(Path(file.name))
        self.assertEqual(outcome.passed, {"test_a::TestA::test_one[x]"})
        self.assertEqual(outcome.failed, {"test_a::test_two": "wrong"})

    def test_redis_is_told_what_not_to_run(self):
        skips = RedisUnit(Path("/"), "b").skips(Exceptions(TABLE))
        self.assertEqual(skips, ["/^.*$"])


class Job:
    """A job whose outcomes are known: through Martlet, through it again, and without it."""

    label = "a"

    def __init__(self, through: Outcome, again: Outcome, direct: Outcome):
        self.outcomes = [through, again]
        self.direct = direct

    def again(self, _tests: set[str]) -> "Job":
        return self

    def run(self, martlet: Path | None, _exceptions: Exceptions) -> Outcome:
        return self.outcomes.pop(0) if martlet else self.direct


class VerdictTests(unittest.TestCase):
    def verdict(self, job: Job, direct: bool = False):
        suite = Suite.__new__(Suite)
        suite.options = argparse.Namespace(martlet=Path("/"), direct=direct, jobs=1)
        suite.exceptions = Exceptions(TABLE)
        suite.jobs, suite.is_whole = [job], True
        suite.run_all = lambda jobs, martlet, _way: [
            job.run(martlet, suite.exceptions) for job in jobs
        ]
        return suite.run()

    def test_what_is_not_in_the_table_fails(self):
        failed = {"a: one": "", "a: [two] x": "", "a: three": "wrong"}
        job = Job(Outcome({"a: four"}, failed), Outcome(set(), failed), Outcome({"a: three"}))
        verdict = self.verdict(job)
        self.assertEqual(verdict.failed, {"a: three (a)": "wrong"})
        self.assertEqual((verdict.passed, len(verdict.excepted)), (1, 2))
        self.assertFalse(verdict.is_good)

    def test_what_passes_at_the_second_try_passes(self):
        failed = {"a: one": "", "a: [two] x": "", "a: three": "wrong"}
        job = Job(Outcome(set(), failed), Outcome({"a: three"}), Outcome())
        verdict = self.verdict(job)
        self.assertEqual((verdict.passed, verdict.unsteady), (1, {"a: three"}))
        self.assertTrue(verdict.is_good)

    def test_what_fails_without_martlet_is_not_counted(self):
        failed = {"a: one": "", "a: [two] x": "", "a: three": "wrong"}
        verdict = self.verdict(Job(*(Outcome(set(), dict(failed)) for _ in range(3))))
        self.assertEqual((verdict.passed, len(verdict.foreign)), (0, 1))
        self.assertTrue(verdict.is_good)

    def test_a_line_whose_test_passes_fails(self):
        job = Job(Outcome({"a: one"}, {"a: [two] x": ""}), Outcome(), Outcome())
        verdict = self.verdict(job)
        self.assertEqual([line.test for line in verdict.stale], ["a: one"])
        self.assertFalse(verdict.is_good)

    def test_a_line_for_no_test_fails(self):
        verdict = self.verdict(Job(Outcome(set(), {"a: one": ""}), Outcome(), Outcome()))
        self.assertEqual([line.test for line in verdict.stale], ["a: [two] *"])

    def test_what_runs_without_martlet_only_is_missing(self):
        failed = {"a: one": "", "a: [two] x": ""}
        direct = Outcome({"a: one", "a: [two] x", "a: three", "b: one"})
        verdict = self.verdict(Job(Outcome(set(), failed), Outcome(), direct), direct=True)
        self.assertEqual((verdict.missing, verdict.skipped), ({"a: three (a)"}, 1))
        self.assertFalse(verdict.is_good)


if __name__ == "__main__":
    unittest.main()
