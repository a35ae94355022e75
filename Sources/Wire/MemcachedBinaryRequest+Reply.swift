/// What a server's reply to the meta command means to the client that asked in binary.
extension MemcachedBinaryRequest {
    /// How the request ended; the text is the server's own, where the status has none that says as
    /// much.
    public func status(
        of reply: MemcachedMetaReply, _ bytes: Span<UInt8>
    ) -> (status: MemcachedBinaryStatus, text: String?) {
        switch reply.kind {
        case .metaValue, .metaDone: (.success, nil)
        case .metaEnd, .metaNotFound: (.notFound, nil)
        case .metaExists: (.exists, nil)
        case .metaNotStored: (notStored, nil)
        case .clientError, .serverError, .error: Self.error(bytes)
        default: (.internalError, nil)
        }
    }

    /// Whether the client does not want to hear of it: a quiet request's success or, where
    /// something is asked for, its miss.
    public func isHidden(_ status: MemcachedBinaryStatus) -> Bool {
        guard isQuiet else { return false }
        switch operation {
        case .get, .getAndTouch: return status == .notFound
        default: return status == .success
        }
    }

    /// Why a set's condition was not met.
    private var notStored: MemcachedBinaryStatus {
        switch operation {
        case .add: .exists
        case .replace: .notFound
        default: .notStored
        }
    }

    /// The error that a line of text is.
    public static func error(
        _ line: Span<UInt8>
    ) -> (status: MemcachedBinaryStatus, text: String?) {
        var letters: [UInt8] = []
        for index in 0..<line.count where line[index] >= UInt8(ascii: " ") {
            letters.append(line[index])
        }
        let text = String(decoding: letters, as: UTF8.self)
        if text.hasPrefix("CLIENT_ERROR cannot increment or decrement non-numeric value") {
            return (.notNumeric, nil)
        }
        if text.hasPrefix("SERVER_ERROR object too large for cache") { return (.tooLarge, nil) }
        if text.hasPrefix("SERVER_ERROR out of memory") { return (.outOfMemory, nil) }
        if text.hasPrefix("CLIENT_ERROR") { return (.invalidArguments, nil) }
        // A memcached before 1.6 does not know meta commands.
        if text == "ERROR" { return (.unknownCommand, nil) }
        let words = text.split(separator: " ", maxSplits: 1)
        return (.internalError, words.count == 2 ? String(words[1]) : nil)
    }
}
