"""A redis-server, and Martlet before it or not."""

import contextlib
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from .failure import Failed

PATIENCE = 30.0

# A port that was free may be somebody else's a moment later.
ATTEMPTS = 3

# The suites administer the server as they go.
POOL = """suite:
  listen: 127.0.0.1:{port}
  redis: true
  administration: true
  servers:
    - 127.0.0.1:{server}:1
"""


class Stand:
    """The two processes, on free ports and with a directory of their own; they end with it."""

    def __init__(self, settings: list[str], martlet: Path | None):
        self.settings = settings
        self.martlet = martlet
        self.processes: list[subprocess.Popen] = []

    def __enter__(self) -> "Stand":
        for left in reversed(range(ATTEMPTS)):
            try:
                self.open()
                return self
            except Failed:
                self.__exit__()
                if left == 0:
                    raise
            except BaseException:
                self.__exit__()
                raise

    def open(self) -> None:
        self.processes = []
        self.directory = Path(tempfile.mkdtemp(prefix="suite-"))
        server = free_port()
        self.port = server
        self.start("redis-server", *self.settings, "--port", server, "--dir", self.directory)
        wait_for(server, self.processes[-1])
        if self.martlet:
            self.port = free_port()
            file = self.directory / "martlet.yml"
            file.write_text(POOL.format(port=self.port, server=server))
            self.start(self.martlet, "-c", file, "-s", free_port(), "-a", "127.0.0.1",
                       "--workers", 1)  # fmt: skip
            wait_for(self.port, self.processes[-1])

    def start(self, *argv) -> None:
        with open(self.directory / f"{Path(argv[0]).name}.log", "w") as log:
            self.processes.append(
                # Should the runner be killed, the kernel stops what it started.
                subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *map(str, argv)],
                                 stdin=subprocess.DEVNULL, stdout=log, stderr=log)  # fmt: skip
            )

    @property
    def crash(self) -> str | None:
        """What Martlet had to say if it ended before its time."""
        if not self.martlet or self.processes[-1].poll() is None:
            return None
        log = (self.directory / f"{self.martlet.name}.log").read_text(errors="replace")
        return f"martlet ended with status {self.processes[-1].returncode}: {log[-2000:]}"

    def __exit__(self, *_) -> None:
        for process in reversed(self.processes):
            process.kill()
            process.wait()
        with contextlib.suppress(OSError):
            shutil.rmtree(self.directory)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port: int, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Failed(f"{process.args[3]} ended with status {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.01)
    raise Failed(f"nobody listens on port {port}")
