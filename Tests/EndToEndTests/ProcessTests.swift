import Foundation
import TestKit
import Testing

/// The daemon as its operator and its init system meet it.
@Suite(.serialized) struct ProcessTests {
    private let program = ProxyProgram.martlet.path
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    // MARK: - The command line

    @Test func aGoodConfigurationTestsWell() throws {
        let config = try write(servers: ["127.0.0.1:6379:1"])

        let result = try run(program, ["-t", "-c", config])

        #expect(result.status == .exited(0))
        #expect(result.errors.contains("syntax is ok"))
    }

    @Test func aBadConfigurationTestsBadlyAndSaysWhy() throws {
        let config = try write(servers: ["127.0.0.1:6379:1"], options: ["hash": "nonsense"])

        let result = try run(program, ["-t", "-c", config])

        #expect(result.status == .exited(1))
        #expect(result.errors.contains("syntax is invalid"))
        #expect(result.errors.contains("hash"))
    }

    @Test func allMistakesAreShownAtOnce() throws {
        let config = try write(
            servers: ["127.0.0.1:6379:0"],
            options: ["hash": "nonsense", "distribution": "elsewhere", "timeout": "soon"])

        let result = try run(program, ["-t", "-c", config])

        for word in ["hash", "distribution", "timeout", "weight"] {
            #expect(result.errors.contains(word), "\(word) is not in: \(result.errors)")
        }
    }

    @Test func aBadConfigurationDoesNotStart() throws {
        let config = try write(servers: ["127.0.0.1:6379:1"], options: ["hash": "nonsense"])

        let result = try run(program, arguments(config))

        #expect(result.status == .exited(1))
        #expect(result.errors.contains("hash"))
    }

    @Test func aMissingConfigurationDoesNotStart() throws {
        let missing = directory.file("missing.yml")

        let result = try run(program, arguments(missing))

        #expect(result.status == .exited(1))
        #expect(result.errors.contains(missing))
    }

    @Test(arguments: ["-V", "--version"])
    func theVersionIsShown(flag: String) throws {
        let result = try run(program, [flag])

        #expect(result.status == .exited(0))
        #expect((result.output + result.errors).contains("This is "))
    }

    @Test(arguments: ["-h", "--help"])
    func helpIsShown(flag: String) throws {
        let result = try run(program, [flag])

        #expect(result.status == .exited(0))
        for option in ["--conf-file", "--stats-port", "--daemonize", "--pid-file"] {
            #expect((result.output + result.errors).contains(option), "\(option)")
        }
    }

    @Test func theFiguresAreDescribed() throws {
        let result = try run(program, ["-D"])

        #expect(result.status == .exited(0))
        for field in ["client_eof", "fragments", "server_ejected_at", "out_queue_bytes"] {
            #expect((result.output + result.errors).contains(field), "\(field)")
        }
    }

    @Test(arguments: [["-x"], ["--nonsense"], ["-s", "0"], ["-s", "65536"], ["-m", "1"], ["-c"]])
    func badFlagsAreRefused(flags: [String]) throws {
        let result = try run(program, flags)

        #expect(result.status == .exited(1))
        #expect(!result.errors.isEmpty)
    }

    // MARK: - Ending

    @Test(arguments: [SIGTERM, SIGINT])
    func anIdleDaemonEndsCleanly(signal: Int32) throws {
        let proxy = try RunningProxy(
            pool: .redis([CacheNode.redis()], listen: .unixSocket(permissions: nil)), workers: 2)
        #expect(contents(of: proxy.pidPath).contains("\(proxy.pid)"))
        #expect(exists(proxy.socketPath()))

        proxy.signal(signal)

        #expect(try proxy.wait() == .exited(0))
        #expect(!exists(proxy.pidPath))
        #expect(!exists(proxy.socketPath()))
    }

