import Configuration

/// Addresses of servers and listeners: what is taken can be written down again and then means the
/// same, what is refused says so in one line.
func exercise(_ input: [UInt8]) {
    guard let selector = input.first else { return }
    let text = scalar(String(decoding: input.dropFirst(), as: UTF8.self))
    if selector & 1 == 0 {
        exerciseServer(text)
    } else {
        exerciseListener(text)
    }
}

private func exerciseServer(_ text: String) {
    guard let pool = read(listen: "127.0.0.1:22121", server: text) else { return }
    check(pool.servers.count == 1, "\(pool.servers.count) servers in one line")
    let server = pool.servers[0]
    check(1...1_000_000 ~= server.weight, "weight \(server.weight)")
    switch server.address {
    case .tcp(_, let port): check(port > 0, "port 0")
    case .unix(let path): check(1...107 ~= path.utf8.count, "a path that no address holds")
    }

    let name = server.hasExplicitName ? " \(server.name)" : ""
    let line = "\(server.endpoint):\(server.weight)\(name)"
    let again = read(listen: "127.0.0.1:22121", server: scalar(line))
    check(again?.servers == pool.servers, "\(line) is not what it was")
}

private func exerciseListener(_ text: String) {
    guard let pool = read(listen: text, server: "127.0.0.1:6379:1") else { return }
    let line: String
    switch pool.listen {
    case .tcp(let host, let port):
        check(port > 0, "port 0")
        check(!host.isEmpty, "no host")
        line = "[\(host)]:\(port)"
    case .unix(let path, let permissions):
        check(1...107 ~= path.utf8.count, "a path that no address holds")
        check(permissions.map { 0o001...0o777 ~= $0 } ?? true, "no permissions")
        line = "\(path) \(String(permissions ?? 0, radix: 8))"
    }
    let again = read(listen: scalar(line), server: "127.0.0.1:6379:1")
    check(again?.listen == pool.listen, "\(line) is not what it was")
}

/// The pool of a file with these two values; nil after checking the complaint.
private func read(listen: String, server: String) -> PoolConfiguration? {
    let file = "alpha:\n  listen: \(listen)\n  servers:\n    - \(server)\n"
    do throws(ConfigurationFailure) {
        return try Configuration.parse(Array(file.utf8), file: "fuzz.yml").pools[0]
    } catch {
        checkComplaint(error, lineCount: 4)
        return nil
    }
}

/// Text as a quoted scalar of printable ASCII: in YAML `\UHHHHHHHH` is the character of that
/// number.
private func scalar(_ text: some StringProtocol) -> String {
    let escaped = text.unicodeScalars.map { scalar in
        let digits = String(scalar.value, radix: 16)
        return "\\U" + String(repeating: "0", count: 8 - digits.utf8.count) + digits
    }
    return "\"\(escaped.joined())\""
}
