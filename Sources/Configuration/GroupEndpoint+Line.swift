extension GroupEndpoint {
    /// What a line of `reader` or `nodes` looks like, for messages.
    static let form = "use host:port [server name]"

    /// Reads a line of `reader` or `nodes`; the server is empty if the line names none.
    init(_ text: String) throws(Fault) {
        let line = Array(text.utf8)
        let space = line.firstIndex(of: .space) ?? line.endIndex
        let place = line[..<space]
        let server = line[min(space + 1, line.endIndex)...]
        guard !server.contains(.space) else {
            throw Fault("\(quoted(text)) has a space too many; a name is one word after one space")
        }
        guard place.first != .slash else {
            throw Fault("\(quoted(text)) is a socket; \(Self.form)")
        }
        guard let colon = place.lastIndex(of: .colon) else {
            throw Fault("\(quoted(text)) has no port; \(Self.form)")
        }
        guard let port = decimal(place[(colon + 1)...]), 1...65535 ~= port else {
            throw Fault("\(quoted(text)) has no valid port; use a port from 1 to 65535")
        }
        let host = unbracketed(place[..<colon])
        guard !host.isEmpty else { throw Fault("\(quoted(text)) has no host; \(Self.form)") }
        // Written as in `servers`, with a weight, which these do not have.
        guard !host.contains(":") || IPAddress.version(of: host) != nil else {
            throw Fault("\(quoted(text)) has a colon too many; \(Self.form), without a weight")
        }
        self.init(
            host: host, port: UInt16(port), server: String(decoding: server, as: UTF8.self))
    }
}
