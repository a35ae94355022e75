import Glibc
import Reactor
import Testing

@Suite struct SocketAddressTests {
    @Test(
        arguments: [
            ("10.0.0.7", 6379, "10.0.0.7:6379"),
            ("0.0.0.0", 1, "0.0.0.0:1"),
            ("::1", 6379, "[::1]:6379"),
            ("2001:DB8:0:0::7", 65535, "[2001:db8::7]:65535"),
        ] as [(String, UInt16, String)])
    func readsAndDescribesNumericAddresses(ip: String, port: UInt16, text: String) throws {
        let address = try #require(SocketAddress(ip: ip, port: port))

        #expect(address.description == text)
        #expect(address.port == port)
        #expect(address.with(port: 9).port == 9)
    }

    @Test(arguments: [
        "", "localhost", "10.0.0", "256.1.1.1", "[::1]", "::1%no-such-interface", "1.2.3.4%lo",
    ])
    func refusesWhatIsNotNumeric(ip: String) {
        #expect(SocketAddress(ip: ip, port: 1) == nil)
    }

    @Test func keepsTheInterfaceOfALinkLocalAddress() throws {
        let address = try #require(SocketAddress(ip: "fe80::1%lo", port: 5))

        #expect(address.description == "[fe80::1%lo]:5")
        guard case .ipv6(let high, let low, _, let scope) = address else {
            Issue.record("not IPv6")
            return
        }
        #expect(high == 0xfe80_0000_0000_0000)
        #expect(low == 1)
        #expect(scope == 1)
    }

    @Test func unixPathsHaveTheKernelsLimit() throws {
        let longest = String(repeating: "p", count: 107)

        #expect(SocketAddress(unixPath: longest)?.description == longest)
        #expect(SocketAddress(unixPath: longest + "p") == nil)
        #expect(SocketAddress(unixPath: "") == nil)
        #expect(SocketAddress(unixPath: "a\0b") == nil)
    }

    @Test func sockaddrHasNetworkByteOrder() throws {
        let address = try #require(SocketAddress(ip: "1.2.3.4", port: 0x0102))

        let bytes = unsafe address.withSockaddr { pointer, length in
            unsafe [UInt8](UnsafeRawBufferPointer(start: pointer, count: Int(length)))
        }

        #expect(bytes.count == MemoryLayout<sockaddr_in>.size)
        #expect(bytes[2..<8] == [1, 2, 1, 2, 3, 4])
        #expect(SocketAddress.wildcard(port: 7).description == "0.0.0.0:7")
    }

    @Test func systemErrorReadsAsASentence() {
        let error = SystemError(code: ECONNREFUSED, call: "connect")

        #expect(error.message == "Connection refused")
        #expect(error.description == "connect: Connection refused")
        #expect(error != SystemError(code: ECONNREFUSED, call: "read"))
    }
}
