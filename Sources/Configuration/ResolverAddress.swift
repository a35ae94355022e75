/// A name server, from `ip` or `ip:port`.
struct ResolverAddress {
    /// As c-ares takes it: an IPv6 address is in brackets.
    let text: String

    private static let form = "use an address such as 10.0.0.2, 10.0.0.2:53 or [fd00::2]:53"

    /// Reads a value of `resolver`. Only addresses will do: somebody would have to resolve a name.
    init(_ text: String) throws(Fault) {
        if let address = Self.address(text[...]) {
            self.text = address
            return
        }
        guard let colon = text.lastIndex(of: ":"), let address = Self.address(text[..<colon]) else {
            throw Fault("\(quoted(text)) is not an address; \(Self.form)")
        }
        guard let port = decimal(text[text.index(after: colon)...].utf8), 1...65535 ~= port else {
            throw Fault("\(quoted(text)) has no valid port; use a port from 1 to 65535")
        }
        self.text = "\(address):\(port)"
    }

    private static func address(_ text: Substring) -> String? {
        let host = unbracketed(Array(text.utf8)[...])
        switch IPAddress.version(of: host) {
        case .four: return host == text ? host : nil
        case .six: return "[\(host)]"
        case nil: return nil
        }
    }
}
