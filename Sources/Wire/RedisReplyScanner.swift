/// How far a `RedisReplyScanner` came.
public struct RedisScan: Sendable, Equatable {
    /// What the bytes amount to.
    public enum State: Sendable {
        /// The reply ends with the last consumed byte.
        case complete
        /// More bytes of the reply are to come.
        case incomplete
        /// This is no reply. Nothing behind it can be trusted: close the server connection.
        case malformed
    }

    /// Bytes that belong to the reply; they need not be shown again.
    public let consumed: Int
    /// What the bytes amount to.
    public let state: State
    /// First byte of the reply (`+ - : $ *`, or one of RESP3's), also of one that is now complete;
    /// 0 if none was seen.
    public let kind: UInt8
}

/// Finds the end of each reply in a server's bytes while they pass through.
///
/// A server connection owns one. Each `scan` gets the bytes that follow those consumed before.
/// Whole header lines and any part of a bulk's body are consumed, so a reply of any size passes
/// through a small buffer, and nothing but a header line ever waits for its rest.
///
/// Only the end matters, so nested arrays need no stack: it is enough to count the elements that
/// are still to come, in all of them together.
///
///     *2 CRLF *3 CRLF :1 CRLF          left: 3, two of the inner and one of the outer
///
/// Scripts return what their author likes, as deep and as long as they like; nothing of that may
/// end a connection that others share.
///
/// Always: `bodyRemaining` is above zero only inside a bulk's body.
public struct RedisReplyScanner: Sendable {
    /// Bytes of a line that are waited for. A status or an error that is longer, as scripts make
    /// them, passes through in pieces; another line is malformed.
    public static let maxLineLength = 64 * 1024
    /// Elements that may be still to come, so that no sum overflows.
    private static let mostElements = Int.max / 8
    /// Bytes of a `$` or `*` line with the largest number that can be: marker, 18 digits, CRLF.
    private static let maxHeaderLength = 21

    /// First byte of the current reply, 0 between replies.
    public private(set) var kind: UInt8 = 0
    /// Bytes still missing of the bulk body being read, its CRLF included; 0 outside of one.
    public private(set) var bodyRemaining = 0
    /// Elements still to come of the reply and all of its open arrays.
    private var left = 0
    /// Whether the bytes go on in the middle of a long status or error.
    private var isInLine = false
    /// How far a line without an end was searched, counted from its first byte.
    private var searched = 0

    /// Whether RESP3's types are replies too.
    private let allowsRESP3: Bool
    /// What the last plain bulk was: values of a kind are often as long as each other.
    private var known = RedisKnownBulk()

    /// A scanner before a reply.
    ///
    /// - Parameter allowsRESP3: for a connection on which HELLO 3 was said; on others RESP3's types
    ///   are malformed.
    public init(allowsRESP3: Bool = false) {
        self.allowsRESP3 = allowsRESP3
    }

    private enum Step {
        /// An element ended.
        case element
        /// An array with elements began.
        case array
        case incomplete
        case malformed
    }

    /// Reads on to the end of the reply or of the bytes. After `.complete` it is ready for the next
    /// reply; after `.malformed` it must not be used again.
    ///
    /// - Parameter elements: who learns how long an array's elements are.
    public mutating func scan(
        _ bytes: Span<UInt8>, noting elements: RedisElementLengths? = nil
    ) -> RedisScan {
        if kind == 0 && known.matches(bytes) {
            return Self.complete(known.length, UInt8(ascii: "$"))
        }
        return scanUnknown(bytes, elements)
    }

    @inline(never)
    private mutating func scanUnknown(
        _ bytes: Span<UInt8>, _ elements: RedisElementLengths?
    ) -> RedisScan {
        if kind == 0 {
            if let reply = plainReply(in: bytes) { return reply }
            return scanArray(bytes, elements)
        }
        elements?.forget()
        return scanCarefully(bytes, from: 0)
    }

    // MARK: - The whole reply at once

    /// "+OK" and "$-1", each with CRLF, in a word whose rest is zero.
    private static let ok: UInt64 = 0x0A_0D4B_4F2B
    private static let null: UInt64 = 0x0A_0D31_2D24

