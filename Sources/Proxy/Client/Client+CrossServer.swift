internal import Configuration
internal import Hashing
internal import Wire

/// The refusal of a request whose keys are not all on one server.
extension Client {
    /// Bytes shown of a key: enough to recognize it by.
    private static var shownKeyBytes: Int { 64 }

    /// Redis Cluster's words, and the first two keys that are apart: they tell which hash tag is
    /// missing.
    func crossServerError(_ request: RedisRequest, _ frame: RawBytes) -> [UInt8] {
        // Keys that cannot be told have had an error of their own before.
        guard var keys = try? unsafe RedisKeys(request, in: frame.span),
            let first = unsafe keys.next(in: frame.span)
        else { return Self.crossServer }
        let home = unsafe index(of: first, in: frame)
        while let key = unsafe keys.next(in: frame.span) {
            guard unsafe index(of: key, in: frame) != home else { continue }
            let names = unsafe "'\(shown(first, in: frame))' and '\(shown(key, in: frame))'"
            return RedisReply.error("\(Self.crossServerWords): \(names)")
        }
        guard let pattern = unsafe firstPattern(of: request, frame, awayFrom: home) else {
            return Self.crossServer
        }
        let names =
            unsafe "'\(shown(first, in: frame))' and the pattern '\(shown(pattern, in: frame))'"
        return RedisReply.error("\(Self.crossServerWords): \(names)")
    }

    /// The first pattern of a SORT that may make keys of other servers than the one that sorts:
    /// only a hash tag without the pattern's `*` says where they all are.
    func firstPattern(
        of request: RedisRequest, _ frame: RawBytes, awayFrom home: Int
    ) -> RedisArgument? {
        guard pool.servers.count > 1, case .sort? = request.command.command?.keys else {
            return nil
        }
        var patterns = unsafe RedisSortPatterns(request, in: frame.span)
        while let pattern = unsafe patterns.next(in: frame.span) {
            let bytes = unsafe frame.piece(pattern.offset, pattern.length)
            let hashed =
                unsafe pool.configuration.hashTag?.hashedRange(of: bytes.span) ?? 0..<bytes.count
            let isFixed = unsafe !bytes[hashed].contains(UInt8(ascii: "*"))
            if unsafe !isFixed || pool.serverIndex(for: bytes.span) != home { return pattern }
        }
        return nil
    }

    private func index(of key: RedisArgument, in frame: RawBytes) -> Int {
        unsafe pool.serverIndex(for: frame.piece(key.offset, key.length).span)
    }

    /// A key in ASCII, all else as `\xff`.
    private func shown(_ key: RedisArgument, in frame: RawBytes) -> String {
        let bytes = unsafe Array(frame.piece(key.offset, min(key.length, Self.shownKeyBytes)))
        var text = ""
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "'"), UInt8(ascii: "\\"): text += "\\\(Unicode.Scalar(byte))"
            case UInt8(ascii: " ")...UInt8(ascii: "~"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default: text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }
        return key.length > Self.shownKeyBytes ? text + "…" : text
    }
}
