internal import Configuration
internal import Glibc
internal import Logging
internal import Reactor

/// An accepting socket of a pool on one worker.
@safe final class Listener {
    private let pool: Pool
    private let worker: Worker
    private var socket: Socket
    private var watcher: IOWatcher?
    private var pause: Timer?

    init(_ socket: consuming Socket, for pool: Pool) {
        self.pool = pool
        worker = pool.worker
        self.socket = consume socket
    }

    func start() {
        worker.connectionOpened()
        if case .tcp(_, _) = pool.configuration.listen {
            // On Linux accepted sockets inherit both, which saves a system call or two for each.
            socket.setNoDelay()
            if pool.configuration.tcpKeepalive { socket.setKeepalive() }
        }
        watcher = IOWatcher(worker.loop, descriptor: socket.descriptor) {
            [unowned self] _ in self.accept()
        }
        watcher?.watch(.readable)
    }

    func stop() {
        guard socket.descriptor >= 0 else { return }
        watcher?.cancel()
        pause?.cancel()
        socket.disconnect()
        worker.connectionClosed()
    }

    /// A bounded number at once; the rest is reported again in the next turn.
    private func accept() {
        for _ in 0..<Limits.acceptBatch {
            guard !worker.isFull else { return rest(because: "max_memory is reached") }
            do throws(SystemError) {
                guard let descriptor = try socket.accept() else { return }
                worker.accept(descriptor, for: pool)
                guard descriptor < worker.commons.descriptors.firstReserved else {
                    return rest(because: Self.outOfDescriptors)
                }
            } catch {
                return rest(because: error.message)
            }
        }
    }

    private static var outOfDescriptors: String { "the limit of open files is reached" }

    /// Out of descriptors or memory: those who knock wait in the backlog, and the loop does not
    /// spin on them.
    private func rest(because reason: String) {
        if worker.commons.acceptWarnings.allows() {
            worker.log.warning(
                "pool \(pool.configuration.name): cannot accept: \(reason); waiting")
        }
        watcher?.watch([])
        let timer = pause ?? Timer(worker.loop) { [unowned self] in self.resume() }
        pause = timer
        timer.start(afterMilliseconds: Limits.acceptPauseMilliseconds)
    }

    private func resume() {
        guard worker.commons.descriptors.hasRoom(besides: socket.descriptor) else {
            return rest(because: Self.outOfDescriptors)
        }
        watcher?.watch(.readable)
    }
}
