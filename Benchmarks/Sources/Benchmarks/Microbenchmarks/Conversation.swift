/// What clients say, what servers hear of it and answer, and what clients get.
struct Conversation {
    let isRedis: Bool
    /// How many servers the pool has.
    var servers = 1
    let request: [UInt8]
    /// A server's reply to what it hears.
    let answer: ([UInt8]) -> [UInt8]
    /// What the client must get.
    let reply: [UInt8]

    /// So many GETs at once.
    static func redisGet(pipeline: Int) -> Conversation {
        let reply = Samples.redisValues(pipeline, isArray: false)
        let request = Samples.keys(pipeline).flatMap { Samples.redis(["GET", $0]) }
        return Conversation(isRedis: true, request: request, answer: { _ in reply }, reply: reply)
    }

    /// One MGET, split over the servers and merged again.
    static func redisMultiGet(_ count: Int, servers: Int) -> Conversation {
        Conversation(
            isRedis: true, servers: servers, request: Samples.redis(["MGET"] + Samples.keys(count)),
            answer: { heard in
                // One `$` for the command's name.
                let keys = heard.count { $0 == UInt8(ascii: "$") } - 1
                return Samples.redisValues(keys, isArray: true)
            },
            reply: Samples.redisValues(count, isArray: true))
    }

    /// One `get`, split over the servers and merged again if there are several.
    static func memcachedGet(_ count: Int, servers: Int) -> Conversation {
        let keys = Samples.keys(count)
        return Conversation(
            isRedis: false, servers: servers, request: Samples.memcachedGet(keys),
            answer: { heard in
                let line = String(decoding: heard.dropLast(2), as: UTF8.self)
                return Samples.memcachedValues(
                    line.split(separator: " ").dropFirst().map(String.init))
            },
            reply: Samples.memcachedValues(keys))
    }
}