    /// A bulk, an OK, a null or an integer of up to five digits that has arrived in full and is
    /// right; nil is anything else, for `scanCarefully` to tell what. Half the instructions.
    @inline(__always)
    private mutating func plainReply(in bytes: Span<UInt8>) -> RedisScan? {
        guard let word = ByteScanner.wordOrLess(in: bytes) else { return nil }
        let kind = UInt8(truncatingIfNeeded: word)
        switch kind {
        case UInt8(ascii: "$"):
            if word & 0xFF_FFFF_FFFF == Self.null { return Self.complete(5, kind) }
            let line = ByteScanner.decimalLine(
                at: 1, lessZeros: word &>> 8 &- ByteScanner.zeros, in: bytes)
            guard line.end > 0 else { return nil }
            let end = line.end &+ line.value
            guard end <= bytes.count &- 2, ByteScanner.isLineEnd(at: end, in: bytes) else {
                return nil
            }
            known = RedisKnownBulk(word, headerLength: line.end, length: end &+ 2)
            return Self.complete(end &+ 2, kind)
        case UInt8(ascii: "+"):
            return word & 0xFF_FFFF_FFFF == Self.ok ? Self.complete(5, kind) : nil
        case UInt8(ascii: ":"):
            let digits = ByteScanner.digitCount(in: word &>> 8)
            guard digits > 0, digits < 6, !(digits > 1 && word &>> 8 & 0xFF == 0x30) else {
                return nil
            }
            let rest = UInt16(truncatingIfNeeded: word &>> UInt64(8 &+ digits &* 8))
            return rest == ByteScanner.lineEnd ? Self.complete(digits &+ 3, kind) : nil
        default:
            return nil
        }
    }

    @inline(__always)
    private static func complete(_ length: Int, _ kind: UInt8) -> RedisScan {
        RedisScan(consumed: length, state: .complete, kind: kind)
    }

    // MARK: - Line by line

    /// Reads on from where the last call stopped, and finds out what is wrong or missing.
    ///
    /// - Parameter start: how many bytes are done with.
    @inline(never)
    private mutating func scanCarefully(_ bytes: Span<UInt8>, from start: Int) -> RedisScan {
        var at = start
        while true {
            // Where there are two bytes, they are a line's end.
            if left > 0, at >= 2, bodyRemaining == 0, !isInLine {
                guard passBulks(bytes, &at, noting: nil) else { return malformed(at) }
                if left == 0 { return complete(at) }
            }
            let step =
                bodyRemaining > 0
                ? body(bytes, &at) : isInLine ? longLine(bytes, &at) : header(bytes, &at)
            switch step {
            case .element:
                left &-= 1
                if left == 0 { return complete(at) }
            case .array:
                continue
            case .incomplete:
                return RedisScan(consumed: at, state: .incomplete, kind: kind)
            case .malformed:
                return malformed(at)
            }
        }
    }

    private func malformed(_ at: Int) -> RedisScan {
        RedisScan(consumed: at, state: .malformed, kind: kind)
    }

    private mutating func complete(_ length: Int) -> RedisScan {
        defer { kind = 0 }
        return RedisScan(consumed: length, state: .complete, kind: kind)
    }

    // MARK: - Long arrays

    /// An array's bulks, as far as they have come whole; all else is read with care.
    @inline(never)
    private mutating func scanArray(
        _ bytes: Span<UInt8>, _ elements: RedisElementLengths?
    ) -> RedisScan {
        elements?.forget()
        guard bytes.count > 0, bytes[0] == UInt8(ascii: "*") else {
            return scanCarefully(bytes, from: 0)
        }
        let line = ByteScanner.decimalLine(at: 1, in: bytes)
        guard line.end > 0, line.value > 0, line.value <= Self.mostElements else {
            return scanCarefully(bytes, from: 0)
        }
        kind = UInt8(ascii: "*")
        left = line.value
        var at = line.end
        if let elements, line.value <= RedisElementLengths.capacity {
            guard passBulks(bytes, &at, noting: elements) else { return malformed(at) }
            if left == 0 {
                elements.know(line.value, headerLength: line.end, replyLength: at)
                return complete(at)
            }
        } else {
            guard passBulks(bytes, &at, noting: nil) else { return malformed(at) }
            if left == 0 { return complete(at) }
        }
        return scanCarefully(bytes, from: at)
    }

    /// A line's end, "$", and five times "0".
    private static let bulkMark: UInt64 = 0x3030_3030_3024_0A0D
    /// A line's end and a null.
    private static let nullMark: UInt64 = 0x000A_0D31_2D24_0A0D

