"""Free ports, and the wait until somebody answers on one."""

import os
import socket
import subprocess
import time
from pathlib import Path

from .failure import Failed

REQUESTS = {"redis": b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n", "memcached": b"get a\r\n"}
MISSES = {"redis": b"$-1\r\n", "memcached": b"END\r\n"}


class Ports:
    """Gives out free ports below those that the kernel gives to outgoing connections: none of the
    thousands of clients can take one before its server listens."""

    def __init__(self):
        first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
        self.range = range(max(1024, first - 16_000), first)
        # Two rigs side by side start at different ends.
        self.next = os.getpid() * 37 % len(self.range)

    def take(self) -> int:
        for _ in self.range:
            port = self.range[self.next]
            self.next = (self.next + 1) % len(self.range)
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError:
                    continue
            return port
        raise Failed("no free port")


def wait_for_reply(port: int, store: str, process: subprocess.Popen, what: str) -> None:
    """Waits until a GET is answered on the port."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Failed(f"{what} ended with status {process.returncode}")
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as probe:
                probe.sendall(REQUESTS[store])
                if probe.recv(64) == MISSES[store]:
                    return
        except OSError:
            pass
        time.sleep(0.002)
    raise Failed(f"{what} does not answer on port {port}")
