/// Reads a request that has arrived in full and breaks no rule, as nearly all do; what is anything
/// else, `RedisRequestParser` tells. A GET takes half the instructions.
///
/// Between two requests it knows nothing of a client, so all clients of a pool share one. It
/// remembers how requests began, up to where the first argument does: clients say the same again
/// and again, and most keys of an application are of a few lengths. A beginning that is known is
/// compared, not read, which takes a third of the instructions again.
///
///     *2 CRLF $3 CRLF GET CRLF $40 CRLF key … CRLF
///     first           second         |
///                        last ·······|
public struct RedisPlainParser: Sendable {
    /// A request's beginning, of 16 to 23 bytes: three words have them all.
    private struct Head: BitwiseCopyable {
        static let lengths = 16...23
        /// No words reach further.
        static let most = 24

        /// Its first eight bytes; 0: none is remembered.
        var first: UInt64 = 0
        /// The next eight.
        var second: UInt64 = 0
        /// The last eight…
        var last: UInt64 = 0
        /// …and where they begin: 8 to 15.
        var lastOffset: UInt8 = 0
        /// Whether a request that begins so may be one of a run.
        var isKeyed = false
        /// Where the first argument ends.
        var end: UInt32 = 0
        /// How many arguments follow it.
        var left: UInt32 = 0
        /// What was read there; its length is that of the beginning.
        var request = RedisRequest()
        /// The same as one of a run.
        var keyedRequest = RedisKeyedRequest()

        @inline(__always)
        func matches(_ words: Words, in bytes: Span<UInt8>) -> Bool {
            guard first == words.first, second == words.second,
                // As the compiler can see, within the bytes.
                let found = ByteScanner.word(at: Int(lastOffset & 15), in: bytes)
            else { return false }
            return found == last
        }
    }

    private let limits: RedisLimits
    private let commands = RedisCommand.index
    /// As long as this a request may be whatever its arguments are: both limits allow it.
    private let longest: Int
    /// No longer key has a request of a run.
    private let longestKey: Int
    /// The name that was looked up last, and what it was.
    private var lastName: UInt64 = 0
    private var lastNameLength = 0
    private var lastCommand = RedisCommand.ID.unknown
    /// Each at the place that its words say, or a newer one that has the same place.
    private var heads: [16 of Head] = .init(repeating: Head())

    /// A parser that remembers nothing yet.
    ///
    /// - Parameter longestKey: a request whose key has more bytes ends a run.
    public init(limits: RedisLimits = RedisLimits(), longestKey: Int = .max) {
        self.limits = limits
        self.longestKey = longestKey
        longest = min(limits.maxRequestLength, limits.maxBulkLength)
    }

    /// The request that the bytes begin with; one of length 0 is anything else than a plain one.
    public mutating func parse(_ bytes: Span<UInt8>) -> RedisRequest {
        guard let words = Words(of: bytes) else { return parseUnknown(bytes) }
        let head = heads[words.place]
        guard head.matches(words, in: bytes) else { return parseUnknown(bytes) }
        var request = head.request
        request.length = Self.length(of: head, in: bytes, atMost: longest)
        return request
    }

    /// The requests from `start` on that go as they are to the server of their one key, as many as
    /// there are in a row and `run` has places for.
    ///
    /// - Returns: how many were noted in `run`.
    /// - Precondition: there are fewer than 4 GB of bytes.
    public mutating func parse(
        _ bytes: Span<UInt8>, from start: Int, into run: inout MutableSpan<RedisKeyedRequest>
    ) -> Int {
        precondition(bytes.count <= UInt32.max)
        var offset = start
        for count in 0..<run.count {
            let rest = bytes.extracting(offset..<bytes.count)
            if let words = Words(of: rest) {
                let head = heads[words.place]
                if head.matches(words, in: rest) {
                    guard head.isKeyed else { return count }
                    let length = Self.length(of: head, in: rest, atMost: longest)
                    guard length > 0 else { return count }
                    run[count] = head.keyedRequest.at(offset, length: length)
                    offset &+= length
                    continue
                }
            }
            let request = parseUnknown(rest, ifKeyed: true)
            guard request.length > 0 else { return count }
            run[count] = RedisKeyedRequest(request).at(offset, length: request.length)
            offset &+= request.length
        }
        return run.count
    }

