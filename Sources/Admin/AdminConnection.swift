import Reactor

/// One client of the admin port: asks, is answered, leaves.
///
///     asking ──(request, silence, deadline)──▶ replying ──(all sent)──▶ draining ──(peer's end)──▶ closed
///
/// The server owns it; it stops all it started in `close`, the one way it ends. Draining: a socket
/// closed with unread input is reset by the kernel, and the reset can destroy the reply on its way
/// to a client that sent a newline.
final class AdminConnection {
    private enum Phase {
        case asking, replying, draining, closed
    }

    private let socket: Socket
    private let pages: AdminPages
    private let limits: AdminLimits
    private let leave: (AdminConnection) -> Void

    private var phase = Phase.asking
    private var input: AdminInput
    private var output: [UInt8] = []
    private var sentCount = 0
    private var drainedCount = 0

    private var watcher: IOWatcher?
    private var silence: Timer?
    private var deadline: Timer?

    /// Takes over an accepted descriptor; `leave` is called once, when the connection has ended.
    init(
        _ loop: EventLoop, adopting descriptor: Int32, pages: AdminPages, limits: AdminLimits,
        leave: @escaping (AdminConnection) -> Void
    ) {
        socket = Socket(adopting: descriptor)
        self.pages = pages
        self.limits = limits
        self.leave = leave
        input = AdminInput(limit: limits.headBytes)

        watcher = IOWatcher(loop, descriptor: descriptor) { [weak self] readiness in
            self?.becameReady(readiness)
        }
        silence = Timer(loop) { [weak self] in self?.stayedSilent() }
        deadline = Timer(loop) { [weak self] in self?.ranOutOfTime() }
        watcher?.watch(.readable)
        silence?.start(afterMilliseconds: limits.silenceMilliseconds)
        deadline?.start(afterMilliseconds: limits.deadlineMilliseconds)
    }

    /// Whether it has not asked yet, so that closing it loses nothing.
    var isWaiting: Bool { phase == .asking }

    /// Ends the connection at once.
    func close() {
        guard phase != .closed else { return }
        phase = .closed
        watcher?.cancel()
        silence?.cancel()
        deadline?.cancel()
        leave(self)
    }

    // MARK: - Events

    private func becameReady(_ readiness: Readiness) {
        if readiness.contains(.writable) { send() }
        if readiness.contains(.readable) { receive() }
    }

    private func stayedSilent() {
        reply(pages.statsLine())
    }

    private func ranOutOfTime() {
        switch phase {
        case .asking:
            switch input.question {
            case .undecided, .stats: reply(pages.statsLine())
            case .incompleteHead, .head, .oversizedHead: reply(refusal(.requestTimeout))
            }
        case .replying, .draining, .closed: close()
        }
    }

    private func receive() {
        switch phase {
        case .asking: receiveRequest()
        case .draining: drain()
        case .replying, .closed: break
        }
    }

    // MARK: - Asking

    private func receiveRequest() {
        do throws(SystemError) {
            var bytes = [UInt8](repeating: 0, count: limits.headBytes)
            switch try read(&bytes) {
            case .bytes(let count):
                silence?.stop()
                input.append(bytes[..<count])
                answerIfAsked()
            case .endOfFile: answerUnfinished()
            case .wouldBlock: break
            }
        } catch {
            close()
        }
    }

    private func answerIfAsked() {
        switch input.question {
        case .undecided, .incompleteHead: break
        case .stats: reply(pages.statsLine())
        case .head: reply(pages.reply(toHead: input.bytes[...]))
        case .oversizedHead: reply(refusal(.headTooLarge))
        }
    }

    /// The client said that no more will come; it can still read.
    private func answerUnfinished() {
        switch input.question {
        case .undecided, .stats: reply(pages.statsLine())
        case .incompleteHead, .head, .oversizedHead: reply(refusal(.badRequest))
        }
    }

    private func refusal(_ status: HTTPResponse.Status) -> [UInt8] {
        HTTPResponse(status: status, body: status.rawValue + "\n").encoded()
    }

    // MARK: - Replying

    private func reply(_ bytes: [UInt8]) {
        phase = .replying
        output = bytes
        silence?.stop()
        deadline?.start(afterMilliseconds: limits.deadlineMilliseconds)
        send()
    }

    private func send() {
        guard phase == .replying else { return }
        do throws(SystemError) {
            while sentCount < output.count {
                let count = try unsafe output[sentCount...].withUnsafeBufferPointer {
                    (rest) throws(SystemError) in
                    try unsafe socket.send(UnsafeRawBufferPointer(rest))
                }
                guard count > 0 else {
                    watcher?.watch(.writable)
                    return
                }
                sentCount += count
            }
        } catch {
            close()
            return
        }
        output = []
        phase = .draining
        socket.shutdownWrite()
        watcher?.watch(.readable)
    }

    // MARK: - Draining

    private func drain() {
        do throws(SystemError) {
            var bytes = [UInt8](repeating: 0, count: limits.headBytes)
            switch try read(&bytes) {
            case .bytes(let count):
                drainedCount += count
                if drainedCount > limits.drainBytes { close() }
            case .endOfFile: close()
            case .wouldBlock: break
            }
        } catch {
            close()
        }
    }

    private func read(_ bytes: inout [UInt8]) throws(SystemError) -> Socket.ReadResult {
        try unsafe bytes.withUnsafeMutableBufferPointer { (room) throws(SystemError) in
            try unsafe socket.read(into: UnsafeMutableRawBufferPointer(room))
        }
    }
}

@available(*, unavailable)
extension AdminConnection: Sendable {}
