import Glibc
import Reactor

/// A name server with a script, over UDP on the loop of its test.
final class FakeNameServer {
    /// What it says about a name.
    enum Script: Sendable {
        /// Addresses, each with its time to live in seconds, behind an alias if one is named.
        case addresses([(ip: String, ttl: UInt32)], aliasTTL: UInt32? = nil)
        /// A response code without an answer.
        case failure(UInt8)
        /// Not a word.
        case silence
    }

    private enum RecordType: UInt16 {
        case a = 1
        case cname = 5
        case aaaa = 28
    }

    static let serverFailed: UInt8 = 2
    static let nameDoesNotExist: UInt8 = 3
    static let notImplemented: UInt8 = 4

    /// A pointer to the name in the question, which follows the header of 12 bytes.
    private static let questionName: [UInt8] = [0xc0, 12]

    /// "x", what aliases lead to.
    private static let otherName: [UInt8] = [1, UInt8(ascii: "x"), 0]

    var script: [String: Script] = [:]
    /// What it says about the IPv6 addresses of a name, if that is something else.
    var sixScript: [String: Script] = [:]
    private(set) var questions = 0
    let address: String
    private let end: IOEnd
    private var watcher: IOWatcher?

    init(_ loop: EventLoop) throws {
        end = IOEnd(
            socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue), 0))
        let descriptor = end.descriptor
        let any = SocketAddress.ipv4(0x7f00_0001, port: 0)
        guard unsafe any.withSockaddr({ unsafe bind(descriptor, $0, $1) }) == 0 else {
            throw SystemError(call: "bind")
        }
        address = end.localAddress()?.description ?? ""
        watcher = IOWatcher(loop, descriptor: descriptor) { [unowned self] _ in answer() }
        watcher?.watch(.readable)
    }

    private func answer() {
        var query = [UInt8](repeating: 0, count: 512)
        var peer = sockaddr_storage()
        unsafe withUnsafeMutablePointer(to: &peer) { peer in
            let peer = unsafe UnsafeMutableRawPointer(peer).assumingMemoryBound(to: sockaddr.self)
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let count = unsafe recvfrom(end.descriptor, &query, query.count, 0, peer, &length)
            guard count > 0 else { return }
            questions += 1
            guard let reply = reply(to: Array(query[..<count])) else { return }
            unsafe sendto(end.descriptor, reply, reply.count, 0, peer, length)
        }
    }

    private func reply(to query: [UInt8]) -> [UInt8]? {
        let headerLength = 12
        var labels: [String] = []
        var offset = headerLength
        while query[offset] != 0 {
            let length = Int(query[offset])
            labels.append(String(decoding: query[offset + 1..<offset + 1 + length], as: UTF8.self))
            offset += 1 + length
        }
        let question = query[headerLength..<offset + 5]
        let type = RecordType(rawValue: UInt16(query[offset + 1]) << 8 | UInt16(query[offset + 2]))
        let name = labels.joined(separator: ".")
        let said = (type == .aaaa ? sixScript[name] : nil) ?? script[name]
        switch said ?? .failure(FakeNameServer.nameDoesNotExist) {
        case .silence:
            return nil
        case .failure(let code):
            return header(of: query, answers: 0, code: code) + question
        case .addresses(let addresses, let aliasTTL):
            let owner = aliasTTL == nil ? FakeNameServer.questionName : FakeNameServer.otherName
            let records = addresses.compactMap { record(owner, $0.ip, ttl: $0.ttl, type) }
            let alias = aliasTTL.map {
                [encode(FakeNameServer.questionName, .cname, ttl: $0, FakeNameServer.otherName)]
            }
            let answers = (alias ?? []) + records
            return header(of: query, answers: UInt8(answers.count), code: 0) + question
                + answers.joined()
        }
    }

    private func header(of query: [UInt8], answers: UInt8, code: UInt8) -> [UInt8] {
        [query[0], query[1], 0x81, 0x80 | code, 0, 1, 0, answers, 0, 0, 0, 0]
    }

    private func record(
        _ owner: [UInt8], _ ip: String, ttl: UInt32, _ type: RecordType?
    ) -> [UInt8]? {
        switch (SocketAddress(ip: ip, port: 0), type) {
        case (.ipv4(let address, _)?, .a?):
            encode(owner, .a, ttl: ttl, bigEndian(address))
        case (.ipv6(let high, let low, _, _)?, .aaaa?):
            encode(owner, .aaaa, ttl: ttl, bigEndian(high) + bigEndian(low))
        default:
            nil
        }
    }

    private func encode(_ owner: [UInt8], _ type: RecordType, ttl: UInt32, _ data: [UInt8])
        -> [UInt8]
    {
        // The name, the type, class IN, the time to live, and the data.
        owner + bigEndian(type.rawValue) + [0, 1] + bigEndian(ttl)
            + bigEndian(UInt16(data.count)) + data
    }

    private func bigEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        stride(from: Number.bitWidth - 8, through: 0, by: -8).map {
            UInt8(truncatingIfNeeded: number >> Number($0))
        }
    }
}