    /// The number of three digits in a bulk's header, which as a word less `bulkMark` is all there;
    /// nil if it is none. Looked at before all others: together with their header's eight bytes,
    /// such values are the most usual ones, and take half the instructions.
    @inline(__always)
    private static func threeDigits(before rest: UInt64) -> Int? {
        // CRLF less "00".
        guard rest &>> 48 == 0xD9DD else { return nil }
        let first = rest &>> 24 & 0xFF
        let second = rest &>> 32 & 0xFF
        let third = rest &>> 40 & 0xFF
        guard first &- 1 <= 8, second <= 9, third <= 9 else { return nil }
        return Int((first &* 10 &+ second) &* 10 &+ third)
    }

    /// Passes over an array's next bulks and nulls, as far as they have come whole. Stops at
    /// anything else.
    ///
    /// A bulk's header is read together with the line's end before it, which belongs to what stands
    /// there: with up to three digits, both are eight bytes.
    ///
    /// - Parameters:
    ///   - at: where an element begins, a line's end before it.
    ///   - elements: who learns how long those are that were passed over, from index 0 on.
    /// - Returns: false if a bulk is not ended as it must be.
    @inline(__always)
    private mutating func passBulks(
        _ bytes: Span<UInt8>, _ at: inout Int, noting elements: RedisElementLengths?
    ) -> Bool {
        var place = at &- 2
        let left = left
        var passed = 0
        while passed < left, let word = ByteScanner.word(at: place, in: bytes) {
            let rest = word &- Self.bulkMark
            guard rest & 0xFF_FFFF == 0 else { break }
            let begin = place
            if let length = Self.threeDigits(before: rest) {
                place &+= length &+ 8
            } else if word & 0xFF_FFFF_FFFF_FFFF == Self.nullMark {
                place &+= 5
            } else {
                let line = ByteScanner.decimalLine(
                    at: place &+ 3, lessZeros: rest &>> 24, in: bytes)
                guard line.end > 0 else { break }
                place = line.end &+ line.value
            }
            guard place <= bytes.count &- 2 else {
                place = begin
                break
            }
            elements?.note(place &- begin, at: passed)
            passed &+= 1
        }
        guard ByteScanner.isLineEnd(at: place, in: bytes) else { return false }
        at = place &+ 2
        self.left = left &- passed
        return true
    }

    // MARK: - One header

