import Glibc
import TestKit

extension Demonstration {
    /// What operators and their scripts meet.
    static let process = ending + starting + files + figures

    // MARK: - Starting and ending

    private static let ending: [Demonstration] = [SIGTERM, SIGINT].map { signal in
        Demonstration(
            "drain", signal == SIGTERM ? "SIGTERM" : "SIGINT",
            twemproxy: signal == SIGTERM
                ? "signalled(15), socket stays" : "exited(1), socket stays",
            here: "exited(0), socket gone"
        ) { program in
            let pool = PoolSpecification.redis(
                servers: ["127.0.0.1:1:1"], listen: .unixSocket(permissions: nil))
            let proxy = try RunningProxy(program, pool: pool)
            proxy.signal(signal)
            let status = try proxy.wait()
            return "\(status), socket \(exists(proxy.socketPath()) ? "stays" : "gone")"
        }
    }

    private static let starting: [Demonstration] = [
        Demonstration(
            "honest-start", "-d with a bad file", twemproxy: "exited(0)", here: "exited(1)"
        ) { program in
            let launch = try Launch("alpha:\n  hash: nonsense\n")
            return "\(try run(program.path, launch.arguments + ["-d"]).status)"
        },
        Demonstration(
            "honest-start", "-t with a bad file", twemproxy: "no reason", here: "a reason"
        ) { program in
            let launch = try Launch("alpha:\n  hash: nonsense\n")
            let errors = try run(program.path, launch.arguments + ["-t"]).errors
            return errors.contains("hash") ? "a reason" : "no reason"
        },
        Demonstration(
            "second-daemon", "the same command twice", twemproxy: "pid file lost",
            here: "pid file kept"
        ) { program in
            let launch = try Launch()
            _ = try run(program.path, launch.arguments + ["-d"])
            guard eventually({ launch.daemon != nil }), let first = launch.daemon else {
                return "not started"
            }
            defer { _ = kill(first, SIGKILL) }
            _ = try run(program.path, launch.arguments + ["-d"])
            let isLost = eventually(timeout: 2) { launch.daemon != first }
            return isLost ? "pid file lost" : "pid file kept"
        },
        Demonstration(
            "pid-file", "-p without -d", twemproxy: "no pid file", here: "a pid file"
        ) { program in
            let proxy = try RunningProxy(program, pool: .nowhere)
            return exists(proxy.pidPath) ? "a pid file" : "no pid file"
        },
        Demonstration(
            "stray-words", "a word too many", twemproxy: "exited(0)", here: "exited(1)"
        ) { program in
            let launch = try Launch()
            return "\(try run(program.path, launch.arguments + ["-t", "stray"]).status)"
        },
    ]

    // MARK: - Files

    private static let files: [Demonstration] = [
        Demonstration("star", "a listen of *:port", twemproxy: "not there", here: "there") {
            program in
            let launch = try Launch { "alpha:\n  listen: \"*:\($0)\"\n" }
            let process = try ChildProcess(program.path, launch.arguments)
            _ = eventually { (try? TestClient(port: launch.statsPort)) != nil }
            let isThere = eventually(timeout: 1) { (try? TestClient(port: launch.port)) != nil }
            return process.isRunning && isThere ? "there" : "not there"
        },
        Demonstration(
            "limits", "a timeout of 2^32 + 5", twemproxy: "exited(0)", here: "exited(1)"
        ) { program in
            let launch = try Launch { "alpha:\n  listen: 127.0.0.1:\($0)\n  timeout: 4294967301\n" }
            return "\(try run(program.path, launch.arguments + ["-t"]).status)"
        },
        Demonstration(
            "limits", "a weight of two millions", twemproxy: "exited(0)", here: "exited(1)"
        ) { program in
            let launch = try Launch {
                "alpha:\n  listen: 127.0.0.1:\($0)\n  servers:\n   - 127.0.0.1:2:2000000\nbeta:\n"
                    + "  listen: 127.0.0.1:1\n"
            }
            return "\(try run(program.path, launch.arguments + ["-t"]).status)"
        },
        Demonstration(
            "wider-yaml", "brackets around an address", twemproxy: "exited(1)", here: "exited(0)"
        ) { program in
            let launch = try Launch { "alpha:\n  listen: \"[::1]:\($0)\"\n" }
            return "\(try run(program.path, launch.arguments + ["-t"]).status)"
        },
    ]

