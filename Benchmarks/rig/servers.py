"""The servers behind the proxies."""

from .failure import Failed
from .ports import wait_for_reply
from .processes import Processes
from .workload import Workload

# Sets of servers kept running for the workloads to come.
MOST_SETS = 3


class Servers:
    """The servers of one store, each holding all keys, so that any routing finds them."""

    def __init__(self, workload: Workload, bench):
        self.processes: Processes = bench.processes
        self.ports = [bench.ports.take() for _ in range(workload.servers)]
        cores = bench.machine.other_cores(workload.workers, workload.share)
        if workload.mock:
            # One process for all of them: what it costs is the other core's, and that is shared.
            argv = bench.load.serve(workload, self.ports)
            self.running = [self.processes.start(argv, cores)]
        else:
            self.running = [
                self.processes.start(self.command(workload, port, bench), cores)
                for port in self.ports
            ]
        for index, port in enumerate(self.ports):
            process = self.running[index % len(self.running)]
            wait_for_reply(port, workload.store, process, f"the {workload.store} server")
            if not workload.mock:
                bench.load.fill(workload, port)

    @staticmethod
    def command(workload: Workload, port: int, bench) -> list:
        # Direct clients are spread over them, and a proxy has a connection for each of its pools.
        most = min(bench.machine.files - 100, 15_000)
        if workload.store == "redis":
            # Its protection would refuse clients from other loopback addresses than the first.
            return ["redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "",
                    "--protected-mode", "no",
                    "--appendonly", "no", "--loglevel", "warning", "--maxclients", most,
                    "--tcp-backlog", 4096, "--dir", bench.directory]  # fmt: skip
        megabytes = workload.key_count * (workload.value + 200) // 2**20
        # One thread, as a redis-server has; -u matters to root only.
        return ["memcached", "-l", "127.0.0.1", "-p", port, "-U", "0", "-t", "1", "-u", "nobody",
                "-m", megabytes * 3 + 256, "-I", "4m", "-c", most, "-b", 4096]  # fmt: skip

    def stop(self) -> None:
        self.processes.stop_all(self.running)


class ServerSets:
    """The sets of servers that workloads need, each started and filled once."""

    def __init__(self, bench):
        self.bench = bench
        self.sets: dict[tuple, Servers] = {}

    def serving(self, workload: Workload) -> Servers:
        key = (workload.store, workload.servers, workload.value, workload.key_count,
               workload.key_length, workload.mock, workload.delay, workload.workers,
               workload.share)  # fmt: skip
        servers = self.sets.pop(key, None)
        if servers and any(process.poll() is not None for process in servers.running):
            raise Failed(f"a {workload.store} server has ended")
        if not servers:
            while len(self.sets) >= MOST_SETS:
                # The one that has not been used for longest.
                self.sets.pop(next(iter(self.sets))).stop()
            servers = Servers(workload, self.bench)
        self.sets[key] = servers
        return servers
