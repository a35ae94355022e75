/// Bob Jenkins' one-at-a-time hash (1997), reading bytes as signed.
enum OneAtATime {
    static func hash(_ key: Span<UInt8>) -> UInt32 {
        var hash: UInt32 = 0
        for index in key.indices {
            hash &+= key[index].signExtended
            hash &+= hash << 10
            hash ^= hash >> 6
        }
        hash &+= hash << 3
        hash ^= hash >> 11
        hash &+= hash << 15
        return hash
    }
}
