import Admin
import CGlibc
import Configuration
import Glibc
import Logging
import Proxy
import Reactor

/// The running daemon: the control thread's loop and what is attached to it.
///
/// Started in an order in which every failure is still told to whoever started it: the
/// configuration, then the log, the pid file, the ports. Only when all listens is anyone told that
/// it is up.
final class Daemon {
    /// Replies that have not been finished so long after the order to stop are given up. systemd
    /// and most scripts send SIGKILL after a time that is longer than this.
    private static let drainMilliseconds = 10_000

    private let loop: EventLoop
    private let control: ProxyControl
    private let admin: AdminServer
    private let log: LogWriter
    private let level: LogLevel
    private let logger: Logger
    private let manager = SystemdNotify()
    private var signals: [SignalWatcher] = []
    private var isStopping = false

    /// Runs a daemon from its start to its end. With `-d`, returns in the background process only.
    static func run(_ options: Options) throws(StartError) {
        let configuration = try Configuration.forStart(path: options.configurationPath)
        raiseDescriptorLimit()
        if options.daemonize {
            let detached = try DetachedDaemon()
            try serve(configuration, options) { detached.announceReady() }
        } else {
            try serve(configuration, options) {}
        }
    }

    private static func serve(
        _ configuration: Configuration, _ options: Options, whenReady: () -> Void
    ) throws(StartError) {
        let log = try LogWriter(path: options.logPath)
        try log.start()
        defer { log.finish() }
        do throws(StartError) {
            let pidFile = try options.pidFilePath.map { (path) throws(StartError) in
                try PIDFile(path)
            }
            let daemon = try Daemon(configuration, options, log)
            try daemon.listen(options)
            whenReady()
            daemon.runUntilStopped()
            pidFile?.remove()
        } catch {
            // On standard error the caller will say it.
            if options.logPath != nil { log.write(LogLine(.critical, "martlet: \(error.message)")) }
            throw error
        }
    }

    private init(
        _ configuration: Configuration, _ options: Options, _ log: LogWriter
    ) throws(StartError) {
        let level = LogLevel(options.verbose.value)
        self.log = log
        self.level = level
        logger = Logger(label: "martlet") { label in
            QueuedLogHandler(label: label, writer: log, level: level)
        }
        loop = try EventLoop.forStart()
        do throws(ProxyStartError) {
            control = try ProxyControl(
                configuration: configuration,
                workers: options.workers?.value ?? configuration.workers ?? Self.coreCount,
                loop: loop, logger: logger)
        } catch {
            throw StartError("\(error)")
        }
        admin = AdminServer(loop: loop, source: ControlStats(control: control))
    }

    // MARK: - Starting

    private func listen(_ options: Options) throws(StartError) {
        watchSignals()
        let address = try adminAddress(options)
        do throws(SystemError) {
            try admin.listen(on: address)
        } catch {
            throw StartError("cannot listen on \(address) for statistics: \(error.message)")
        }
        do throws(ProxyStartError) {
            try control.start()
        } catch {
            throw StartError("\(error)")
        }
        logger.notice("martlet-\(Version.number) started", metadata: ["pid": "\(getpid())"])
        manager.ready()
    }

    private func adminAddress(_ options: Options) throws(StartError) -> SocketAddress {
        let host = options.statsAddr
        if let address = host.hasPrefix("/") ? SocketAddress(unixPath: host) : nil {
            return address
        }
        do throws(ResolverError) {
            // Validated to be a port.
            return try Resolver.waitForAddress(
                of: host, port: UInt16(options.statsPort.value), on: loop)
        } catch {
            throw StartError("cannot listen on '\(host)' for statistics: \(error.message)")
        }
    }

    /// A proxy needs a descriptor for every connection, and the usual soft limit of 1024 exists for
    /// select(2).
    private static func raiseDescriptorLimit() {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return
        }
        limit.rlim_cur = limit.rlim_max
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// Those that the process may use: a container or taskset may leave it fewer than there are.
    private static var coreCount: Int {
        var numbers = [Int32](repeating: 0, count: Int(CGLIBC_CPUS))
        return max(1, Int(unsafe cglibc_usable_cpus(&numbers)))
    }

    // MARK: - Running

    private func runUntilStopped() {
        loop.run()
        admin.stop()
        logger.notice("martlet-\(Version.number) stopped")
    }

    private func watchSignals() {
        // A client that hung up is an error of its socket, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        CrashLine.watch()
        watch(SIGTERM, "SIGTERM", "stopping") { $0.stop() }
        watch(SIGINT, "SIGINT", "stopping") { $0.stop() }
        watch(SIGHUP, "SIGHUP", "reopening log file") { $0.reopenLog() }
        watch(SIGTTIN, "SIGTTIN", "up logging level") { $0.adjustLevel(by: 1) }
        watch(SIGTTOU, "SIGTTOU", "down logging level") { $0.adjustLevel(by: -1) }
        watch(SIGUSR1, "SIGUSR1", "ignored") { _ in }
        watch(SIGUSR2, "SIGUSR2", "ignored") { _ in }
    }

    private func watch(
        _ number: Int32, _ name: String, _ effect: String, _ act: @escaping (Daemon) -> Void
    ) {
        signals.append(
            SignalWatcher(loop, signal: number) { [unowned self] in
                logger.notice("signal \(number) (\(name)) received, \(effect)")
                act(self)
            })
    }

    private func stop() {
        if isStopping {
            logger.warning("told to stop twice, leaving at once")
            loop.stop()
            return
        }
        isStopping = true
        manager.stopping()
        admin.stop()
        control.drain(withinMilliseconds: Self.drainMilliseconds) { [loop] in loop.stop() }
    }

    private func reopenLog() {
        manager.reloading()
        log.reopen()
        manager.ready()
    }

    private func adjustLevel(by step: Int) {
        let number = level.adjust(by: step)
        logger.notice("log level is now \(number)")
    }
}

extension EventLoop {
    /// A loop, or why there can be none.
    static func forStart() throws(StartError) -> EventLoop {
        do throws(SystemError) {
            return try EventLoop()
        } catch {
            throw StartError("cannot make an event loop: \(error.message)")
        }
    }
}

/// Hands the proxy's figures to the admin port.
private final class ControlStats: StatsSource {
    private let control: ProxyControl

    init(control: ProxyControl) {
        self.control = control
    }

    func snapshot() -> StatsSnapshot { control.snapshot() }

    func latency() -> [PoolLatency] { control.latency() }
}
