"""Who is compared: proxies of the same configuration file, HAProxy, and no proxy at all."""

import os
import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from .failure import Failed
from .ports import wait_for_reply
from .servers import Servers
from .shares import Shares, refusal
from .workload import Workload

# Descriptors that a proxy needs besides those of clients and servers.
SPARE_FILES = 100


@dataclass
class Running:
    """A subject that answers: where, and which process it is (none without a proxy)."""

    ports: list[int]
    process: subprocess.Popen | None = None
    stats_port: int = 0
    # From its start to its first replies.
    start_seconds: float = 0.0
    shares: Shares | None = None

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    def stop(self, processes) -> None:
        if self.process:
            processes.stop(self.process)
        if self.shares:
            self.shares.remove()


class Direct:
    """The clients connect to the servers themselves."""

    kind = "direct"

    def __init__(self, name: str):
        self.name = name

    def version(self) -> str:
        return "no proxy"

    def refuses(self, workload: Workload, bench) -> str | None:
        if workload.pools > 1 or workload.workers > 1:
            return "without a proxy there are neither pools nor workers"
        return None

    def start(self, bench, workload: Workload, servers: Servers) -> Running:
        return Running(servers.ports)


class Proxy:
    """What proxies have in common: a file that configures them, ports, a process."""

    kind = "proxy"
    # Descriptors for each client.
    files_per_client = 1

    def __init__(self, name: str, binary: str):
        self.name = name
        self.binary = binary

    def refuses(self, workload: Workload, bench) -> str | None:
        needed = workload.client_count * self.files_per_client + SPARE_FILES
        needed += workload.servers * workload.pools * workload.workers
        if needed > bench.machine.files:
            return f"needs {needed} open files, {bench.machine.files} are allowed"
        return refusal() if workload.share else None

    def start(self, bench, workload: Workload, servers: Servers) -> Running:
        ports = [bench.ports.take() for _ in range(workload.pools)]
        running = Running(ports, stats_port=bench.ports.take())
        argv = self.command(bench, workload, servers, running)
        began = time.monotonic()
        running.process = bench.processes.start(
            argv, bench.machine.proxy_cores(workload.workers, workload.share)
        )
        try:
            for port in {ports[0], ports[-1]}:
                wait_for_reply(port, workload.store, running.process, self.name)
            running.start_seconds = time.monotonic() - began
            if workload.share:
                running.shares = Shares(running.pid, workload.share)
        except Failed:
            running.stop(bench.processes)
            raise
        return running

    def command(self, bench, workload: Workload, servers: Servers, running: Running) -> list:
        raise NotImplementedError

    def version(self) -> str:
        found = re.search(r"\d+\.\d+(\.\d+)*", output_of(self.binary, self.version_flag))
        return f"{Path(self.binary).name} {found[0] if found else 'of unknown version'}"


class TwemproxyLike(Proxy):
    """martlet, nutcracker, and whoever reads their configuration file."""

    version_flag = "-V"

    def __init__(self, name: str, binary: str):
        super().__init__(name, binary)
        self.has_workers = "--workers" in output_of(binary, "--help")

    def refuses(self, workload: Workload, bench) -> str | None:
        if workload.workers > 1 and not self.has_workers:
            return "has one worker"
        return super().refuses(workload, bench)

    def command(self, bench, workload: Workload, servers: Servers, running: Running) -> list:
        file = bench.directory / f"{self.name}.yml"
        file.write_text(
            "".join(
                self.pool(f"bench{index}" if index else "bench", port, workload, servers)
                for index, port in enumerate(running.ports)
            )
        )
        argv = [self.binary, "-c", file, "-a", "127.0.0.1", "-s", running.stats_port,
                "-o", bench.directory / f"{self.name}.log"]  # fmt: skip
        return argv + (["--workers", workload.workers] if self.has_workers else [])

    @staticmethod
    def pool(name: str, port: int, workload: Workload, servers: Servers) -> str:
        redis = "true" if workload.store == "redis" else "false"
        nodes = "".join(f"    - 127.0.0.1:{p}:1 node{i}\n" for i, p in enumerate(servers.ports))
        return (
            f"{name}:\n  listen: 127.0.0.1:{port}\n  hash: fnv1a_64\n  distribution: ketama\n"
            f"  timeout: 20000\n  backlog: 4096\n  preconnect: true\n  redis: {redis}\n"
            f"  servers:\n{nodes}"
        )


class HAProxy(Proxy):
    """Layer 4 only: a client's connection goes to one server, nothing is shared or sharded. It is
    here for what passing bytes on costs a good proxy that reads none of them."""

    files_per_client = 2
    version_flag = "-v"

    def refuses(self, workload: Workload, bench) -> str | None:
        if workload.pools > 1:
            return "has no pools"
        return super().refuses(workload, bench)

    def command(self, bench, workload: Workload, servers: Servers, running: Running) -> list:
        most = (bench.machine.files - SPARE_FILES) // 2
        nodes = "".join(f"  server s{i} 127.0.0.1:{p}\n" for i, p in enumerate(servers.ports))
        file = bench.directory / f"{self.name}.cfg"
        file.write_text(
            f"global\n  maxconn {most}\n  nbthread {workload.workers}\n"
            "defaults\n  mode tcp\n  timeout connect 5s\n  timeout client 60s\n"
            "  timeout server 60s\n"
            f"frontend clients\n  bind 127.0.0.1:{running.ports[0]} backlog 4096\n"
            "  default_backend servers\n"
            f"backend servers\n  balance roundrobin\n{nodes}"
        )
        return [self.binary, "-db", "-f", file]


def parse_subjects(text: str) -> list:
    """NAME or NAME=BINARY, separated by commas. The name says what it is: direct, haproxy…, or a
    proxy with the configuration file that all others read."""
    subjects = []
    for item in text.split(","):
        name, _, binary = item.partition("=")
        if name == "direct":
            subjects.append(Direct(name))
        elif name.startswith("haproxy"):
            subjects.append(HAProxy(name, find(binary or "haproxy")))
        else:
            subjects.append(TwemproxyLike(name, find(binary or name)))
    return subjects


def find(binary: str) -> str:
    # Daemons are often in sbin, which is not on everyone's path.
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin"])
    for directory in [""] if os.sep in binary else path.split(os.pathsep):
        candidate = os.path.join(directory, binary)
        if os.access(candidate, os.X_OK) and os.path.isfile(candidate):
            return candidate
    raise Failed(f"no program {binary}; `make bench` provides what is compared")


def output_of(binary: str, flag: str) -> str:
    result = subprocess.run(
        [binary, flag], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=20
    )
    return result.stdout + result.stderr
