/// A byte stream and the pieces in which it arrives, both taken from one input:
///
///     0 ................. n - 2 - k ............. n - 2 ....... n - 1
///      stream                       k piece sizes        limits       k and runs
///
/// The last byte says how many sizes there are (its low four bits; none means byte by byte), the
/// one before it which limits apply. The sizes are used over and over; where the stream has long
/// runs, each stands for 61 times as much, since a hundred thousand pieces would be slow.
struct Pieces {
    /// What arrives.
    let stream: [UInt8]
    /// Where each piece ends, ascending; the last end is that of the stream.
    let ends: [Int]
    /// A byte for the target to choose limits with.
    let choice: UInt8

    /// The last byte's high four bits: each 0xFE of the stream stands for a run of letters, so that
    /// short inputs reach limits on lines.
    private static let wantsRuns: UInt8 = 0x1

    /// Long streams are slow, and inputs that have runs breed others: only where the sum of all
    /// bytes is a multiple of 8 do they get them.
    private static func hasRuns(_ input: [UInt8], _ control: UInt8) -> Bool {
        control >> 4 == wantsRuns && input.reduce(0, &+) & 7 == 0
    }

    /// Divides `input`; `runLength` is how many letters a run has.
    init(_ input: [UInt8], runLength: Int) {
        guard input.count >= 2, let control = input.last else {
            self.init(input, sizes: [], scale: 1, choice: 0)
            return
        }
        let sizesEnd = input.count - 2
        let sizesStart = max(0, sizesEnd - Int(control & 0x0f))
        var stream = Array(input[..<sizesStart])
        if Self.hasRuns(input, control) {
            stream = Self.expanded(stream, runLength: runLength)
        }
        let sizes = Array(input[sizesStart..<sizesEnd])
        let scale = stream.count > input.count + Self.shortRun ? 61 : 1
        self.init(stream, sizes: sizes, scale: scale, choice: input[sizesEnd])
    }

    /// Runs up to this length may come byte by byte.
    private static let shortRun = 5000

    private init(_ stream: [UInt8], sizes: [UInt8], scale: Int, choice: UInt8) {
        var ends: [Int] = []
        var end = 0
        while end < stream.count {
            let size = sizes.isEmpty ? 1 : Int(sizes[ends.count % sizes.count])
            end = min(stream.count, end + max(1, size) * scale)
            ends.append(end)
        }
        self.stream = stream
        self.ends = ends
        self.choice = choice
    }

    /// No more than two runs: beyond that an input is only slow.
    private static func expanded(_ stream: [UInt8], runLength: Int) -> [UInt8] {
        var result: [UInt8] = []
        var runs = 0
        for byte in stream {
            if byte == 0xfe, runs < 2 {
                result += Array(repeating: UInt8(ascii: "a"), count: runLength)
                runs += 1
            } else {
                result.append(byte)
            }
        }
        return result
    }
}
