/// One reply in Redis's protocol, or one request, which looks the same.
public enum Reply: Equatable, Sendable {
    /// `+text`
    case simple(String)
    /// `-text`
    case error(String)
    /// `:number`
    case integer(Int)
    /// `$length` and that many bytes.
    case bulk([UInt8])
    /// `$-1`
    case null
    /// `*-1`
    case nullArray
    /// `*count` and that many replies.
    case array([Reply])

    /// `+OK`
    public static let ok = Reply.simple("OK")

    /// A bulk string with the bytes of `text`.
    public static func bulk(_ text: String) -> Reply {
        .bulk(Array(text.utf8))
    }

    /// The text of an error, or `nil` for any other reply.
    public var errorText: String? {
        if case .error(let text) = self { text } else { nil }
    }

    /// The text of a bulk or simple string, or `nil` for any other reply.
    public var text: String? {
        switch self {
        case .bulk(let bytes): String(decoding: bytes, as: UTF8.self)
        case .simple(let text): text
        case .error, .integer, .null, .nullArray, .array: nil
        }
    }

    /// The elements of an array, or `nil` for any other reply.
    public var elements: [Reply]? {
        if case .array(let elements) = self { elements } else { nil }
    }
}

extension Reply: CustomStringConvertible {
    /// The reply as redis-cli would show it, cut to a length for a log.
    public var description: String {
        switch self {
        case .simple(let text): "+\(text)"
        case .error(let text): "-\(text)"
        case .integer(let number): ":\(number)"
        case .bulk(let bytes) where bytes.count > 200: "\"…\(bytes.count) bytes…\""
        case .bulk(let bytes): "\"\(String(decoding: bytes, as: UTF8.self))\""
        case .null: "(nil)"
        case .nullArray: "(nil array)"
        case .array(let elements): "[\(elements.map(\.description).joined(separator: ", "))]"
        }
    }
}