    /// The first bytes of a request.
    private struct Words {
        let first: UInt64
        let second: UInt64

        /// Nil if there are fewer bytes than `Head` may ask for.
        @inline(__always)
        init?(of bytes: Span<UInt8>) {
            guard bytes.count >= Head.most, let first = ByteScanner.word(at: 0, in: bytes),
                let second = ByteScanner.word(at: 8, in: bytes)
            else { return nil }
            (self.first, self.second) = (first, second)
        }

        /// The place of a beginning with these words: a multiplication mixes the command's name and
        /// the argument's length into the top bits.
        @inline(__always)
        var place: Int {
            Int(truncatingIfNeeded: ((first ^ second) &* 0x9E37_79B9_7F4A_7C15) &>> 60)
        }
    }

    /// The length of the request that begins so; 0 if it is not plain.
    ///
    /// Static, since a method would get a copy of the whole table.
    @inline(__always)
    private static func length(
        of head: Head, in bytes: Span<UInt8>, atMost longest: Int
    ) -> Int {
        guard head.left == 0 else {
            return length(
                behind: Int(head.end), Int(head.left), in: bytes, atMost: longest)
        }
        return length(endingAt: Int(head.end), in: bytes, atMost: longest)
    }

    /// The length of the request that has so many more arguments behind `end`; 0 if it is not plain.
    @inline(__always)
    private static func length(
        behind end: Int, _ count: Int, in bytes: Span<UInt8>, atMost longest: Int
    ) -> Int {
        var end = end
        var left = count
        while left > 0 {
            guard let next = PlainBulk(behind: end, in: bytes) else { return 0 }
            end = next.end
            left &-= 1
        }
        return length(endingAt: end, in: bytes, atMost: longest)
    }

    /// The length of the request whose last argument ends at `end`; 0 if there is no CRLF.
    @inline(__always)
    private static func length(
        endingAt end: Int, in bytes: Span<UInt8>, atMost longest: Int
    ) -> Int {
        let length = end &+ 2
        guard length <= longest, length <= bytes.count,
            ByteScanner.isLineEnd(at: end, in: bytes)
        else { return 0 }
        return length
    }

    // MARK: - A beginning that is not known

    @inline(never)
    private mutating func parseUnknown(
        _ bytes: Span<UInt8>, ifKeyed: Bool = false
    ) -> RedisRequest {
        guard let head = readHead(of: bytes), !ifKeyed || isKeyed(head) else {
            return RedisRequest()
        }
        var request = head
        request.length = Self.length(
            behind: head.length &+ head.firstArgumentLength, head.argumentCount &- 2, in: bytes,
            atMost: longest)
        if request.length > 0 && head.argumentCount > 1 { remember(head, in: bytes) }
        return request
    }

    /// Whether it goes as it is to the server of its one key, and that may be as long.
    private func isKeyed(_ head: RedisRequest) -> Bool {
        head.goesWithFirstArgument && head.firstArgumentLength <= longestKey
    }

    private mutating func remember(_ head: RedisRequest, in bytes: Span<UInt8>) {
        guard Head.lengths ~= head.length, bytes.count <= UInt32.max,
            let words = Words(of: bytes),
            let last = ByteScanner.word(at: head.length &- 8, in: bytes)
        else { return }
        heads[words.place] = Head(
            first: words.first, second: words.second, last: last,
            lastOffset: UInt8(head.length &- 8), isKeyed: isKeyed(head),
            end: UInt32(truncatingIfNeeded: head.length &+ head.firstArgumentLength),
            left: UInt32(truncatingIfNeeded: head.argumentCount &- 2), request: head,
            keyedRequest: RedisKeyedRequest(head))
    }

