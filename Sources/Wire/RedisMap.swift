/// A map that is being put together: in RESP2 an array of keys and values.
struct RedisMap {
    let isRESP3: Bool
    private var count = 0
    private var pairs: [UInt8] = []

    init(inRESP3: Bool) { isRESP3 = inRESP3 }

    /// Adds a pair whose value is a complete reply.
    mutating func add(_ key: String, _ value: [UInt8]) {
        count += 1
        pairs += RedisReply.bulk(key) + value
    }

    /// The whole reply.
    var reply: [UInt8] { RedisReply.mapHeader(count: count, inRESP3: isRESP3) + pairs }
}
