extension ReplicaLag {
    private static let form = "use bytes such as 1mb, seconds such as 10s, or both"

    /// 68 years.
    private static let maximumSeconds = Int(Int32.max)

    /// Reads a value of `max_replica_lag`: words such as `10s` and `1mb`, each at most once.
    ///
    /// A number alone could mean either, so it is refused.
    init(_ text: String) throws(Fault) {
        self.init()
        for word in text.split(separator: " ") {
            let isSeconds = word.hasSuffix("s")
            let value = isSeconds ? Self.seconds(word) : Self.bytes(word)
            guard let value else {
                throw Fault("\(quoted(String(word))) is not a lag; \(Self.form)")
            }
            guard (isSeconds ? seconds : bytes) == nil else {
                throw Fault("\(quoted(text)) has two of a kind; \(Self.form)")
            }
            if isSeconds { seconds = value } else { bytes = value }
        }
        guard bytes != nil || seconds != nil else {
            throw Fault("\(quoted(text)) is not a lag; \(Self.form)")
        }
    }

    private static func seconds(_ word: Substring) -> Int? {
        decimal(word.utf8.dropLast()).flatMap { $0 <= maximumSeconds ? $0 : nil }
    }

    private static func bytes(_ word: Substring) -> Int? {
        guard decimal(word.utf8) == nil else { return nil }
        return ByteSize.bytes(String(word))
    }
}
