internal import Wire

/// What one may subscribe to.
struct Topic: Hashable {
    enum Kind {
        case channel
        case pattern
        case shardChannel

        /// The words for beginning and ending it, as clients and servers write them.
        var subscribe: String {
            switch self {
            case .channel: "subscribe"
            case .pattern: "psubscribe"
            case .shardChannel: "ssubscribe"
            }
        }

        var unsubscribe: String {
            switch self {
            case .channel: "unsubscribe"
            case .pattern: "punsubscribe"
            case .shardChannel: "sunsubscribe"
            }
        }
    }

    let kind: Kind
    let name: [UInt8]

    /// Whether it has to be heard of at every server: patterns, and channels that servers
    /// themselves publish to, wherever the key is.
    var isEverywhere: Bool {
        kind == .pattern || (kind == .channel && name.starts(with: "__key".utf8))
    }
}

extension Topic.Kind {
    /// What a push is about, by its word.
    init(_ push: RedisPush, in bytes: RawBytes) {
        switch push.kind {
        case .message: self = .channel
        case .patternMessage: self = .pattern
        case .shardMessage: self = .shardChannel
        case .subscribed, .other:
            switch unsafe bytes[push.word.lowerBound] | 0x20 {
            case UInt8(ascii: "p"): self = .pattern
            case UInt8(ascii: "s") where push.word.count == Self.shardChannel.subscribe.utf8.count:
                self = .shardChannel
            default: self = .channel
            }
        }
    }
}
