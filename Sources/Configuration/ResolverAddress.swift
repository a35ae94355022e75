/// A name server, from `ip` or `ip:port`.
struct ResolverAddress {
    /// As c-ares takes it: an IPv6 address is in brackets, and has a port.
    let text: String

    private static let usualPort = 53

    private static let form = "use an address such as 10.0.0.2, 10.0.0.2:53 or [fd00::2]:53"

    /// Reads a value of `resolver`. Only addresses will do: somebody would have to resolve a name.
    init(_ text: String) throws(Fault) {
        if let version = Self.version(of: text[...]) {
            self.text = version == .four ? text : "\(Self.bracketed(text[...])):\(Self.usualPort)"
            return
        }
        guard let colon = text.lastIndex(of: ":"), let version = Self.version(of: text[..<colon])
        else {
            throw Fault("\(quoted(text)) is not an address; \(Self.form)")
        }
        guard let port = decimal(text[text.index(after: colon)...].utf8), 1...65535 ~= port else {
            throw Fault("\(quoted(text)) has no valid port; use a port from 1 to 65535")
        }
        let host = text[..<colon]
        self.text = "\(version == .four ? String(host) : Self.bracketed(host)):\(port)"
    }

    /// IPv6 addresses may be in brackets, others not.
    private static func version(of host: Substring) -> IPAddress.Version? {
        let address = unbracketed(Array(host.utf8)[...])
        let version = IPAddress.version(of: address)
        return version == .four && address != host ? nil : version
    }

    private static func bracketed(_ host: Substring) -> String {
        "[\(unbracketed(Array(host.utf8)[...]))]"
    }
}
