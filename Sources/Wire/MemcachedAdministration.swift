/// memcached's commands that change or watch one server, which a proxy does not pass on.
enum MemcachedAdministration {
    private static let names: [StaticString] = [
        "cache_memlimit", "debugtime", "extstore", "lru", "lru_crawler", "refresh_certs",
        "shutdown",
        "slabs", "watch",
    ]

    /// Whether the line's first word is the name of one.
    static func names(_ bytes: Span<UInt8>) -> Bool {
        var line = MemcachedLineCursor()
        let word = line.next(in: bytes)
        return names.contains { isSame(word, $0, in: bytes) }
    }

    private static func isSame(
        _ word: MemcachedToken, _ name: StaticString, in bytes: Span<UInt8>
    ) -> Bool {
        guard word.length == name.utf8CodeUnitCount else { return false }
        return name.withUTF8Buffer { letters in
            (0..<word.length).allSatisfy { unsafe bytes[word.start + $0] == letters[$0] }
        }
    }
}
