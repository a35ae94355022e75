import Foundation
import TestKit
import Testing

/// The command line, the signals and the daemon's ways are twemproxy's, under either name.
@Suite struct CompatibilityProcessTests {
    private static let ours = [ProxyProgram.martlet, .renamed]
    private static let all = [ProxyProgram.nutcracker] + ours

    // MARK: - The command line

    /// Flags that end at once. GOOD, BAD and MISSING stand for files.
    private static let commandLines = [
        "-h", "--help", "-V", "--version", "-D", "--describe-stats", "-hV", "-V -c MISSING",
        "-h -t -c BAD", "-Vt -c BAD",
        "-t -c GOOD", "--test-conf --conf-file=GOOD", "--test-conf --conf-file GOOD", "-tcGOOD",
        "-dt -c GOOD", "-t -c BAD", "-t -c MISSING", "-d -t -c BAD", "-c MISSING",
        "-t -c BAD -c GOOD",
        "-t -c GOOD -c BAD", "--conf GOOD -t", "--test -c GOOD", "-t --test-conf=1 -c GOOD",
        "-x", "-?", "--nonsense", "-V -x", "-x -V", "--st 5", "--stats-p 5 -t -c GOOD",
        "-c", "-o", "-p", "-a", "-s", "-v", "-i", "-m", "--output", "--stats-port",
        "-s 0", "-s 1 -t -c GOOD", "-s 65535 -t -c GOOD", "-s 65536", "-s abc", "-s -1", "-s +5",
        "-s 005 -t -c GOOD", "-s 5x", "-m 0", "-m 511", "-m 512 -t -c GOOD",
        "-m 16777216 -t -c GOOD", "-m 16777217", "-m x", "--mbuf-size=1024 -t -c GOOD",
        "-v 0 -t -c GOOD", "-v 11 -t -c GOOD", "-v 99 -t -c GOOD", "-v6 -t -c GOOD", "-v -1",
        "-v x", "-v 2147483647 -t -c GOOD", "-v 2147483648", "-i 0 -t -c GOOD", "-i -1", "-i x",
        "--stats-interval=1000 -t -c GOOD", "-a no.such.host.invalid -t -c GOOD",
        "-a no.such.host.invalid -s 29999 -c GOOD", "-o /nonexistent/log -c GOOD",
        "-t -c GOOD stray", "stray -t -c GOOD", "-t -c GOOD -- -x",
    ]

    /// Lines with words that this proxy refuses under its own name.
    private static func isStray(_ line: String) -> Bool {
        line.contains("stray") || line.contains(" -- ")
    }

    @Test(arguments: commandLines)
    func commandLinesEndAlike(_ line: String) throws {
        let launch = try Launch()
        let bad = try launch.directory.write("alpha:\n  hash: nonsense\n", to: "bad.yml")
        let arguments = line.replacing("GOOD", with: launch.directory.file("proxy.yml"))
            .replacing("BAD", with: bad).replacing("MISSING", with: launch.directory.file("no"))
            .split(separator: " ").map(String.init)

        let theirs = try run(ProxyProgram.nutcracker.path, arguments).status

        #expect(try run(ProxyProgram.renamed.path, arguments).status == theirs)
        if try run(ProxyProgram.martlet.path, arguments).status != theirs {
            IntendedDifference.expect(Self.isStray(line) ? "stray-words" : nil, line)
        }
    }

    @Test(arguments: all)
    func theStatisticsListenWhereTheFlagsSay(program: ProxyProgram) throws {
        for address in ["localhost", "127.0.0.1", "/socket"] {
            let launch = try Launch()
            let path = launch.directory.file("stats")
            let process = try ChildProcess(
                program.path, launch.arguments + ["-a", address == "/socket" ? path : address])

            let answers = eventually {
                let client =
                    address == "/socket"
                    ? try? TestClient(unixPath: path) : try? TestClient(port: launch.statsPort)
                guard let bytes = try? client?.readToEnd() else { return false }
                return String(decoding: bytes, as: UTF8.self).hasPrefix(
                    "{\"service\":\"nutcracker\"")
            }

            #expect(answers, "\(address)")
            #expect(process.isRunning)
        }
    }

    // MARK: - Signals

    @Test(arguments: all)
    func theLogIsReopenedAndAppendedTo(program: ProxyProgram) throws {
        let proxy = try RunningProxy(program, pool: .nowhere)
        #expect(eventually { !contents(of: proxy.logPath).isEmpty })
        let old = proxy.logPath + ".1"
        try FileManager.default.moveItem(atPath: proxy.logPath, toPath: old)

        proxy.signal(SIGHUP)
        #expect(eventually { exists(proxy.logPath) })
        proxy.signal(SIGUSR1)

        #expect(eventually { contents(of: proxy.logPath).contains("SIGUSR1") })
        #expect(contents(of: old).contains("signal 1 (SIGHUP) received, reopening log file"))
        try Data("earlier\n".utf8).write(to: URL(fileURLWithPath: proxy.logPath))
        proxy.signal(SIGHUP)
        proxy.signal(SIGUSR1)
        #expect(eventually { contents(of: proxy.logPath).contains("SIGUSR1") })
        #expect(contents(of: proxy.logPath).hasPrefix("earlier\n"))
    }

