/// Bob Jenkins' lookup3 (`hashlittle`, 2006) with the initial value 13; bytes are unsigned.
struct Jenkins {
    private var a: UInt32
    private var b: UInt32
    private var c: UInt32

    private static let initialValue: UInt32 = 13
    private static let blockSize = 12

    static func hash(_ key: Span<UInt8>) -> UInt32 {
        var state = Jenkins(length: key.count)
        var offset = 0
        // The last block, even a full one, is finished and not mixed.
        while key.count - offset > blockSize {
            state.add(key, at: offset)
            state.mix()
            offset += blockSize
        }
        if offset < key.count {
            state.addLast(key, from: offset)
            state.finish()
        }
        return state.c
    }

    private init(length: Int) {
        a = 0xdead_beef &+ UInt32(truncatingIfNeeded: length) &+ Self.initialValue
        b = a
        c = a
    }

    private mutating func add(_ key: Span<UInt8>, at offset: Int) {
        a &+= key.littleEndianWord(at: offset)
        b &+= key.littleEndianWord(at: offset + 4)
        c &+= key.littleEndianWord(at: offset + 8)
    }

    /// Adds the 1 to 12 bytes from `offset` on, as if zeros followed them.
    private mutating func addLast(_ key: Span<UInt8>, from offset: Int) {
        for index in offset..<key.count {
            let place = index - offset
            let byte = UInt32(key[index]) << UInt32(8 * (place & 3))
            switch place >> 2 {
            case 0: a &+= byte
            case 1: b &+= byte
            default: c &+= byte
            }
        }
    }

    private mutating func mix() {
        a &-= c
        a ^= c.rotatedLeft(by: 4)
        c &+= b
        b &-= a
        b ^= a.rotatedLeft(by: 6)
        a &+= c
        c &-= b
        c ^= b.rotatedLeft(by: 8)
        b &+= a
        a &-= c
        a ^= c.rotatedLeft(by: 16)
        c &+= b
        b &-= a
        b ^= a.rotatedLeft(by: 19)
        a &+= c
        c &-= b
        c ^= b.rotatedLeft(by: 4)
        b &+= a
    }

    private mutating func finish() {
        c = (c ^ b) &- b.rotatedLeft(by: 14)
        a = (a ^ c) &- c.rotatedLeft(by: 11)
        b = (b ^ a) &- a.rotatedLeft(by: 25)
        c = (c ^ b) &- b.rotatedLeft(by: 16)
        a = (a ^ c) &- c.rotatedLeft(by: 4)
        b = (b ^ a) &- a.rotatedLeft(by: 14)
        c = (c ^ b) &- b.rotatedLeft(by: 24)
    }
}
