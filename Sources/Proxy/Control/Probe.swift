internal import Configuration
internal import Reactor
internal import Wire

/// One question to an ejected server, on a connection of its own: PING, or memcached's version.
///
/// A server that accepts but does not answer, is loading its data, or refuses the password has not
/// come back.
final class Probe {
    /// When the pool has no `timeout`.
    private static let usualMilliseconds = 1000
    private static let longestReply = 512

    private let question: [UInt8]
    private let questions: Int
    private let answer: [UInt8]
    private let limit: Int
    private let loop: EventLoop
    /// Closed until the question is asked.
    private var socket = Socket(adopting: -1)
    private var watcher: IOWatcher?
    private var timer: Timer?
    private var received: [UInt8] = []
    private var done: ((Bool) -> Void)?

    init(_ pool: PoolConfiguration, on loop: EventLoop) {
        self.loop = loop
        limit = pool.timeoutMilliseconds.flatMap { $0 > 0 ? $0 : nil } ?? Self.usualMilliseconds
        switch pool.cacheProtocol {
        case .redis:
            let auth =
                pool.serverCredentials?.passwords.first.map {
                    RedisReply.command(["AUTH", $0])
                } ?? []
            question = auth + RedisReply.command(["PING"])
            questions = auth.isEmpty ? 1 : 2
            answer = RedisReply.pong
        case .memcached:
            question = Array(ascii: "version\r\n")
            questions = 1
            answer = Array(ascii: "VERSION ")
        }
    }

    /// Asks; `done` is told once whether the server is back.
    func ask(_ address: SocketAddress, _ done: @escaping (Bool) -> Void) {
        self.done = done
        received = []
        do throws(SystemError) {
            var inProgress = false
            let opened = try Socket.connect(to: address, inProgress: &inProgress)
            let watcher = IOWatcher(loop, descriptor: opened.descriptor) {
                [unowned self] readiness in self.ready(readiness)
            }
            socket = consume opened
            self.watcher = watcher
            watcher.watch(.writable)
            timer = Timer(loop) { [unowned self] in self.finish(false) }
            timer?.start(afterMilliseconds: limit)
        } catch {
            finish(false)
        }
    }

    func cancel() {
        done = nil
        close()
    }

    private func ready(_ readiness: Readiness) {
        if readiness.contains(.writable) { return send() }
        receive()
    }

    private func send() {
        guard socket.pendingError() == nil else { return finish(false) }
        do throws(SystemError) {
            // A few bytes into an empty socket buffer go out whole.
            let sent = try unsafe question.withUnsafeBytes { bytes in
                Result { () throws(SystemError) in try unsafe socket.send(bytes) }
            }.get()
            guard sent == question.count else { return finish(false) }
            watcher?.watch(.readable)
        } catch {
            finish(false)
        }
    }

    private func receive() {
        var buffer = [UInt8](repeating: 0, count: Self.longestReply)
        do throws(SystemError) {
            let result = try unsafe buffer.withUnsafeMutableBytes { room in
                Result { () throws(SystemError) in try unsafe socket.read(into: room) }
            }.get()
            switch result {
            case .wouldBlock: return
            case .endOfFile: finish(false)
            case .bytes(let count):
                received += buffer[..<count]
                judge()
            }
        } catch {
            finish(false)
        }
    }

    /// Every question has one line for an answer, and the last one counts: to AUTH, a server may
    /// well say that it needs no password.
    private func judge() {
        guard received.count < Self.longestReply else { return finish(false) }
        let lines = received.split(separator: UInt8(ascii: "\n"))
        guard received.last == UInt8(ascii: "\n"), lines.count == questions else { return }
        finish((lines[questions - 1] + [UInt8(ascii: "\n")]).starts(with: answer))
    }

    private func finish(_ isBack: Bool) {
        close()
        let done = done
        self.done = nil
        done?(isBack)
    }

    private func close() {
        watcher?.cancel()
        timer?.cancel()
        watcher = nil
        timer = nil
        socket.disconnect()
    }
}