    @Test(arguments: all)
    func signalsAreNamedAndDoNotEndIt(program: ProxyProgram) throws {
        let proxy = try RunningProxy(program, pool: .nowhere)
        let lines = [
            (SIGTTIN, "signal 21 (SIGTTIN) received, up logging level"),
            (SIGTTOU, "signal 22 (SIGTTOU) received, down logging level"),
            (SIGUSR1, "signal 10 (SIGUSR1) received"), (SIGUSR2, "signal 12 (SIGUSR2) received"),
        ]

        proxy.signal(SIGPIPE)
        for (signal, line) in lines {
            proxy.signal(signal)
            #expect(eventually { proxy.log.contains(line) }, "\(line)")
        }

        #expect(try proxy.client().command("PING") == .simple("PONG"))
    }

    @Test(arguments: all)
    func aCrashIsTheLogsLastLine(program: ProxyProgram) throws {
        let launch = try Launch()
        // A core file is of no use here. Swift's own backtraces, where the environment asks for
        // them, go before the line in the log.
        let process = try ChildProcess(
            "sh", ["-c", "ulimit -c 0; exec \"$0\" \"$@\"", program.path] + launch.arguments,
            environment: ["SWIFT_BACKTRACE": "enable=no"])
        #expect(eventually { (try? TestClient(port: launch.port)) != nil })
        // At rest, since twemproxy's handler allocates: amid an allocation it would wait for ever.
        let client = try TestClient(port: launch.port)
        #expect(try client.command("PING") == .simple("PONG"))

        process.signal(SIGSEGV)

        #expect(try process.wait() == .signalled(SIGSEGV))
        let log = contents(of: launch.directory.file("log"))
        #expect(log.contains("signal 11 (SIGSEGV) received, core dumping"))
    }

    // MARK: - In the background

    @Test(arguments: ours)
    func daemonsAreAlike(program: ProxyProgram) throws {
        #expect(try DaemonTraits(of: program) == DaemonTraits(of: .nutcracker))
    }

    @Test(arguments: all)
    func daemonsTakeTheFlagsOfTwemproxysOwnTests(program: ProxyProgram) throws {
        let launch = try Launch()

        let result = try run(
            program.path, ["-d"] + launch.arguments + ["-v", "6", "-m", "512", "-i", "1"])

        #expect(result.status == .exited(0))
        #expect(eventually { launch.daemon != nil })
        let daemon = try #require(launch.daemon)
        defer { kill(daemon, SIGKILL) }
        #expect(eventually { (try? TestClient(port: launch.port)) != nil })
        #expect(try TestClient(port: launch.port).command("PING") == .simple("PONG"))
        let command = contents(of: "/proc/\(daemon)/cmdline").split(separator: "\0")
        #expect(command[1] == "-d")
    }
}

/// What can be seen of a daemon from outside.
private struct DaemonTraits: Equatable {
    let command: TestKit.ExitStatus
    let isNamedExactly: Bool
    let hasTerminal: Bool
    let leadsSession: Bool
    let staysInDirectory: Bool
    let files: [String]
    let umask: String
    let socketMode: Int

    init(of program: ProxyProgram) throws {
        var socket = ""
        let launch = try Launch { _ in
            socket = "/tmp/mt-\(UUID().uuidString.prefix(13).lowercased()).sock"
            return "alpha:\n  listen: \(socket)\n"
        }
        defer { try? FileManager.default.removeItem(atPath: socket) }
        command = try run(program.path, launch.arguments + ["-d"]).status
        guard eventually({ launch.daemon != nil && (try? TestClient(unixPath: socket)) != nil }),
            let pid = launch.daemon
        else { throw KitError("no daemon: \(contents(of: launch.directory.file("log")))") }
        defer { kill(pid, SIGKILL) }
        isNamedExactly = contents(of: launch.directory.file("pid")) == "\(pid)"
        let stat = contents(of: "/proc/\(pid)/stat").drop { $0 != ")" }.split(separator: " ")
        leadsSession = stat[4] == "\(pid)"
        hasTerminal = stat[5] != "0"
        let links = FileManager.default
        files = (0...2).map { number in
            (try? links.destinationOfSymbolicLink(atPath: "/proc/\(pid)/fd/\(number)")) ?? ""
        }
        let directory = try links.destinationOfSymbolicLink(atPath: "/proc/\(pid)/cwd")
        staysInDirectory = directory == links.currentDirectoryPath
        umask =
            contents(of: "/proc/\(pid)/status").split(separator: "\n")
            .first { $0.hasPrefix("Umask") }.map(String.init) ?? ""
        let attributes = try links.attributesOfItem(atPath: socket)
        socketMode = attributes[.posixPermissions] as? Int ?? 0
    }
}
