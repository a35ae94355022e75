/// Where a pool listens.
public enum ListenAddress: Sendable, Equatable {
    /// A name, an IPv4 or an IPv6 address (without brackets) or `*`, not resolved yet, and a port
    /// from 1.
    case tcp(host: String, port: UInt16)

    /// A socket in the file system; `permissions` are its mode bits, 0o001...0o777, and nil leaves
    /// them alone.
    case unix(path: String, permissions: UInt32?)

    /// The longest path that a socket address holds: Linux has 108 bytes, and one of them ends the
    /// path.
    static let maximumPathLength = 107

    /// Reads `host:port` or `/path [permissions]`.
    ///
    /// The last colon parts host and port, so `::1:22121` is a port on `::1`, as it is for
    /// twemproxy.
    init(_ text: String) throws(Fault) {
        let bytes = Array(text.utf8)
        self = bytes.first == .slash ? try Self.unix(bytes) : try Self.tcp(bytes)
    }

    private static func tcp(_ bytes: [UInt8]) throws(Fault) -> ListenAddress {
        let shown = quoted(String(decoding: bytes, as: UTF8.self))
        guard let colon = bytes.lastIndex(of: .colon) else {
            throw Fault("\(shown) has no port; use host:port or /path")
        }
        guard let port = decimal(bytes[(colon + 1)...]), 1...65535 ~= port else {
            throw Fault("\(shown) has no valid port; use host:port with a port from 1 to 65535")
        }
        guard colon > 0 else {
            throw Fault("\(shown) has no host; use host:port, such as 0.0.0.0:\(port)")
        }
        return .tcp(host: unbracketed(bytes[..<colon]), port: UInt16(port))
    }

    private static func unix(_ bytes: [UInt8]) throws(Fault) -> ListenAddress {
        guard let space = bytes.lastIndex(of: .space) else {
            return .unix(path: try socketPath(bytes[...]), permissions: nil)
        }
        guard let mode = octalPrefix(bytes[(space + 1)...]) else {
            let shown = quoted(String(decoding: bytes[(space + 1)...], as: UTF8.self))
            throw Fault("\(shown) are not file permissions; use an octal number up to 0777")
        }
        return .unix(path: try socketPath(bytes[..<space]), permissions: mode == 0 ? nil : mode)
    }

    /// The octal number at the front of `bytes`, 0 if there is none, nil if it exceeds 0777 or is
    /// negative.
    ///
    /// twemproxy takes what strtol makes of the word, so `abc` is 0 and `0668` is 066.
    private static func octalPrefix(_ bytes: ArraySlice<UInt8>) -> UInt32? {
        var digits = bytes
        let isNegative = digits.first == .minus
        if isNegative || digits.first == .plus { digits.removeFirst() }
        var mode: UInt32 = 0
        for byte in digits.prefix(while: { UInt8(ascii: "0")...UInt8(ascii: "7") ~= $0 }) {
            mode = mode * 8 + UInt32(byte - UInt8(ascii: "0"))
            guard mode <= 0o777 else { return nil }
        }
        return isNegative && mode > 0 ? nil : mode
    }
}

/// `bytes` as the path of a socket, if it fits into a socket address.
func socketPath(_ bytes: ArraySlice<UInt8>) throws(Fault) -> String {
    let path = String(decoding: bytes, as: UTF8.self)
    guard bytes.count <= ListenAddress.maximumPathLength else {
        throw Fault(
            "\(quoted(path)) has \(bytes.count) bytes; a socket's path can have at most "
                + "\(ListenAddress.maximumPathLength)")
    }
    return path
}

/// `bytes` as a host: brackets around an IPv6 address are taken off.
func unbracketed(_ bytes: ArraySlice<UInt8>) -> String {
    let isBracketed = bytes.count > 2 && bytes.first == .openBracket && bytes.last == .closeBracket
    return String(decoding: isBracketed ? bytes.dropFirst().dropLast() : bytes, as: UTF8.self)
}

/// The value of `bytes` if they are decimal digits and nothing else; too many of them give
/// `Int.max`.
///
/// twemproxy reads numbers so: no sign, no hexadecimal, zeros in front allowed. It lets them wrap
/// at 32 bits, which no file can want; here they saturate, and the range of the key refuses them.
func decimal(_ bytes: some Collection<UInt8>) -> Int? {
    guard !bytes.isEmpty else { return nil }
    var value = 0
    for byte in bytes {
        guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { return nil }
        let (tens, tooManyTens) = value.multipliedReportingOverflow(by: 10)
        let (sum, tooMany) = tens.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
        value = tooManyTens || tooMany ? Int.max : sum
    }
    return value
}

extension UInt8 {
    static let space = UInt8(ascii: " ")
    static let slash = UInt8(ascii: "/")
    static let colon = UInt8(ascii: ":")
    static let plus = UInt8(ascii: "+")
    static let minus = UInt8(ascii: "-")
    static let openBracket = UInt8(ascii: "[")
    static let closeBracket = UInt8(ascii: "]")
}