    /// Reads a request up to its first argument.
    @inline(__always)
    private mutating func readHead(of bytes: Span<UInt8>) -> RedisRequest? {
        guard let head = PlainHead.find(in: bytes), head.argumentCount <= limits.maxArguments
        else { return nil }
        let name = head.name
        var request = RedisRequest()
        request.argumentCount = head.argumentCount
        request.argumentsOffset = head.argumentsOffset
        request.nameOffset = name.offset
        request.nameLength = name.length
        request.length = name.end
        if head.argumentCount > 1 {
            guard let argument = PlainBulk(behind: name.end, in: bytes) else { return nil }
            request.firstArgumentOffset = argument.offset
            request.firstArgumentLength = argument.length
            request.length = argument.offset
        }
        request.command = command(of: name, in: bytes)
        return request
    }

    @inline(__always)
    private mutating func command(of name: PlainBulk, in bytes: Span<UInt8>) -> RedisCommand.ID {
        guard let word = ByteScanner.word(at: name.offset, in: bytes), name.length > 0,
            name.length <= 8
        else { return commands.findAny(bytes, at: name.offset, length: name.length) }
        let letters = word & UInt64.max &>> UInt64(truncatingIfNeeded: 64 &- name.length &* 8)
        if letters != lastName || name.length != lastNameLength {
            lastCommand = commands.find(letters, length: name.length)
            (lastName, lastNameLength) = (letters, name.length)
        }
        return lastCommand
    }

    /// A request up to its name.
    private struct PlainHead {
        let argumentCount: Int
        /// Where the `$` of the name stands.
        let argumentsOffset: Int
        let name: PlainBulk

        @inline(__always)
        static func find(in bytes: Span<UInt8>) -> PlainHead? {
            guard let word = ByteScanner.word(at: 0, in: bytes) else { return nil }
            // `*0 CRLF $0 CRLF`, but for the two digits: most requests begin so.
            let rest = word &- 0x0A0D_3024_0A0D_302A
            let digits = rest &>> 8
            if rest & 0xFFFF_00FF_FFFF_00FF == 0, digits & 0xFF &- 1 <= 8,
                digits &>> 32 &- 1 <= 7
            {
                let name = PlainBulk(offset: 8, length: Int(digits &>> 32))
                guard name.end &+ 2 <= bytes.count else { return nil }
                return PlainHead(
                    argumentCount: Int(digits & 0xFF), argumentsOffset: 4, name: name)
            }
            return findLong(in: bytes)
        }

        /// Of ten arguments or more, or with a long name.
        @inline(never)
        private static func findLong(in bytes: Span<UInt8>) -> PlainHead? {
            guard bytes[0] == UInt8(ascii: "*") else { return nil }
            let header = ByteScanner.decimalLine(at: 1, in: bytes)
            guard header.end > 0, header.value > 0,
                let name = PlainBulk(behind: header.end &- 2, in: bytes)
            else { return nil }
            return PlainHead(
                argumentCount: header.value, argumentsOffset: header.end, name: name)
        }
    }

    /// An argument in its plainest form, of which all bytes are there.
    ///
    ///     CRLF $5 CRLF hello CRLF
    ///                  |     |
    ///                  |     end
    ///                  offset
    ///
    /// It is read together with the CRLF before it, which belongs to what stands there: of both,
    /// with up to three digits, eight bytes are all, and in a whole request there are always as
    /// many.
    private struct PlainBulk {
        /// CRLF, "$", and five times "0".
        private static let mark: UInt64 = 0x3030_3030_3024_0A0D

        let offset: Int
        let length: Int
        /// Where the CRLF must stand that ends it; nobody has looked yet.
        var end: Int { offset &+ length }

        @inline(__always)
        init(offset: Int, length: Int) {
            self.offset = offset
            self.length = length
        }

        @inline(__always)
        init?(behind lineEnd: Int, in bytes: Span<UInt8>) {
            guard let word = ByteScanner.word(at: lineEnd, in: bytes) else { return nil }
            let rest = word &- Self.mark
            guard rest & 0xFF_FFFF == 0 else { return nil }
            let line = ByteScanner.decimalLine(
                at: lineEnd &+ 3, lessZeros: rest &>> 24, in: bytes)
            guard line.end > 0 else { return nil }
            guard line.end &+ line.value &+ 2 <= bytes.count else { return nil }
            (offset, length) = (line.end, line.value)
        }
    }
}
