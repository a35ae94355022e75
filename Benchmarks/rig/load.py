"""The load generator: built here, run at a gate."""

import json
import subprocess
from pathlib import Path

from .failure import Failed
from .processes import read_line
from .workload import Workload

PACKAGE = Path(__file__).resolve().parent.parent
# Connecting 10,000 clients through a busy proxy, and its warm-up, take no longer.
PATIENCE = 60.0
# Every reply has been compared with what it must be; one that was not is no benchmark.
FAULTS = ("errors", "wrong")


class Load:
    """The program `load`, and how it is told what to do."""

    def __init__(self, bench):
        self.bench = bench
        self.program = build()

    def arguments(self, workload: Workload, ports: list[int], *more) -> list:
        return [self.program, "--store", workload.store, "--keys", workload.key_count,
                "--key-length", workload.key_length, "--value-length", workload.value,
                "--ports", *ports, *more]  # fmt: skip

    def serve(self, workload: Workload, ports: list[int]) -> list:
        return [self.program, "serve", "--store", workload.store,
                "--value-length", workload.value, "--delay", workload.delay,
                "--ports", *ports]  # fmt: skip

    def fill(self, workload: Workload, port: int) -> None:
        pipeline = 16 if workload.value <= 4096 else 1
        argv = self.arguments(workload, [port], "--fill", "--pipeline", pipeline, "--clients", 8)
        cores = self.bench.machine.other_cores(1)
        process = self.bench.processes.start(argv, cores, stdout=subprocess.PIPE, text=True)
        result = json.loads(read_line(process, PATIENCE, "filling a server"))
        self.bench.processes.stop(process)
        if result["requests"] != workload.key_count or any(result[fault] for fault in FAULTS):
            raise Failed(f"a {workload.store} server did not take the keys: {result}")


class GatedLoad:
    """Clients that have connected and warmed up, and measure once they are let go."""

    def __init__(self, bench, workload: Workload, ports: list[int], seconds: float):
        self.bench = bench
        self.seconds = seconds
        argv = bench.load.arguments(
            workload, ports, "--gated", "--operation", workload.operation,
            "--multiple", workload.multiple, "--pipeline", workload.pipeline,
            "--clients", workload.client_count, "--seconds", seconds,
            "--warmup", bench.options.warmup, "--rate", workload.rate,
            *(["--reconnect"] if workload.reconnect else []),
        )  # fmt: skip
        cores = bench.machine.other_cores(workload.workers, workload.share)
        self.process = bench.processes.start(
            argv, cores, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        try:
            self.line("the load generator, while warming up,")
        except Failed:
            self.close()
            raise

    def line(self, what: str) -> str:
        return read_line(self.process, PATIENCE + self.seconds, what)

    def start(self) -> None:
        """Begins the measured part."""
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def finish(self) -> dict:
        """The figures of the measured part, once it is over."""
        return json.loads(self.line("the load generator"))

    def go(self) -> dict:
        self.start()
        return self.finish()

    def close(self) -> None:
        """Lets it close its connections and end."""
        try:
            self.process.stdin.close()
            self.process.wait(10)
        except (OSError, subprocess.TimeoutExpired):
            pass  # It is stopped below.
        self.bench.processes.stop(self.process)


def build() -> Path:
    swift = ["swift", "build", "-c", "release", "--package-path", str(PACKAGE), "--product", "load"]
    built = subprocess.run(swift, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if built.returncode:
        raise Failed(f"the load generator does not build:\n{built.stdout}{built.stderr}")
    where = subprocess.run([*swift, "--show-bin-path"], capture_output=True, text=True, check=True)
    return Path(where.stdout.strip()) / "load"
