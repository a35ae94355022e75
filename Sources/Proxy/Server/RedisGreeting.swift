internal import Wire

extension RedisReply {
    /// A command of the proxy's own, as servers take them.
    static func command(_ words: [String]) -> [UInt8] {
        words.reduce(into: arrayHeader(count: words.count)) { $0 += bulk($1) }
    }
}