    @inline(__always)
    private mutating func header(_ bytes: Span<UInt8>, _ at: inout Int) -> Step {
        guard at < bytes.count else { return .incomplete }
        let marker = bytes[at]
        if kind == 0 {
            kind = marker
            left = 1
        }
        switch marker {
        case UInt8(ascii: "$"), UInt8(ascii: "*"):
            // A miss among others.
            if bytes.count &- at > 4, bytes[at &+ 1] == UInt8(ascii: "-"),
                bytes[at &+ 2] == UInt8(ascii: "1"),
                ByteScanner.isLineEnd(at: at &+ 3, in: bytes)
            {
                at &+= 5
                return .element
            }
            let line = ByteScanner.decimalLine(at: at &+ 1, in: bytes)
            guard line.end > 0 else { return nullOrPartialHeader(bytes, &at) }
            at = line.end
            return marker == UInt8(ascii: "$")
                ? beginBody(line.value, bytes, &at) : beginArray(line.value)
        case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: ":"):
            return simpleLine(bytes, &at)
        default:
            return allowsRESP3 ? headerOfRESP3(bytes, &at) : .malformed
        }
    }

    /// RESP3's own types. Pushes are malformed: nobody here subscribes or tracks, and one would
    /// shift every reply.
    @inline(never)
    private mutating func headerOfRESP3(_ bytes: Span<UInt8>, _ at: inout Int) -> Step {
        let marker = bytes[at]
        switch marker {
        case UInt8(ascii: "_"), UInt8(ascii: "#"), UInt8(ascii: ","), UInt8(ascii: "("):
            return simpleLine(bytes, &at)
        case UInt8(ascii: "!"), UInt8(ascii: "="), UInt8(ascii: "%"), UInt8(ascii: "~"),
            UInt8(ascii: "|"):
            let line = ByteScanner.decimalLine(at: at &+ 1, in: bytes)
            guard line.end > 0 else { return partialHeader(bytes, at) }
            at = line.end
            return beginOfRESP3(marker, line.value, bytes, &at)
        default:
            return .malformed
        }
    }

    private mutating func beginOfRESP3(
        _ marker: UInt8, _ count: Int, _ bytes: Span<UInt8>, _ at: inout Int
    ) -> Step {
        switch marker {
        case UInt8(ascii: "~"): return beginArray(count)
        case UInt8(ascii: "%"), UInt8(ascii: "|"):
            guard count <= Int.max / 4 else { return .malformed }
            // Attributes stand before the element that they belong to, and both together are one
            // element.
            return beginArray(marker == UInt8(ascii: "%") ? count * 2 : count * 2 + 1)
        default: return beginBody(count, bytes, &at)
        }
    }

    private func partialHeader(_ bytes: Span<UInt8>, _ at: Int) -> Step {
        let window = at + 1..<at + Self.maxHeaderLength
        let end = ByteScanner.offset(of: ByteScanner.lineFeed, in: bytes, window)
        return end == nil && bytes.count < window.upperBound ? .incomplete : .malformed
    }

    private mutating func beginBody(_ length: Int, _ bytes: Span<UInt8>, _ at: inout Int) -> Step {
        let end = at &+ length
        if end <= bytes.count &- 2, ByteScanner.isLineEnd(at: end, in: bytes) {
            at = end &+ 2
            return .element
        }
        bodyRemaining = length &+ 2
        return body(bytes, &at)
    }

    private mutating func beginArray(_ count: Int) -> Step {
        guard count > 0 else { return .element }
        guard count <= Self.mostElements, left <= Self.mostElements else { return .malformed }
        left &+= count &- 1
        return .array
    }

    /// Consumes what there is of a bulk's body, and checks the CRLF behind it.
    @inline(__always)
    private mutating func body(_ bytes: Span<UInt8>, _ at: inout Int) -> Step {
        let taken = min(bytes.count &- at, max(bodyRemaining &- 2, 0))
        at &+= taken
        bodyRemaining &-= taken
        while bodyRemaining > 0 {
            guard at < bytes.count else { return .incomplete }
            let expected = bodyRemaining == 2 ? ByteScanner.carriageReturn : ByteScanner.lineFeed
            guard bytes[at] == expected else { return .malformed }
            at &+= 1
            bodyRemaining &-= 1
        }
        return .element
    }

    /// A status, error or integer: text up to CRLF. A lone CR or LF inside could end the line early
    /// for a client.
    @inline(__always)
    private mutating func simpleLine(_ bytes: Span<UInt8>, _ at: inout Int) -> Step {
        let limit = min(bytes.count, at + Self.maxLineLength)
        var end = at &+ max(searched, 1)
        while end < limit, bytes[end] != ByteScanner.carriageReturn {
            guard bytes[end] != ByteScanner.lineFeed else { return .malformed }
            end &+= 1
        }
        guard end &+ 1 < limit else {
            searched = end &- at
            guard bytes.count &- at >= Self.maxLineLength else { return .incomplete }
            return beginLongLine(bytes, &at, searchedTo: end)
        }
        guard bytes[end &+ 1] == ByteScanner.lineFeed else { return .malformed }
        if bytes[at] == UInt8(ascii: ":") {
            guard ByteScanner.integer(in: bytes, at &+ 1..<end) != nil else { return .malformed }
        }
        searched = 0
        at = end &+ 2
        return .element
    }

    /// A status or an error that does not end where lines do.
    @inline(never)
    private mutating func beginLongLine(
        _ bytes: Span<UInt8>, _ at: inout Int, searchedTo end: Int
    ) -> Step {
        guard bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") else {
            return .malformed
        }
        searched = 0
        isInLine = true
        at = end
        return longLine(bytes, &at)
    }

    /// Consumes what there is of a long line's text; a CR waits for its LF.
    @inline(never)
    private mutating func longLine(_ bytes: Span<UInt8>, _ at: inout Int) -> Step {
        while at < bytes.count, bytes[at] != ByteScanner.carriageReturn {
            guard bytes[at] != ByteScanner.lineFeed else { return .malformed }
            at &+= 1
        }
        guard at &+ 1 < bytes.count else { return .incomplete }
        guard bytes[at &+ 1] == ByteScanner.lineFeed else { return .malformed }
        at &+= 2
        isInLine = false
        return .element
    }

    /// A `$` or `*` line that holds no count: "-1", incomplete, or wrong.
    @inline(never)
    private func nullOrPartialHeader(_ bytes: Span<UInt8>, _ at: inout Int) -> Step {
        let window = at + 1..<at + Self.maxHeaderLength
        guard let end = ByteScanner.offset(of: ByteScanner.carriageReturn, in: bytes, window) else {
            return bytes.count < window.upperBound ? .incomplete : .malformed
        }
        guard end + 1 < bytes.count else { return .incomplete }
        guard bytes[end + 1] == ByteScanner.lineFeed else { return .malformed }
        guard ByteScanner.integer(in: bytes, at + 1..<end) == -1 else { return .malformed }
        at = end + 2
        return .element
    }
}
