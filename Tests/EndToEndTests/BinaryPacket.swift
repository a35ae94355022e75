/// A request of memcached's binary protocol, right or wrong.
struct BinaryPacket {
    let name: String
    let bytes: [UInt8]

    /// - Parameters:
    ///   - bodyLength: what the header says, if not what is there.
    ///   - name: what a failing test calls it.
    init(
        _ opcode: UInt8, _ key: String = "", extras: [UInt8] = [], value: [UInt8] = [],
        opaque: UInt32 = 0xdead_beef, unique: UInt64 = 0, bodyLength: Int? = nil,
        named name: String = ""
    ) {
        let body = extras + Array(key.utf8) + value
        var bytes: [UInt8] = [0x80, opcode]
        bytes += Self.number(UInt64(key.utf8.count), 2)
        bytes += [UInt8(extras.count), 0, 0, 0]
        bytes += Self.number(UInt64(bodyLength ?? body.count), 4)
        bytes += Self.number(UInt64(opaque), 4)
        bytes += Self.number(unique, 8)
        self.bytes = bytes + body
        self.name = "\(String(opcode, radix: 16)) \(key.prefix(20)) \(name)"
    }

    /// Whether it has a time that lines cannot say.
    var isFar: Bool {
        let extras = bytes.dropFirst(24).prefix(Int(bytes[4]))
        return extras.count <= 8 && extras.suffix(4) == [255, 255, 255, 255]
    }

    static func number(_ number: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).reversed().map { UInt8(truncatingIfNeeded: number >> UInt64($0 * 8)) }
    }

    /// Flags and time of a set.
    static func item(_ flags: UInt64 = 7, _ time: UInt64 = 0) -> [UInt8] {
        number(flags, 4) + number(time, 4)
    }

    /// Amount, first value and time of an increment.
    static func amount(_ delta: UInt64, _ first: UInt64 = 5, _ time: UInt64 = 0) -> [UInt8] {
        number(delta, 8) + number(first, 8) + number(time, 4)
    }

    /// The unique number that a response has, counted from another one: 0 if it has none.
    static func relative(_ response: [UInt8], to base: UInt64) -> [UInt8] {
        var bytes = response
        var start = 0
        while start + 24 <= bytes.count {
            let unique = bytes[start + 16..<start + 24].reduce(0) { $0 << 8 | UInt64($1) }
            if unique > 0 {
                bytes.replaceSubrange(start + 16..<start + 24, with: number(unique &- base, 8))
            }
            start += 24 + bytes[start + 8..<start + 12].reduce(0) { $0 << 8 | Int($1) }
        }
        return bytes
    }
}

extension String {
    /// A meta reply without what a second more or less changes: how long an item has to live, of
    /// the times used here, and when it was last asked for.
    var withoutSeconds: String {
        replacing(/\bt(29|30)\b/, with: "t{30}").replacing(/\bt(99|100)\b/, with: "t{100}")
            .replacing(/\bla=\d+/, with: "la={}")
    }
}
