/// The replies to a batch, as far as they have come.
///
///     0 ......... consumed ========= received ......... bytes.count
///        judged              unread             free
struct Inbox {
    private var bytes: [UInt8]
    private var received = 0
    private var consumed = 0

    var isEmpty: Bool { consumed == received }
    var isFull: Bool { received == bytes.count }

    init(capacity: Int) {
        bytes = Array(repeating: 0, count: capacity)
    }

    mutating func clear() {
        (received, consumed) = (0, 0)
    }

    /// Reads once; there has to be room.
    mutating func receive(from socket: borrowing Socket) -> Socket.Outcome {
        let outcome = socket.receive(into: &bytes, from: received)
        if case .moved(let count) = outcome {
            received += count
        }
        return outcome
    }

    /// Judges the first unread reply, which answers the request whose first key is `key`.
    func judge(by workload: Workload, key: UInt32) -> Judgement {
        workload.judge(bytes.span.extracting(consumed..<received), key: key)
    }

    mutating func consume(_ count: Int) {
        precondition(consumed + count <= received)
        consumed += count
    }

    /// The start of what is unread, for whoever has to find out.
    var excerpt: String {
        String(decoding: bytes[consumed..<min(received, consumed + 80)], as: UTF8.self)
            .debugDescription
    }
}
