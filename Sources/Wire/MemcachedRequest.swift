/// A request that a memcached server reads as exactly one command.
///
///     0 ........ keyOffset ======== ... noreplyOffset .. lineLength ......... length
///      command    first key   rest of line     noreply CRLF  data block, CRLF
///
/// All offsets count from the request's first byte.
public struct MemcachedRequest: Sendable {
    /// What is asked.
    public let command: MemcachedCommand

    /// The client wants no answer.
    public internal(set) var hasNoreply = false

    /// A meta command's key is written in base64: what counts is the bytes that it stands for.
    public internal(set) var hasBase64Key = false

    /// A meta command's `q` flag, up to the next space: without these bytes it is the same request
    /// with an answer in every case. For `stats`, the group that is asked for.
    ///
    /// Such lines have at most `MemcachedLimits.serverLineLength` bytes.
    var wordOffset: UInt16 = 0

    /// Bytes of that word; 0 if there is none.
    var wordLength: UInt16 = 0

    /// The first key.
    public internal(set) var keyOffset = 0

    /// Bytes of the first key; 0 if the command has none.
    public internal(set) var keyLength = 0

    /// How many keys the line names.
    public internal(set) var keyCount = 0

    /// The time argument of `gat` and `gats`.
    public internal(set) var exptimeOffset = 0

    /// Bytes of the time argument of `gat` and `gats`; 0 for all others.
    public internal(set) var exptimeLength = 0

    /// Where the last word before `noreply` and the newline ends: these bytes, CRLF and the data
    /// block are the same request with an answer.
    public internal(set) var noreplyOffset = 0

    /// Bytes of the line with its newline.
    public internal(set) var lineLength = 0

    /// Bytes of the data block with its CRLF; 0 if the command has none.
    public internal(set) var dataLength = 0

    /// Bytes of the whole request.
    public var length: Int { lineLength + dataLength }

    /// Where a meta command's `q` flag stands; empty if it has none.
    public var quietFlag: Range<Int> { word }

    /// Where the word behind `stats` stands; empty if there is none.
    public var statisticsGroup: Range<Int> { word }

    private var word: Range<Int> { Int(wordOffset)..<Int(wordOffset) + Int(wordLength) }

    init(_ command: MemcachedCommand) {
        self.command = command
    }

    /// A `set` without `noreply`: CRLF follows at `lineEnd`, then so many bytes of data.
    init(setKeyFrom keyOffset: Int, to end: Int, lineEnd: Int, dataLength: Int) {
        command = .set
        self.keyOffset = keyOffset
        keyLength = end - keyOffset
        keyCount = 1
        noreplyOffset = lineEnd
        lineLength = lineEnd + 2
        self.dataLength = dataLength + 2
    }

    /// A `get` of one key, which CRLF follows at once.
    init(getKeyFrom keyOffset: Int, to end: Int) {
        command = .get
        self.keyOffset = keyOffset
        keyLength = end - keyOffset
        keyCount = 1
        noreplyOffset = end
        lineLength = end + 2
    }
}
