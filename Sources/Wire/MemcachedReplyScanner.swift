/// How far one scan came.
public struct MemcachedScan: Sendable {
    /// What stopped the scan.
    public enum State: Sendable, Equatable {
        /// The reply is over.
        case complete(MemcachedReplyKind)
        /// A VALUE line was consumed; its key counts from this scan's first byte. Scan on for
        /// its data.
        case value(keyOffset: Int, keyLength: Int)
        /// A STAT line was consumed; another, or the END of `stats`, follows.
        case statistic
        /// The bytes have run out.
        case incomplete
        /// This is no reply: the connection is of no more use.
        case malformed
    }

    /// Bytes that belong to the reply and are done with; the next scan starts behind them.
    public let consumed: Int

    /// What stopped the scan.
    public let state: State
}

/// Follows a server's reply while it streams by, and finds its end.
///
/// Bytes continue where the last scan stopped consuming. Lines are consumed whole, data blocks
/// in whatever pieces they come. After `.complete` and `.malformed` the scanner is fresh.
public struct MemcachedReplyScanner: Sendable {
    /// Bytes of a line that is no VALUE; error texts may be long, but not so long.
    private static let lineLimit = 64 << 10

    /// Bytes of the current value's data, CRLF included, that are still to come.
    public private(set) var bodyRemaining = 0

    /// So many bytes of the line were searched and have no newline.
    private var searched = 0

    /// A VALUE has come: only another, END or an error may follow.
    private var hasValues = false

    /// Where the key of a plain value stands.
    public static var keyOffset: Int { MemcachedValue.prefixLength }

    /// A scanner for one connection.
    public init() {}

    /// Bytes of the reply to a `get` of one key, if it has come in full and in its plainest form:
    ///
    ///     VALUE <key> <flags> <length> CRLF <data> CRLF END CRLF
    ///           6 ... keyLength
    ///
    /// 0 is anything else, for `scan` to tell what. Whether it is the right key the caller sees: a
    /// comparison is cheaper than looking for the key's end.
    public func plainValue(in bytes: Span<UInt8>, keyLength: Int) -> Int {
        guard isBetweenValues, !hasValues else { return 0 }
        let end = Self.plainDataEnd(at: 0, keyLength: keyLength, in: bytes)
        // CRLF, "END" and CRLF, behind the data's last byte or the line's newline.
        guard end > 0, let last = ByteScanner.word(at: end &- 1, in: bytes),
            last &>> 8 == 0x0A_0D44_4E45_0A0D
        else { return 0 }
        return end &+ 7
    }

    /// Whether the next byte begins a line, and no part of it was shown before.
    public var isBetweenValues: Bool { bodyRemaining | searched == 0 }

    /// Bytes of one of several VALUEs, if it has come in full and in its plainest form:
    ///
    ///     VALUE <key> <flags> <length> CRLF <data> CRLF
    ///           6 ... keyLength
    ///
    /// 0 is anything else. For who knows which key is next, and compares it; `isBetweenValues`
    /// must be true, and what is passed over like this is told to the scanner by `passedValues`.
    ///
    /// - Parameter start: where it begins, not behind the bytes' end.
    public static func plainValue(
        at start: Int, keyLength: Int, in bytes: Span<UInt8>
    ) -> Int {
        let end = plainDataEnd(at: start, keyLength: keyLength, in: bytes)
        guard end > 0, end <= bytes.count &- 2, ByteScanner.isLineEnd(at: end, in: bytes) else {
            return 0
        }
        return end &+ 2 &- start
    }

    /// VALUEs were passed over: only another, END or an error may follow.
    public mutating func passedValues() { hasValues = true }

    /// Where the data of a VALUE ends whose line is of the usual form; the data may not have come.
    /// 0 if the line is any other.
    @inline(__always)
    private static func plainDataEnd(
        at start: Int, keyLength: Int, in bytes: Span<UInt8>
    ) -> Int {
        let keyEnd = start &+ MemcachedValue.prefixLength &+ keyLength
        // "VALUE ".
        guard let word = ByteScanner.word(at: start, in: bytes),
            word & 0xFFFF_FFFF_FFFF == 0x2045_554C_4156,
            keyLength > 0, keyEnd < bytes.count, bytes[keyEnd] == UInt8(ascii: " ")
        else { return 0 }
        let flagsEnd = Self.flagsEnd(at: keyEnd &+ 1, in: bytes)
        guard flagsEnd > 0, bytes[flagsEnd] == UInt8(ascii: " ") else { return 0 }
        let data = ByteScanner.decimalLine(at: flagsEnd &+ 1, in: bytes)
        return data.end > 0 ? data.end &+ data.value : 0
    }

    /// Where short flags end, which nearly always are one digit; 0 if there are none.
    @inline(__always)
    private static func flagsEnd(at start: Int, in bytes: Span<UInt8>) -> Int {
        guard let word = ByteScanner.word(at: start, in: bytes) else { return 0 }
        // A digit and a space, less "0" and a space.
        if (word &- 0x2030) & 0xFFFF <= 9 { return start &+ 1 }
        return max(ByteScanner.shortNumber(at: start, in: bytes).end, 0)
    }