    // MARK: - Figures and the log

    private static let figures: [Demonstration] = [
        Demonstration("exact-stats", "fragments", twemproxy: "0", here: "2") { program in
            let nodes = try CacheNode.several(2, .redis)
            let proxy = try RunningProxy(program, pool: .redis(nodes))
            _ = try proxy.client().command(["MGET"] + (0..<40).map { "key:\($0 * 31)" })
            _ = try eventually { try proxy.stats().sum("responses") == 2 }
            return "\(try proxy.stats().number("alpha", "fragments"))"
        },
        Demonstration(
            "exact-stats", "connections to a unix socket", twemproxy: "0", here: "1"
        ) { program in
            let node = try CacheNode.redis(overUnixSocket: true)
            let proxy = try RunningProxy(
                program, pool: .redis(servers: [node.line(named: "a")]))
            _ = try proxy.client().command("GET", "a")
            _ = try eventually { try proxy.stats().sum("responses") == 1 }
            return "\(try proxy.stats().number("alpha", "a", "server_connections"))"
        },
        Demonstration(
            "exact-stats", "bytes of an MSET", twemproxy: "too many", here: "as sent"
        ) { program in
            let proxy = try RunningProxy(program, pool: .redis(CacheNode.several(2, .redis)))
            let pairs = (0..<40).flatMap { ["key:\($0 * 31)", "a value of a few bytes"] }
            _ = try proxy.client().command(["MSET"] + pairs)
            _ = try eventually { try proxy.stats().sum("responses") == 2 }
            let whole = Bytes.command(["MSET"] + pairs).count
            // Beside the arguments, the parts have a header and a name each.
            let isPlausible = try proxy.stats().sum("request_bytes") < whole + 50
            return isPlausible ? "as sent" : "too many"
        },
        Demonstration(
            "exact-stats", "a question right after the traffic", twemproxy: "0", here: "20"
        ) { program in
            let node = try CacheNode.redis()
            let proxy = try RunningProxy(
                program, pool: .redis([node]),
                arguments: program.path == ProxyProgram.nutcracker.path ? ["-i", "30000"] : [])
            let client = try proxy.client()
            for _ in 0..<20 { _ = try client.command("GET", "a") }
            return "\(try proxy.stats().number("alpha", node.name, "requests"))"
        },
        Demonstration(
            "log-lines", "a line's beginning", twemproxy: "file.c:line", here: "level martlet:"
        ) { program in
            let proxy = try RunningProxy(program, pool: .nowhere)
            _ = eventually { !proxy.log.isEmpty }
            let line = proxy.log.prefix { $0 != "\n" }
            if line.contains(#/^\[[-0-9]+ [0-9:.]+\] \w+\.c:\d+ /#) { return "file.c:line" }
            let isOurs = line.contains(#/^\[[-0-9]+ [0-9:.]+\] notice martlet: /#)
            return isOurs ? "level martlet:" : String(line)
        },
    ]
}

/// A configuration and the flags to run a proxy with it, in a directory of its own.
struct Launch {
    /// Where everything is.
    let directory: TemporaryDirectory
    /// The port of the pool.
    let port: Int
    /// The port of the statistics.
    let statsPort: Int

    /// With one pool of a server that is not there.
    ///
    /// - Parameter pool: Makes all lines but those of `servers`, given a port to listen on.
    init(
        _ pool: (Int) -> String = { "alpha:\n  listen: 127.0.0.1:\($0)\n  redis: true\n" }
    ) throws {
        directory = try TemporaryDirectory()
        port = try FreePort.take()
        statsPort = try FreePort.take()
        _ = try directory.write(pool(port) + "  servers:\n   - 127.0.0.1:1:1\n", to: "proxy.yml")
    }

    /// With these lines.
    init(_ text: String) throws {
        try self.init { _ in text }
    }

    /// Flags that name every file and port.
    var arguments: [String] {
        [
            "-c", directory.file("proxy.yml"), "-o", directory.file("log"),
            "-p", directory.file("pid"), "-s", "\(statsPort)", "-a", "127.0.0.1",
        ]
    }

    /// The process id in the pid file.
    var daemon: pid_t? { pid_t(contents(of: directory.file("pid"))) }
}
