/// Requests and replies as the benchmarks' tables have them: keys of 40 bytes, values of 400.
enum Samples {
    static let value = [UInt8](repeating: UInt8(ascii: "v"), count: 400)

    /// Key number `number`. Digits differ from the first on: fnv1a_64, cut to 32 bits, has keys that
    /// differ in the last ones side by side on the circle, and so on one server.
    static func key(_ number: Int) -> String {
        let digits = String(UInt64(number + 1) &* 0x9e37_79b9_7f4a_7c15)
        return "key:" + String(repeating: "0", count: 36 - digits.utf8.count) + digits
    }

    /// The first keys.
    static func keys(_ count: Int) -> [String] { (0..<count).map(key) }

    // MARK: - Redis

    /// A RESP array of bulks.
    static func redis(_ words: [String]) -> [UInt8] {
        header("*", words.count) + words.flatMap { bulk(Array($0.utf8)) }
    }

    /// What a server answers to MGET of so many keys, or to a pipeline of as many GETs without the
    /// array around it.
    static func redisValues(_ count: Int, isArray: Bool) -> [UInt8] {
        let values = [[UInt8]](repeating: bulk(value), count: count).flatMap { $0 }
        return isArray ? header("*", count) + values : values
    }

    private static func bulk(_ bytes: [UInt8]) -> [UInt8] {
        header("$", bytes.count) + bytes + Array("\r\n".utf8)
    }

    private static func header(_ marker: String, _ number: Int) -> [UInt8] {
        Array("\(marker)\(number)\r\n".utf8)
    }

    // MARK: - memcached

    /// A `get` of the keys.
    static func memcachedGet(_ keys: [String]) -> [UInt8] {
        Array("get \(keys.joined(separator: " "))\r\n".utf8)
    }

    /// A `set` of the first key.
    static var memcachedSet: [UInt8] {
        Array("set \(key(0)) 0 0 \(value.count)\r\n".utf8) + value + Array("\r\n".utf8)
    }

    /// What a server answers to a `get` of keys that it has.
    static func memcachedValues(_ keys: [String]) -> [UInt8] {
        keys.flatMap {
            Array("VALUE \($0) 0 \(value.count)\r\n".utf8) + value + Array("\r\n".utf8)
        } + Array("END\r\n".utf8)
    }
}
