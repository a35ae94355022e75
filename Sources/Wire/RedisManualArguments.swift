/// The arguments of a command, as COMMAND DOCS tells them, read from the manual's short form:
///
///     key,k,,,0 value condition,o,,?,,2.6.12(nx,t,NX xx,t,XX)
///
/// Arguments hold others in parentheses, a few levels deep.
struct RedisManualArguments {
    private let text: [Character]
    private let isRESP3: Bool

    init(_ text: Substring, inRESP3: Bool) {
        self.text = Array(text)
        isRESP3 = inRESP3
    }

    /// An array of maps.
    var reply: [UInt8] {
        var position = 0
        return list(&position)
    }

    private static let types: [Substring: String] = [
        "": "string", "k": "key", "i": "integer", "d": "double", "p": "pattern",
        "u": "unix-time", "t": "pure-token", "o": "oneof", "b": "block",
    ]

    private static let flags: [Character: String] = [
        "?": "optional", "*": "multiple", "+": "multiple_token",
    ]

    /// Arguments up to a closing parenthesis or the end.
    private func list(_ position: inout Int) -> [UInt8] {
        var elements: [[UInt8]] = []
        while position < text.count, text[position] != ")" {
            if text[position] == " " { position += 1 }
            elements.append(argument(&position))
        }
        position += 1
        return RedisReply.array(of: elements)
    }

    private func argument(_ position: inout Int) -> [UInt8] {
        let start = position
        while position < text.count, !" ()".contains(text[position]) { position += 1 }
        var fields = Substring(String(text[start..<position]))
            .split(separator: ",", omittingEmptySubsequences: false)
        while fields.count < 7 { fields.append("") }
        var map = RedisMap(inRESP3: isRESP3)
        map.add("name", RedisReply.bulk(String(fields[0])))
        map.add("type", RedisReply.bulk(Self.types[fields[1]] ?? ""))
        if let index = Int(fields[4]) { map.add("key_spec_index", RedisReply.integer(index)) }
        if !fields[2].isEmpty {
            map.add("token", RedisReply.bulk(fields[2] == "\"\"" ? "" : String(fields[2])))
        }
        if !fields[5].isEmpty { map.add("since", RedisReply.bulk(String(fields[5]))) }
        if !fields[6].isEmpty { map.add("deprecated_since", RedisReply.bulk(String(fields[6]))) }
        if !fields[3].isEmpty {
            let names = fields[3].compactMap { Self.flags[$0] }
            map.add(
                "flags",
                RedisReply.setHeader(count: names.count, inRESP3: isRESP3)
                    + names.flatMap { RedisReply.status($0) })
        }
        if position < text.count, text[position] == "(" {
            position += 1
            map.add("arguments", list(&position))
        }
        return map.reply
    }
}
