import Foundation
import Synchronization

/// A name server over UDP whose records change whenever a test says so.
///
/// It answers questions for A and AAAA as RFC 1035 and RFC 3596 describe, and a name that it was
/// never told of does not exist.
public final class NameServer: Sendable {
    /// What it says about a name.
    public enum Answer: Sendable, Equatable {
        /// IPv4 and IPv6 addresses, all with this time to live, in seconds.
        case addresses([String], ttl: UInt32 = 1)
        /// SERVFAIL.
        case serverFailure
        /// NXDOMAIN.
        case noSuchName
        /// Not a word, as if the packet had been lost.
        case silence
    }

    /// The port of 127.0.0.1 it is asked at.
    public let port: Int

    private let book = Book()

    /// Starts to answer.
    public init() throws {
        let socket = try Descriptor(datagramsOn: "127.0.0.1")
        port = try socket.localPort()
        let number = socket.release()
        let book = book
        Thread.detachNewThread {
            let socket = Descriptor(number)
            while !book.isClosed {
                guard (try? socket.wait(for: POLLIN, timeout: 0.05)) == true else { continue }
                guard let (query, peer) = socket.receiveDatagram() else { continue }
                guard let reply = DNSMessage(query)?.reply(from: book) else { continue }
                socket.send(reply, to: peer)
            }
        }
    }

    deinit {
        book.close()
    }

    /// What a configuration's `resolver` says to ask it.
    public var address: String { "127.0.0.1:\(port)" }

    /// Says this about a name from now on.
    public func answer(_ name: String, with answer: Answer) {
        book.set(name, to: answer)
    }

    /// Questions that came so far, for any kind of record.
    public func questions(about name: String) -> Int {
        book.questions(about: name)
    }
}

/// The names, shared by the tests that write and the thread that reads.
private final class Book: Sendable {
    private struct Entry {
        var answer = NameServer.Answer.noSuchName
        var questions = 0
    }

    private let entries = Mutex<[String: Entry]>([:])
    private let closed = Atomic<Bool>(false)

    var isClosed: Bool { closed.load(ordering: .relaxed) }

    func close() { closed.store(true, ordering: .relaxed) }

    func set(_ name: String, to answer: NameServer.Answer) {
        entries.withLock { $0[name.lowercased(), default: Entry()].answer = answer }
    }

    func ask(_ name: String) -> NameServer.Answer {
        entries.withLock { entries in
            entries[name.lowercased(), default: Entry()].questions += 1
            return entries[name.lowercased()]?.answer ?? .noSuchName
        }
    }

    func questions(about name: String) -> Int {
        entries.withLock { $0[name.lowercased()]?.questions ?? 0 }
    }
}

/// A question, and how it is answered.
private struct DNSMessage {
    private static let headerLength = 12
    /// A pointer to the name in the question, which follows the header.
    private static let questionName: [UInt8] = [0xc0, 12]
    private static let typeA: UInt16 = 1
    private static let typeAAAA: UInt16 = 28

    private let id: [UInt8]
    private let name: String
    private let type: UInt16
    /// The question as it came, which the answer repeats.
    private let question: [UInt8]

    /// Reads a query; `nil` if it is none.
    init?(_ query: [UInt8]) {
        var labels: [String] = []
        var offset = Self.headerLength
        while offset < query.count, query[offset] != 0 {
            let end = offset + 1 + Int(query[offset])
            guard end < query.count else { return nil }
            labels.append(String(decoding: query[offset + 1..<end], as: UTF8.self))
            offset = end
        }
        // The name's end, the type and the class.
        guard offset + 5 <= query.count else { return nil }
        id = Array(query[..<2])
        name = labels.joined(separator: ".")
        type = UInt16(query[offset + 1]) << 8 | UInt16(query[offset + 2])
        question = Array(query[Self.headerLength..<offset + 5])
    }

    /// The bytes to send, or `nil` for silence.
    func reply(from book: Book) -> [UInt8]? {
        switch book.ask(name) {
        case .addresses(let addresses, let ttl):
            let records = addresses.compactMap { record(for: $0, ttl: ttl) }
            return header(code: 0, answers: records.count) + question + records.joined()
        case .serverFailure: return header(code: 2, answers: 0) + question
        case .noSuchName: return header(code: 3, answers: 0) + question
        case .silence: return nil
        }
    }

    private func header(code: UInt8, answers: Int) -> [UInt8] {
        // A response, recursion desired and available; one question.
        let flags: [UInt8] = [0x81, 0x80 | code]
        return id + flags + [0, 1] + Self.bigEndian(UInt16(answers)) + [0, 0, 0, 0]
    }

    /// A record of the type asked for; `nil` if the address is of the other family.
    private func record(for address: String, ttl: UInt32) -> [UInt8]? {
        let isIPv6 = address.contains(":")
        guard type == (isIPv6 ? Self.typeAAAA : Self.typeA) else { return nil }
        var data = [UInt8](repeating: 0, count: isIPv6 ? 16 : 4)
        guard unsafe inet_pton(isIPv6 ? AF_INET6 : AF_INET, address, &data) == 1 else {
            preconditionFailure("\(address) is not an address")
        }
        return Self.questionName + Self.bigEndian(type) + [0, 1] + Self.bigEndian(ttl)
            + Self.bigEndian(UInt16(data.count)) + data
    }

    private static func bigEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        stride(from: Number.bitWidth - 8, through: 0, by: -8).map {
            UInt8(truncatingIfNeeded: number >> Number($0))
        }
    }
}

/// UDP over IPv4.
extension Descriptor {
    /// A socket for datagrams on a free port of an address.
    fileprivate convenience init(datagramsOn host: String) throws {
        let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        self.init(socket(AF_INET, type, 0))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        guard unsafe inet_pton(AF_INET, host, &address.sin_addr) == 1 else {
            throw KitError("\(host) is not an address")
        }
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(number, $0, size)
            }
        }
        guard bound == 0 else { throw KitError("bind: \(errorText(errno))") }
    }

    fileprivate func localPort() throws -> Int {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(number, $0, &size)
            }
        }
        guard result == 0 else { throw KitError("getsockname: \(errorText(errno))") }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    /// A datagram and who sent it; `nil` if there is none.
    fileprivate func receiveDatagram() -> (bytes: [UInt8], peer: sockaddr_in)? {
        // No question is longer than what DNS over UDP allows.
        var bytes = [UInt8](repeating: 0, count: 512)
        var peer = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let count = unsafe withUnsafeMutablePointer(to: &peer) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe recvfrom(number, &bytes, bytes.count, Int32(MSG_DONTWAIT), $0, &size)
            }
        }
        return count > 0 ? (Array(bytes[..<count]), peer) : nil
    }

    /// A datagram that cannot be sent is lost, as datagrams may be.
    fileprivate func send(_ bytes: [UInt8], to peer: sockaddr_in) {
        var peer = peer
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        unsafe withUnsafePointer(to: &peer) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = unsafe sendto(number, bytes, bytes.count, 0, $0, size)
            }
        }
    }
}
