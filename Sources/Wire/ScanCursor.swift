/// A cursor of SCAN that walks over several servers, one after the other.
///
/// What a client is given is the server's own cursor times the number of servers, plus the server's
/// index: nothing has to be remembered, and a cursor holds for as long as the servers are the same.
/// 0 is the beginning, and the end, as at a server.
public struct ScanCursor: Sendable, Equatable, BitwiseCopyable {
    /// The server to ask.
    public let server: Int
    /// Its own cursor.
    public let cursor: UInt64
    private let servers: Int

    /// Reads what a client was given; nil if it is no number.
    public init?(_ text: Span<UInt8>, servers: Int) {
        var number: UInt64 = 0
        guard text.count > 0, text.count <= 20 else { return nil }
        for index in text.indices {
            let digit = text[index] &- UInt8(ascii: "0")
            let (product, overflow) = number.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
            guard digit <= 9, !overflow, !carry else { return nil }
            number = sum
        }
        server = Int(number % UInt64(servers))
        cursor = number / UInt64(servers)
        self.servers = servers
    }

    /// The server's reply, with the cursor that the client is given; nil if it is no reply to SCAN.
    func rewrite(_ reply: [UInt8]) -> [UInt8]? {
        guard let elements = RedisGathering.elements(of: reply), elements.count == 2,
            let next = Self.number(elements[0])
        else { return nil }
        let given: UInt64
        if next > 0 {
            let (product, overflow) = next.multipliedReportingOverflow(by: UInt64(servers))
            guard !overflow else {
                return RedisReply.error("ERR the server's cursor is too large for this proxy")
            }
            given = product + UInt64(server)
        } else {
            given = server + 1 < servers ? UInt64(server + 1) : 0
        }
        return RedisReply.arrayHeader(count: 2) + RedisReply.bulk("\(given)") + elements[1]
    }

    private static func number(_ bulk: ArraySlice<UInt8>) -> UInt64? {
        let lines = bulk.split(separator: ByteScanner.lineFeed)
        guard lines.count == 2 else { return nil }
        return UInt64(String(decoding: lines[1].dropLast(), as: UTF8.self))
    }
}
