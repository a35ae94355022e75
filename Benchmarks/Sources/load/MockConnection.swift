/// A client of a mock server.
final class MockConnection {
    private let socket: Socket
    var descriptor: Int32 { socket.descriptor }
    /// The start of a request whose end has not come yet.
    private var unread: [UInt8] = []
    /// Replies that the client has not taken yet, from `sent` on. Until it has, nothing is read.
    private var replies: [UInt8] = []
    private var sent = 0
    var isBlocked: Bool { sent < replies.count }

    /// Bytes to read at once: a socket's buffer is seldom fuller.
    static let readSize = 262_144

    init(_ socket: consuming Socket) {
        self.socket = socket
    }

    /// Sends what is left, or else reads once and answers all complete requests with one send.
    /// Returns false once the client has closed.
    ///
    /// - Parameters:
    ///   - input: room to read into, shared by all connections.
    ///   - held: where replies wait if they are to take their time.
    func advance(
        by answers: inout MockAnswers, through input: inout [UInt8],
        holding held: inout HeldReplies
    ) -> Bool {
        guard !isBlocked else { return flush() }
        let start = unread.count
        if input.count < start + Self.readSize {
            input += repeatElement(0, count: start + Self.readSize - input.count)
        }
        input.overwrite(at: 0, count: start, with: unread, from: 0)
        switch socket.receive(into: &input, from: start) {
        case .wouldBlock: return true
        case .closed: return false
        case .moved(let count):
            answer(input, count: start + count, by: &answers)
            guard held.delay > 0 else { return send(answers.output) }
            held.append(answers.output, for: self, at: monotonicNanoseconds())
            return true
        }
    }

    private func answer(_ input: [UInt8], count: Int, by answers: inout MockAnswers) {
        answers.clear()
        let end = answers.answer(input, count: count)
        unread.removeAll(keepingCapacity: true)
        unread += input[end..<count]
    }

    /// Sends, and keeps what the socket has no room for.
    func send(_ bytes: [UInt8]) -> Bool {
        guard !bytes.isEmpty else { return true }
        guard !isBlocked else {
            replies += bytes
            return true
        }
        switch socket.send(bytes, 0..<bytes.count) {
        case .moved(let count) where count == bytes.count: return true
        case .moved(let count): keep(bytes[count...])
        case .wouldBlock: keep(bytes[...])
        case .closed: return false
        }
        return true
    }

    private func keep(_ rest: ArraySlice<UInt8>) {
        replies.removeAll(keepingCapacity: true)
        replies += rest
        sent = 0
    }

    private func flush() -> Bool {
        switch socket.send(replies, sent..<replies.count) {
        case .moved(let count): sent += count
        case .wouldBlock: break
        case .closed: return false
        }
        return true
    }
}
