/// The protocol to speak.
enum Store: String {
    case redis, memcached
}

/// The request to repeat.
enum Operation: String {
    case get, set, mget
}

/// What is sent and what must come back.
///
/// All keys are equally long and so are all values, hence every request has the same layout: a
/// template in which the digits of its keys and its value are filled in. The same holds of replies:
///
///     reply   prefix  block × keys  suffix
///     block   header  value  CR LF              (a memcached header has its key's digits in it)
struct Workload {
    let values: Values
    /// Different keys.
    let keyCount: UInt32
    /// Keys in one request.
    let keysPerRequest: Int

    /// A request with its digits and its value still blank.
    let request: [UInt8]
    /// Where the digits of each key end in `request`.
    let keyEnds: [Int]
    /// Where the value starts in `request`; nil if it has none.
    let valueStart: Int?

    /// What a reply starts and ends with, and what stands before each value (nil: there are none).
    private let prefix: [UInt8]
    private let header: [UInt8]?
    private let suffix: [UInt8]
    /// Where the digits of the key end in `header`; nil if it has no key.
    private let headerKeyEnd: Int?

    /// Bytes of a reply as it must be.
    let replyLength: Int

    init(
        store: Store, operation: Operation, multiple: Int, keyCount: UInt32, keyLength: Int,
        valueLength: Int
    ) {
        values = Values(length: valueLength)
        self.keyCount = keyCount
        keysPerRequest = operation == .mget ? multiple : 1

        var layout = RequestLayout(keyLength: keyLength, valueLength: valueLength)
        layout.write(store, operation, keys: keysPerRequest)
        request = layout.bytes
        keyEnds = layout.keyEnds
        valueStart = layout.valueStart

        let blankKey = String(repeating: "k", count: keyLength)
        switch (store, operation) {
        case (.redis, .set):
            (prefix, header, suffix) = (Array("+OK\r\n".utf8), nil, [])
        case (.memcached, .set):
            (prefix, header, suffix) = (Array("STORED\r\n".utf8), nil, [])
        case (.redis, .get):
            (prefix, header, suffix) = ([], Array("$\(valueLength)\r\n".utf8), [])
        case (.redis, .mget):
            (prefix, header, suffix) = (
                Array("*\(multiple)\r\n".utf8), Array("$\(valueLength)\r\n".utf8), []
            )
        case (.memcached, .get), (.memcached, .mget):
            (prefix, header, suffix) = (
                [], Array("VALUE \(blankKey) 0 \(valueLength)\r\n".utf8), Array("END\r\n".utf8)
            )
        }
        let namesKeys = store == .memcached && header != nil
        headerKeyEnd = namesKeys ? "VALUE ".utf8.count + keyLength : nil
        let keys = keysPerRequest
        let blocks = keys * (header.map { $0.count + valueLength + 2 } ?? 0)
        replyLength = prefix.count + blocks + suffix.count
    }

    /// The number of a request's key at `index`, its first being `first`.
    func key(_ index: Int, of first: UInt32) -> UInt32 {
        UInt32((UInt64(first) + UInt64(index)) % UInt64(keyCount))
    }

    /// Fills in the request that starts at `start` of a batch of templates.
    func write(key first: UInt32, into batch: inout [UInt8], at start: Int) {
        for index in keyEnds.indices {
            Key.write(key(index, of: first), into: &batch, endingAt: start + keyEnds[index])
        }
        if let valueStart {
            batch.overwrite(
                at: start + valueStart, count: values.length, with: values.block,
                from: values.offset(of: first))
        }
    }
}

// MARK: - Replies

/// What the bytes received so far are.
enum Judgement {
    /// The start of a reply, as far as can be told.
    case incomplete
    /// The reply as it must be.
    case right
    /// An error reply of so many bytes.
    case failed(length: Int)
    /// Anything else; where the next reply starts is not known.
    case wrong
}

extension Workload {
    /// The longest error line that is waited for; proxies and servers send far shorter ones.
    static let longestError = 512

