internal import Wire

/// The refusal of a request whose keys are not all on one server.
extension Client {
    /// Bytes shown of a key: enough to recognize it by.
    private static var shownKeyBytes: Int { 64 }

    /// Redis Cluster's words, and the first two keys that are apart: they tell which hash tag is
    /// missing.
    func crossServerError(_ request: RedisRequest, _ frame: RawBytes) -> [UInt8] {
        guard var keys = try? unsafe RedisKeys(request, in: frame.span),
            let first = unsafe keys.next(in: frame.span)
        else { return Self.crossServer }
        let home = unsafe index(of: first, in: frame)
        while let key = unsafe keys.next(in: frame.span) {
            guard unsafe index(of: key, in: frame) != home else { continue }
            let names = unsafe "'\(shown(first, in: frame))' and '\(shown(key, in: frame))'"
            return RedisReply.error("\(Self.crossServerWords): \(names)")
        }
        return Self.crossServer
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
