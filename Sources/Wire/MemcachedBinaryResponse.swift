/// Responses of memcached's binary protocol, as far as they do not have a server's data.
public enum MemcachedBinaryResponse {
    /// Appends the header of a response to the request with this header.
    public static func write(
        _ request: MemcachedBinaryHeader, _ status: MemcachedBinaryStatus = .success,
        extras: Int = 0, key: Int = 0, value: Int = 0, unique: UInt64 = 0, to bytes: inout [UInt8]
    ) {
        bytes.append(MemcachedBinaryHeader.responseMagic)
        bytes.append(request.opcode)
        append(UInt64(key), 2, to: &bytes)
        append(UInt64(extras), 1, to: &bytes)
        append(0, 1, to: &bytes)
        append(UInt64(status.rawValue), 2, to: &bytes)
        append(UInt64(extras + key + value), 4, to: &bytes)
        append(UInt64(request.opaque), 4, to: &bytes)
        append(unique, 8, to: &bytes)
    }

    /// A response without data: the status's text, or another one, is its body.
    public static func plain(
        _ request: MemcachedBinaryHeader, _ status: MemcachedBinaryStatus = .success,
        text: String? = nil
    ) -> [UInt8] {
        let body = Array((text ?? status.text).utf8)
        var bytes: [UInt8] = []
        write(request, status, value: body.count, to: &bytes)
        return bytes + body
    }

    /// One figure of `stat`; the last one has neither name nor value.
    public static func statistic(
        _ request: MemcachedBinaryHeader, name: String, value: String
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        write(request, key: name.utf8.count, value: value.utf8.count, to: &bytes)
        return bytes + name.utf8 + value.utf8
    }

    /// What became of a number: the reply's decimal, as eight bytes.
    public static func number(
        _ request: MemcachedBinaryHeader, _ reply: MemcachedMetaReply, _ bytes: Span<UInt8>
    ) -> [UInt8] {
        let decimal = MemcachedToken(start: reply.value.lowerBound, end: reply.value.upperBound)
        var response: [UInt8] = []
        guard decimal.end <= bytes.count, let number = decimal.number(in: bytes, upTo: .max) else {
            return plain(request, .internalError)
        }
        write(request, value: 8, unique: reply.unique, to: &response)
        append(number, 8, to: &response)
        return response
    }

    /// Appends a number in network order.
    public static func append(_ number: UInt64, _ count: Int, to bytes: inout [UInt8]) {
        for place in (0..<count).reversed() {
            bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(place * 8)))
        }
    }
}