    @Test func requestsInFlightAreFinishedBeforeTheEnd() throws {
        let node = try CacheNode.redis()
        let proxy = try RunningProxy(pool: .redis([node]))
        let client = try proxy.client()
        #expect(try client.command("SET", "a", "1") == .ok)
        node.pause()
        try client.sendCommand("GET", "a")
        #expect(
            try eventually {
                let stats = try proxy.stats()
                let waiting = try stats.number("alpha", node.name, "in_queue")
                return try waiting + stats.number("alpha", node.name, "out_queue") == 1
            })

        proxy.signal(SIGTERM)
        let refusesNewClients = eventually {
            guard let late = try? proxy.client(timeout: 0.2) else { return true }
            return late.isAtEnd()
        }
        #expect(refusesNewClients)
        #expect(proxy.isRunning)
        node.resume()

        #expect(try client.readReply() == .bulk("1"))
        #expect(client.isAtEnd())
        #expect(try proxy.wait() == .exited(0))
    }

    /// More than may be in flight at once: some of it waits in the proxy when the end comes.
    @Test func aLongPipelineIsFinishedBeforeTheEnd() throws {
        let node = try CacheNode.redis()
        let proxy = try RunningProxy(pool: .redis([node]))
        let client = try proxy.client()
        #expect(try client.command("SET", "n", "0") == .ok)
        node.pause()
        try client.send((0..<6_000).flatMap { _ in Array("INCR n\r\n".utf8) })
        #expect(
            try eventually {
                let stats = try proxy.stats()
                let waiting = try stats.number("alpha", node.name, "in_queue")
                return try waiting + stats.number("alpha", node.name, "out_queue") > 4_000
            })

        proxy.signal(SIGTERM)
        #expect(eventually { (try? proxy.client(timeout: 0.2)) == nil })
        node.resume()

        for number in 1...6_000 {
            #expect(try client.readReply() == .integer(number))
        }
        #expect(client.isAtEnd())
        #expect(try proxy.wait() == .exited(0))
    }

    // MARK: - Starting

    @Test func itRunsInTheBackground() throws {
        let node = try CacheNode.redis()
        let port = try FreePort.take()
        let config = try write(servers: [node.line()], port: port)

        let result = try run(program, arguments(config) + ["-d"])

        #expect(result.status == .exited(0))
        let pid = try #require(
            Int32(
                contents(of: directory.file("pid")).trimmingCharacters(in: .whitespacesAndNewlines))
        )
        defer { kill(pid, SIGKILL) }
        let client = try TestClient(port: port)
        #expect(try client.command("SET", "a", "1") == .ok)
        kill(pid, SIGTERM)
        #expect(eventually { kill(pid, 0) != 0 })
        #expect(!exists(directory.file("pid")))
    }

    @Test func aBadConfigurationIsNoticedBeforeGoingToTheBackground() throws {
        let config = try write(servers: ["127.0.0.1:6379:1"], options: ["hash": "nonsense"])

        let result = try run(program, arguments(config) + ["-d"])

        #expect(result.status == .exited(1))
        #expect(result.errors.contains("hash"))
        #expect(!exists(directory.file("pid")))
    }

    @Test func aTakenPortIsNoticedBeforeGoingToTheBackground() throws {
        let holder = try FakeServer { $0.stall() }
        let config = try write(servers: ["127.0.0.1:6379:1"], port: holder.port)

        let result = try run(program, arguments(config) + ["-d"])

        #expect(result.status == .exited(1))
        #expect(!exists(directory.file("pid")))
    }

    @Test func aTakenPortIsNamed() throws {
        let holder = try FakeServer { $0.stall() }
        let config = try write(servers: ["127.0.0.1:6379:1"], port: holder.port)

        let result = try run(program, arguments(config))

        #expect(result.status == .exited(1))
        let words = result.errors + contents(of: directory.file("log"))
        #expect(words.contains("\(holder.port)"))
    }

    @Test func aSecondDaemonLeavesTheFirstOnesFilesAlone() throws {
        let proxy = try RunningProxy(
            pool: .redis([CacheNode.redis()], listen: .unixSocket(permissions: nil)))
        let before = contents(of: proxy.pidPath)

        let result = try run(
            program,
            [
                "-c", proxy.configPath, "-s", "\(try FreePort.take())", "-a", "127.0.0.1",
                "-o", directory.file("log"), "-p", proxy.pidPath,
            ])

        #expect(result.status == .exited(1))
        #expect(contents(of: proxy.pidPath) == before)
        #expect(try proxy.client().command("PING") == .simple("PONG"))
    }

    @Test func aDeadDaemonsFilesAreNoObstacle() throws {
        let node = try CacheNode.redis()
        let socket = directory.file("pool.sock")
        let config = try directory.write(
            "alpha:\n  listen: \(socket)\n  redis: true\n  servers:\n   - \(node.line())\n",
            to: "proxy.yml")
        let first = try ChildProcess(program, arguments(config))
        #expect(eventually { (try? TestClient(unixPath: socket)) != nil })
        first.kill()
        #expect(exists(socket))

        let second = try ChildProcess(program, arguments(config))

        let isServing = eventually {
            (try? TestClient(unixPath: socket).command("PING")) == .simple("PONG")
        }
        #expect(isServing)
        #expect(second.isRunning)
        #expect(contents(of: directory.file("pid")).contains("\(second.pid)"))
    }

    @Test func aServerWithoutAnAddressDoesNotStopTheDaemon() throws {
        let node = try CacheNode.redis()
        let servers = [node.line(named: "real"), "no-such-host.invalid:6379:1 lost"]
        let proxy = try RunningProxy(
            pool: .redis(servers: servers, options: ["hash": "murmur", "timeout": "2000"]))
        let client = try proxy.client()

        let replies = try (0..<40).map { try client.command("SET", "key:\($0)", "x") }

        #expect(replies.contains(.ok))
        #expect(
            replies.contains { $0.errorText?.contains("no-such-host.invalid") == true },
            "\(replies)")
    }

    // MARK: - Signals

    @Test func theLogIsReopened() throws {
        let proxy = try RunningProxy(pool: .redis([CacheNode.redis()]))
        let old = proxy.logPath + ".1"
        try FileManager.default.moveItem(atPath: proxy.logPath, toPath: old)

        proxy.signal(SIGHUP)
        #expect(eventually { exists(proxy.logPath) })

        let length = contents(of: old).count
        for signal in [SIGTTIN, SIGTTOU] {
            proxy.signal(signal)
        }
        #expect(eventually { !contents(of: proxy.logPath).isEmpty })
        #expect(contents(of: old).count == length)
        #expect(try proxy.client().command("PING") == .simple("PONG"))
    }

    @Test func signalsOfTheLogLevelAreLogged() throws {
        let proxy = try RunningProxy(pool: .redis([CacheNode.redis()]))

        proxy.signal(SIGTTIN)
        #expect(eventually { proxy.log.contains("SIGTTIN") })
        proxy.signal(SIGTTOU)
        #expect(eventually { proxy.log.contains("SIGTTOU") })

        #expect(try proxy.client().command("PING") == .simple("PONG"))
    }

    @Test func otherSignalsDoNotEndIt() throws {
        let proxy = try RunningProxy(pool: .redis([CacheNode.redis()]))

        for signal in [SIGPIPE, SIGUSR1, SIGUSR2] { proxy.signal(signal) }

        let staysUp = try always(for: 0.2) {
            try proxy.client().command("PING") == .simple("PONG")
        }
        #expect(staysUp)
    }

    private func write(
        servers: [String], options: [String: String] = [:], port: Int? = nil
    ) throws -> String {
        var lines = ["alpha:", "  listen: 127.0.0.1:\(try port ?? FreePort.take())"]
        lines += ["redis": "true"].merging(options) { $1 }.map { "  \($0.key): \($0.value)" }
        lines += ["  servers:"] + servers.map { "   - \($0)" }
        return try directory.write(lines.joined(separator: "\n") + "\n", to: "proxy.yml")
    }

    private func arguments(_ config: String) throws -> [String] {
        [
            "-c", config, "-s", "\(try FreePort.take())", "-a", "127.0.0.1",
            "-o", directory.file("log"), "-p", directory.file("pid"),
        ]
    }
}