    /// Consumes up to and including the next VALUE line or the reply's end.
    public mutating func scan(_ bytes: Span<UInt8>) -> MemcachedScan {
        var start = 0
        if bodyRemaining > 0 {
            guard consumeBody(bytes, &start) else { return malformed(at: start) }
            guard bodyRemaining == 0 else {
                return MemcachedScan(consumed: start, state: .incomplete)
            }
            // The value of a meta reply is its end.
            if !hasValues { return MemcachedScan(consumed: start, state: .complete(.metaValue)) }
        }
        if searched == 0 {
            if let end = plainEnd(of: bytes, at: start) {
                hasValues = false
                return MemcachedScan(
                    consumed: start &+ end.length, state: .complete(end.kind))
            }
            if let value = MemcachedValue(at: start, in: bytes) { return begin(value, at: start) }
        }
        guard let newline = findNewline(in: bytes, from: start) else {
            return awaitLine(bytes, from: start)
        }
        guard newline > start, bytes[newline - 1] == UInt8(ascii: "\r") else {
            return malformed(at: start)
        }
        return readLine(bytes, from: start, to: newline - 1)
    }

    /// The lines with which nearly all replies end, each told by one comparison: END, STORED, and a
    /// number of up to six digits.
    @inline(__always)
    private func plainEnd(
        of bytes: Span<UInt8>, at start: Int
    ) -> (kind: MemcachedReplyKind, length: Int)? {
        guard let word = ByteScanner.wordOrLess(in: bytes.extracting(start..<bytes.count)) else {
            return nil
        }
        // "END" and CRLF; "STORED" and CRLF.
        if word & 0xFF_FFFF_FFFF == 0x0A_0D44_4E45 { return (.end, 5) }
        guard !hasValues else { return nil }
        if word == 0x0A0D_4445_524F_5453 { return (.stored, 8) }
        let digits = ByteScanner.digitCount(in: word)
        guard digits > 0, digits < 7 else { return nil }
        let rest = UInt16(truncatingIfNeeded: word &>> UInt64(truncatingIfNeeded: digits &* 8))
        return rest == ByteScanner.lineEnd ? (.number, digits &+ 2) : nil
    }

    /// Takes what there is of the data; false if it does not end in CRLF.
    private mutating func consumeBody(_ bytes: Span<UInt8>, _ start: inout Int) -> Bool {
        let length = min(bodyRemaining, bytes.count)
        bodyRemaining -= length
        start = length
        // The last two bytes of the block may come in different pieces.
        if bodyRemaining == 0, bytes[length - 1] != UInt8(ascii: "\n") { return false }
        let carriageReturn = length - 2 + bodyRemaining
        guard bodyRemaining <= 1, carriageReturn >= 0, carriageReturn < length else { return true }
        return bytes[carriageReturn] == UInt8(ascii: "\r")
    }

    private mutating func findNewline(in bytes: Span<UInt8>, from start: Int) -> Int? {
        let count = bytes.count
        var index = start + searched
        while index < count {
            if bytes[index] == UInt8(ascii: "\n") {
                searched = 0
                return index
            }
            index += 1
        }
        searched = count - start
        return nil
    }

    /// The line at `start` has no end yet.
    private mutating func awaitLine(_ bytes: Span<UInt8>, from start: Int) -> MemcachedScan {
        let isValue = MemcachedValue.hasPrefix(bytes, at: start)
        guard searched < (isValue ? MemcachedValue.lineLimit : Self.lineLimit) else {
            return malformed(at: start)
        }
        return MemcachedScan(consumed: start, state: .incomplete)
    }

    private mutating func readLine(
        _ bytes: Span<UInt8>, from start: Int, to end: Int
    ) -> MemcachedScan {
        if MemcachedValue.hasPrefix(bytes, at: start) {
            guard let value = MemcachedValue(at: start, in: bytes) else {
                return malformed(at: start)
            }
            return begin(value, at: start)
        }
        guard end + 2 - start <= Self.lineLimit else { return malformed(at: start) }
        if !hasValues {
            if let value = MemcachedMetaValue(at: start, to: end, in: bytes) {
                return begin(value, at: start, in: bytes)
            }
            if Self.isStatistic(bytes, from: start, to: end) {
                return MemcachedScan(consumed: end + 2, state: .statistic)
            }
        }
        let kind = MemcachedReplyKind(line: bytes, from: start, to: end)
        guard !hasValues || kind == .end || kind.isError else { return malformed(at: start) }
        hasValues = false
        return MemcachedScan(consumed: end + 2, state: .complete(kind))
    }

    /// Goes on to the data of a value whose line is read.
    private mutating func begin(_ value: MemcachedValue, at start: Int) -> MemcachedScan {
        bodyRemaining = value.dataLength
        hasValues = true
        return MemcachedScan(
            consumed: start + value.lineLength,
            state: .value(keyOffset: value.keyOffset, keyLength: value.keyLength))
    }

    /// Goes on to the data of a meta reply, as much of it as is there.
    private mutating func begin(
        _ value: MemcachedMetaValue, at start: Int, in bytes: Span<UInt8>
    ) -> MemcachedScan {
        bodyRemaining = value.dataLength
        let data = start + value.lineLength
        guard data < bytes.count else { return MemcachedScan(consumed: data, state: .incomplete) }
        let rest = scan(bytes.extracting(data..<bytes.count))
        return MemcachedScan(consumed: data + rest.consumed, state: rest.state)
    }

    /// Whether a line is `STAT <name> <value>`.
    private static func isStatistic(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Bool {
        guard end - start > 5 else { return false }
        return bytes[start] == UInt8(ascii: "S") && bytes[start + 1] == UInt8(ascii: "T")
            && bytes[start + 2] == UInt8(ascii: "A") && bytes[start + 3] == UInt8(ascii: "T")
            && bytes[start + 4] == UInt8(ascii: " ")
    }

    private mutating func malformed(at offset: Int) -> MemcachedScan {
        self = MemcachedReplyScanner()
        return MemcachedScan(consumed: offset, state: .malformed)
    }
}