    /// Judges the first reply in `bytes`, which answers the request whose first key is `first`.
    func judge(_ bytes: borrowing Span<UInt8>, key first: UInt32) -> Judgement {
        if bytes.count >= replyLength, isReply(bytes, to: first) {
            return .right
        }
        // Not (yet) what is expected. The first byte tells errors from replies:
        // "-ERR", "ERROR", "SERVER_ERROR", "CLIENT_ERROR" against "+", "$", "*", "STORED", "VALUE".
        if let length = errorLength(bytes) {
            return .failed(length: length)
        }
        return bytes.count < replyLength && mayGrow(bytes) ? .incomplete : .wrong
    }

    private func isReply(_ bytes: borrowing Span<UInt8>, to first: UInt32) -> Bool {
        guard bytes.matches(at: 0, count: prefix.count, prefix, at: 0) else { return false }
        var cursor = prefix.count
        if let header {
            var seen = PositionSet(count: keysPerRequest)
            for index in 0..<keysPerRequest {
                guard
                    let position = position(of: bytes, at: cursor, default: index, first: first),
                    seen.insert(position),
                    isBlock(bytes, at: cursor, header: header, key: key(position, of: first))
                else { return false }
                cursor += header.count + values.length + 2
            }
        }
        return bytes.matches(at: cursor, count: suffix.count, suffix, at: 0)
    }

    /// Which of the request's keys the block at `cursor` is of: memcached names it and may answer
    /// in any order, Redis answers in the order asked.
    private func position(
        of bytes: borrowing Span<UInt8>, at cursor: Int, default index: Int, first: UInt32
    ) -> Int? {
        guard let headerKeyEnd else { return index }
        guard let number = Key.read(from: bytes, endingAt: cursor + headerKeyEnd),
            number < keyCount
        else { return nil }
        let distance = number >= first ? number - first : number + (keyCount - first)
        return distance < UInt32(keysPerRequest) ? Int(distance) : nil
    }

    /// Whether the block is complete and that of `key`; the digits in it have been read already.
    private func isBlock(
        _ bytes: borrowing Span<UInt8>, at start: Int, header: [UInt8], key: UInt32
    ) -> Bool {
        let digitsEnd = headerKeyEnd ?? 0
        let digitsStart = headerKeyEnd == nil ? 0 : digitsEnd - Key.digits
        let value = start + header.count
        return bytes.matches(at: start, count: digitsStart, header, at: 0)
            && bytes.matches(
                at: start + digitsEnd, count: header.count - digitsEnd, header, at: digitsEnd)
            && bytes.matches(
                at: value, count: values.length, values.block, at: values.offset(of: key))
            && bytes[value + values.length] == UInt8(ascii: "\r")
            && bytes[value + values.length + 1] == UInt8(ascii: "\n")
    }

    /// The length of the error line that `bytes` start with; nil if they do not, or not wholly.
    private func errorLength(_ bytes: borrowing Span<UInt8>) -> Int? {
        guard startsLikeError(bytes) else { return nil }
        for index in 0..<min(bytes.count, Self.longestError)
        where bytes[index] == UInt8(ascii: "\n") {
            return index + 1
        }
        return nil
    }

    private func startsLikeError(_ bytes: borrowing Span<UInt8>) -> Bool {
        guard bytes.count > 1 else { return false }
        switch bytes[0] {
        case UInt8(ascii: "-"), UInt8(ascii: "C"): return true
        // Not "END" and not "STORED".
        case UInt8(ascii: "E"): return bytes[1] == UInt8(ascii: "R")
        case UInt8(ascii: "S"): return bytes[1] == UInt8(ascii: "E")
        default: return false
        }
    }

    /// Whether these too few bytes can still become a reply or an error. Only the first line is
    /// looked at: a large value arrives in many pieces, and is compared once it is complete.
    private func mayGrow(_ bytes: borrowing Span<UInt8>) -> Bool {
        if bytes.count < 2 || startsLikeError(bytes) {
            return true
        }
        let start = prefix.isEmpty ? (header ?? suffix) : prefix
        let fixed = headerKeyEnd.map { $0 - Key.digits } ?? start.count
        return bytes.matches(at: 0, count: min(bytes.count, fixed), start, at: 0)
    }
}
