import Testing

/// What a parser said about the bytes it was shown.
enum ParserStep<Frame: Equatable> {
    /// A frame is complete and ends behind `consumed` bytes.
    case frame(Frame, consumed: Int)
    /// More bytes are needed; `consumed` of these need not be shown again.
    case more(consumed: Int)
    /// The bytes are wrong.
    case malformed(String)
}

/// What came of a whole stream: its frames, and how it ended.
struct ParsedStream<Frame: Equatable>: Equatable {
    var frames: [Frame] = []
    /// Bytes at the end that made no frame.
    var rest = 0
    var error: String?
}

/// One call of the parser under test, which the closure holds.
typealias Parse<Frame: Equatable> = (Span<UInt8>) -> ParserStep<Frame>

/// Shows `bytes` to a parser as they would arrive in pieces that end at `ends` (ascending) and at
/// the bytes' end.
func parseStream<Frame>(
    _ bytes: [UInt8], piecesEndingAt ends: some Sequence<Int>, _ parse: Parse<Frame>
) -> ParsedStream<Frame> {
    var stream = ParsedStream<Frame>()
    var start = 0
    for end in Array(ends) + [bytes.count] {
        arrival: while start < end {
            switch parse(bytes.span.extracting(start..<end)) {
            case .frame(let frame, let consumed):
                stream.frames.append(frame)
                start += consumed
            case .more(let consumed):
                start += consumed
                break arrival
            case .malformed(let error):
                stream.error = error
                return stream
            }
        }
    }
    stream.rest = bytes.count - start
    return stream
}

/// Expects the same frames from `bytes` whole, cut at every point, and byte by byte; and twice as
/// many from two copies in a row. `makeParser` returns a fresh parser each time.
func expectFramesAtEverySplit<Frame>(
    of bytes: [UInt8], _ expected: [Frame], sourceLocation: SourceLocation = #_sourceLocation,
    makeParser: () -> Parse<Frame>
) {
    let once = ParsedStream(frames: expected)
    let twice = ParsedStream(frames: expected + expected)
    let double = bytes + bytes
    for split in 0...bytes.count {
        let parsed = parseStream(bytes, piecesEndingAt: [split], makeParser())
        #expect(parsed == once, "split at \(split)", sourceLocation: sourceLocation)
    }
    for split in 0...double.count {
        let parsed = parseStream(double, piecesEndingAt: [split], makeParser())
        #expect(parsed == twice, "doubled, split at \(split)", sourceLocation: sourceLocation)
    }
    let parsed = parseStream(double, piecesEndingAt: 0...double.count, makeParser())
    #expect(parsed == twice, "byte by byte", sourceLocation: sourceLocation)
}

/// Expects the same error from `bytes` whole, cut at every point, and byte by byte.
func expectErrorAtEverySplit<Frame>(
    of bytes: [UInt8], _ expected: String, sourceLocation: SourceLocation = #_sourceLocation,
    makeParser: () -> Parse<Frame>
) {
    for split in 0...bytes.count {
        let parsed = parseStream(bytes, piecesEndingAt: [split], makeParser())
        #expect(parsed.error == expected, "split at \(split)", sourceLocation: sourceLocation)
    }
    let parsed = parseStream(bytes, piecesEndingAt: 0...bytes.count, makeParser())
    #expect(parsed.error == expected, "byte by byte", sourceLocation: sourceLocation)
}

/// A reproducible source of randomness: the same seed gives the same tests (SplitMix64, Steele et
/// al. 2014).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
