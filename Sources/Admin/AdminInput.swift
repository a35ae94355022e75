/// What a client of the admin port has sent so far, and what it asks for by that.
///
/// The first bytes decide: an HTTP method opens an HTTP request, everything else is answered as
/// twemproxy answers.
struct AdminInput {
    /// What the bytes so far amount to.
    enum Question: Equatable {
        /// Nothing, or the first letters of an HTTP method.
        case undecided
        /// twemproxy's reply.
        case stats
        /// An HTTP head without its end.
        case incompleteHead
        /// A whole HTTP head, from the first byte on.
        case head
        /// An HTTP head beyond the limit.
        case oversizedHead
    }

    /// RFC 9110 §9.3 and RFC 5789, with the space that must follow.
    private static let methods = [
        "GET ", "HEAD ", "POST ", "PUT ", "DELETE ", "OPTIONS ", "PATCH ", "TRACE ", "CONNECT ",
    ].map { Array($0.utf8) }

    private let limit: Int
    private(set) var bytes: [UInt8] = []
    /// What the bytes amount to now.
    private(set) var question = Question.undecided
    /// Bytes since the last line feed, not counting carriage returns; 0 at a line feed means an
    /// empty line.
    private var lineLength = 0

    /// Takes heads of up to `limit` bytes.
    init(limit: Int) {
        self.limit = limit
    }

    /// Takes what arrived. Once the question is settled, more bytes do not change it.
    mutating func append(_ more: some Collection<UInt8>) {
        for byte in more {
            switch question {
            case .undecided: decide(byte)
            case .incompleteHead: extendHead(byte)
            case .stats, .head, .oversizedHead: return
            }
        }
    }

    private mutating func decide(_ byte: UInt8) {
        bytes.append(byte)
        guard let method = Self.methods.first(where: { $0.starts(with: bytes) }) else {
            question = .stats
            return
        }
        lineLength += 1
        if method.count == bytes.count { question = .incompleteHead }
    }

    private mutating func extendHead(_ byte: UInt8) {
        guard bytes.count < limit else {
            question = .oversizedHead
            return
        }
        bytes.append(byte)
        switch byte {
        case UInt8(ascii: "\n"):
            if lineLength == 0 { question = .head }
            lineLength = 0
        case UInt8(ascii: "\r"): break
        default: lineLength += 1
        }
    }
}
