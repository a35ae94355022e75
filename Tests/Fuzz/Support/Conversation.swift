/// What a parser said about the bytes it was shown.
enum Step<Frame: Equatable> {
    /// A frame is over behind `length` bytes, some of which may still have to arrive.
    case frame(Frame, length: Int)
    /// More bytes are wanted: `consumed` need not be shown again, and what is then left has at
    /// least `needed` bytes in all.
    case more(consumed: Int, needed: Int)
    /// Nothing behind can be read.
    case end(Frame)
}

/// What came of a whole stream.
struct Conversation<Frame: Equatable>: Equatable {
    /// A frame and where it ended.
    struct Entry: Equatable {
        let frame: Frame
        let end: Int
    }

    private(set) var entries: [Entry] = []
    /// What was wrong, if the stream came to an end before its bytes did.
    private(set) var failure: Frame?
    /// Where that frame began that is incomplete or wrong.
    private(set) var position = 0

    /// Shows `stream` to a parser in pieces that end at `ends`, and checks what must hold at every
    /// single call.
    init(_ stream: [UInt8], piecesEndingAt ends: [Int], _ parse: (Span<UInt8>) -> Step<Frame>) {
        var start = 0
        var needed = 0
        for end in ends {
            arrival: while start < end {
                switch parse(stream.span.extracting(start..<end)) {
                case .frame(let frame, let length):
                    check(length > 0, "a frame has no bytes")
                    check(needed <= start + length, "more was needed than the frame has")
                    start += length
                    needed = 0
                    position = start
                    entries.append(Entry(frame: frame, end: start))
                case .more(let consumed, let more):
                    check(consumed >= 0, "consumed less than nothing")
                    check(start + consumed <= end, "consumed more than was given")
                    start += consumed
                    check(start + more > end, "needed no more than was given")
                    needed = start + more
                    break arrival
                case .end(let frame):
                    failure = frame
                    return
                }
            }
        }
    }
}

/// Checks that a stream means the same in its pieces as in one, and returns the meaning.
///
/// `makeParser` returns a fresh parser each time.
func meaning<Frame>(
    of pieces: Pieces, makeParser: () -> (Span<UInt8>) -> Step<Frame>
) -> Conversation<Frame> {
    let whole = Conversation(pieces.stream, piecesEndingAt: [pieces.stream.count], makeParser())
    let divided = Conversation(pieces.stream, piecesEndingAt: pieces.ends, makeParser())
    check(whole == divided, "whole: \(whole)\nin pieces: \(divided)")
    return whole
}
