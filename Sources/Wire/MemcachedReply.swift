/// The replies that a proxy makes itself, and the blocks from which it merges one.
public enum MemcachedReply {
    /// Ends the values of a retrieval.
    public static let end = Array("END\r\n".utf8)
    /// The request was not understood.
    public static let error = Array("ERROR\r\n".utf8)
    /// The item is stored.
    public static let stored = Array("STORED\r\n".utf8)
    /// The item is not stored: the command's condition was not met.
    public static let notStored = Array("NOT_STORED\r\n".utf8)
    /// The item has changed since it was read.
    public static let exists = Array("EXISTS\r\n".utf8)
    /// There is no such item.
    public static let notFound = Array("NOT_FOUND\r\n".utf8)
    /// The item is deleted.
    public static let deleted = Array("DELETED\r\n".utf8)
    /// The item's expiry is set.
    public static let touched = Array("TOUCHED\r\n".utf8)
    /// Done.
    public static let ok = Array("OK\r\n".utf8)

    /// The answer to `stats reset`.
    public static let reset = Array("RESET\r\n".utf8)
    /// The answer to the meta protocol's `mn`.
    public static let metaNoop = Array("MN\r\n".utf8)

    /// A failure on this side: `SERVER_ERROR <text>`, control characters blanked.
    public static func serverError(_ text: String) -> [UInt8] {
        line("SERVER_ERROR", text)
    }

    /// A mistake of the client: `CLIENT_ERROR <text>`, control characters blanked.
    public static func clientError(_ text: String) -> [UInt8] {
        line("CLIENT_ERROR", text)
    }

    /// The reply to `version`: `VERSION <text>`, control characters blanked.
    public static func version(_ text: String) -> [UInt8] {
        line("VERSION", text)
    }

    /// Whether the bytes begin a retrieval's VALUEs or END, and no error: of its replies, a scanner
    /// lets through no other kinds.
    public static func isRetrieved(in bytes: Span<UInt8>) -> Bool {
        guard bytes.count > 1 else { return false }
        return bytes[0] == UInt8(ascii: "V")
            || (bytes[0] == UInt8(ascii: "E") && bytes[1] == UInt8(ascii: "N"))
    }

    private static func line(_ word: String, _ text: String) -> [UInt8] {
        var reply = Array(word.utf8)
        reply.append(UInt8(ascii: " "))
        for byte in text.utf8 {
            reply.append(byte < UInt8(ascii: " ") || byte == 0x7f ? UInt8(ascii: " ") : byte)
        }
        reply.append(UInt8(ascii: "\r"))
        reply.append(UInt8(ascii: "\n"))
        return reply
    }
}
