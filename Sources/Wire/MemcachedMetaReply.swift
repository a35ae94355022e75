/// A meta command's reply, complete:
///
///     VA <length> <flag>*   data        HD <flag>*   EN   NF   NS   EX
///
/// Errors are told by their kind, too; their words are the rest of the line.
public struct MemcachedMetaReply: Sendable {
    /// What was answered.
    public let kind: MemcachedReplyKind

    /// Where the data stand, CRLF excluded; empty if there are none.
    public let value: Range<Int>

    /// What the `f` flag returned: the item's flags.
    public private(set) var itemFlags: UInt32 = 0

    /// What the `c` flag returned: the item's unique number.
    public private(set) var unique: UInt64 = 0

    /// Reads a reply of which at least the first line is there; nil if it is none.
    public init?(_ bytes: Span<UInt8>) {
        guard
            let newline = ByteScanner.offset(of: ByteScanner.lineFeed, in: bytes, 0..<bytes.count),
            newline > 0
        else { return nil }
        var line = MemcachedLineCursor()
        if let header = MemcachedMetaValue(at: 0, to: newline - 1, in: bytes) {
            kind = .metaValue
            value = header.lineLength..<header.lineLength + header.dataLength - 2
            _ = line.next(in: bytes)
        } else {
            kind = MemcachedReplyKind(line: bytes, from: 0, to: newline - 1)
            value = 0..<0
        }
        readFlags(after: &line, in: bytes)
    }

    private mutating func readFlags(after line: inout MemcachedLineCursor, in bytes: Span<UInt8>) {
        _ = line.next(in: bytes)
        guard !kind.isError else { return }
        while true {
            let flag = line.next(in: bytes)
            guard flag.length > 0 else { return }
            let number = MemcachedToken(start: flag.start + 1, end: flag.end)
            switch bytes[flag.start] {
            case UInt8(ascii: "f"):
                itemFlags = UInt32(number.number(in: bytes, upTo: UInt64(UInt32.max)) ?? 0)
            case UInt8(ascii: "c"): unique = number.number(in: bytes, upTo: .max) ?? 0
            default: break
            }
        }
    }

    /// Whether a server keeps this answer to itself if the command has a `q` flag: as memcached
    /// 1.6.18 does, which hides what is expected and nothing else.
    public func isHidden(from command: MemcachedCommand) -> Bool {
        switch command {
        case .metaGet: kind == .metaEnd
        case .metaSet, .metaDelete: kind == .metaDone
        // Not if it may have made the number, which it tells: that is left to the server.
        case .metaArithmetic: kind == .metaDone || kind == .metaValue
        default: false
        }
    }
}
