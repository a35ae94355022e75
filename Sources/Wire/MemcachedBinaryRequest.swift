/// A request of memcached's binary protocol that has the parts which its opcode wants.
///
///     0 ........ 24 ...... keyOffset ====== valueOffset ......... length
///      header     extras              key                value
public struct MemcachedBinaryRequest: BitwiseCopyable, Sendable {
    /// The increment that creates nothing, by its expiry time.
    private static let neverCreates = UInt32.max

    /// Its first bytes.
    public let header: MemcachedBinaryHeader

    /// What is asked.
    public let operation: MemcachedBinaryOperation

    /// The client wants no answer that it expects.
    public let isQuiet: Bool

    /// The answer has the key.
    public let returnsKey: Bool

    /// Where the key stands; empty if there is none.
    public var key: Range<Int> {
        let start = MemcachedBinaryHeader.length + header.extrasLength
        return start..<start + header.keyLength
    }

    /// Where the value stands; empty if there is none.
    public var value: Range<Int> { key.upperBound..<length }

    /// Bytes of the whole request.
    public var length: Int { MemcachedBinaryHeader.length + header.bodyLength }

    /// When a flush is to happen, in memcached's sense of a time; 0 for now.
    public func flushTime(in bytes: Span<UInt8>) -> Int32 {
        header.extrasLength == 4 ? exptime(at: 0, in: bytes) : 0
    }

    /// Appends the meta command that does the same; of a set, the line without its data. False if
    /// the key cannot be written in a line.
    ///
    /// - Precondition: the operation is one for a key.
    public func writeLine(of bytes: Span<UInt8>, to line: inout [UInt8]) -> Bool {
        line += operation.command.name.utf8
        line.append(UInt8(ascii: " "))
        let plain = (key.lowerBound..<key.upperBound).allSatisfy { index in
            bytes[index] > UInt8(ascii: " ") && bytes[index] != 0x7f
        }
        if plain {
            for index in key { line.append(bytes[index]) }
        } else {
            let limit = MemcachedLimits.serverKeyLength
            guard Base64.encodedLength(key.count) <= limit else { return false }
            Base64.encode(bytes.extracting(key), to: &line)
        }
        if operation.command == .metaSet { line += " \(value.count)".utf8 }
        if !plain { line += " b".utf8 }
        writeFlags(of: bytes, to: &line)
        line += "\r\n".utf8
        return true
    }

    private func writeFlags(of bytes: Span<UInt8>, to line: inout [UInt8]) {
        switch operation {
        case .get: line += " v f c".utf8
        case .getAndTouch: line += " v f c T\(exptime(at: 0, in: bytes))".utf8
        case .touch: line += " f c T\(exptime(at: 0, in: bytes))".utf8
        case .set, .add, .replace:
            let flags = extra(at: 0, 4, in: bytes)
            line += " F\(flags) T\(exptime(at: 4, in: bytes))".utf8
            writeMode(to: &line)
        case .append, .prepend: writeMode(to: &line)
        case .delete: writeUnique(to: &line)
        case .increment, .decrement:
            line += operation == .increment ? " MI".utf8 : " MD".utf8
            line += " D\(extra(at: 0, 8, in: bytes))".utf8
            if extra(at: 16, 4, in: bytes) != Self.neverCreates {
                line += " J\(extra(at: 8, 8, in: bytes)) N\(exptime(at: 16, in: bytes))".utf8
            }
            writeUnique(to: &line)
            line += " v c".utf8
        case .noop, .version, .statistics, .flush, .quit: break
        }
    }

    private func writeMode(to line: inout [UInt8]) {
        switch operation {
        // A unique number makes any of these a compare and swap.
        case .add where header.unique == 0: line += " ME".utf8
        case .replace where header.unique == 0: line += " MR".utf8
        case .append: line += " MA".utf8
        case .prepend: line += " MP".utf8
        default: break
        }
        writeUnique(to: &line)
        line += " c".utf8
    }

    private func writeUnique(to line: inout [UInt8]) {
        if header.unique != 0 { line += " C\(header.unique)".utf8 }
    }

    /// A time: lines have signed ones, and what is beyond these is never.
    private func exptime(at offset: Int, in bytes: Span<UInt8>) -> Int32 {
        Int32(exactly: extra(at: offset, 4, in: bytes)) ?? 0
    }

    private func extra(at offset: Int, _ count: Int, in bytes: Span<UInt8>) -> UInt64 {
        MemcachedBinaryHeader.number(
            at: MemcachedBinaryHeader.length + offset, count, in: bytes)
    }
}

/// What stands at the start of the bytes of a client that speaks the binary protocol.
public enum MemcachedBinaryParse: Sendable {
    /// A request, complete.
    case request(MemcachedBinaryRequest)

    /// A request that is not served: skip `length` bytes, some of which may still have to arrive,
    /// and answer with the status.
    case refused(length: Int, MemcachedBinaryHeader, MemcachedBinaryStatus)

    /// The request goes on: it has at least `needed` bytes in all.
    case incomplete(needed: Int)

    /// As memcached does: answer with the status and close.
    case malformed(MemcachedBinaryHeader, MemcachedBinaryStatus)

    /// This is no request, and nothing can answer it.
    case noRequest

    /// Reads one request from its first byte. Nothing is kept between calls.
    public static func read(_ bytes: Span<UInt8>, _ limits: MemcachedLimits) -> Self {
        if bytes.count > 0, bytes[0] != MemcachedBinaryHeader.requestMagic { return .noRequest }
        guard bytes.count >= MemcachedBinaryHeader.length else {
            return .incomplete(needed: MemcachedBinaryHeader.length)
        }
        let header = MemcachedBinaryHeader(bytes)
        let valueLength = header.bodyLength - header.extrasLength - header.keyLength
        guard valueLength >= 0 else { return .malformed(header, .unknownCommand) }
        guard header.keyLength <= limits.maxKeyLength else {
            return .malformed(header, .invalidArguments)
        }
        let length = MemcachedBinaryHeader.length + header.bodyLength
        guard let (operation, isQuiet, returnsKey) = MemcachedBinaryOperation.of(header.opcode)
        else { return .refused(length: length, header, .unknownCommand) }
        guard
            operation.takes(
                extras: header.extrasLength, key: header.keyLength, value: valueLength)
        else { return .malformed(header, .invalidArguments) }
        guard valueLength <= limits.maxValueLength else {
            return .refused(length: length, header, .tooLarge)
        }
        guard bytes.count >= length else { return .incomplete(needed: length) }
        return .request(
            MemcachedBinaryRequest(
                header: header, operation: operation, isQuiet: isQuiet, returnsKey: returnsKey))
    }
}
