/// Finds what somebody probably meant by a word that is not known.
enum Suggestion {
    /// Longer words are never compared: no key or value we know comes near it, and the work stays
    /// bounded.
    private static let maximumLength = 40

    /// " (did you mean …?)" with the known word nearest to `word`, or nothing if none is near.
    static func hint(for word: String, among known: [String]) -> String {
        nearest(to: word, among: known).map { " (did you mean \($0)?)" } ?? ""
    }

    /// The known word with the fewest edits from `word`, if they are at most a third of its length.
    ///
    /// Of several equally near ones it is the first.
    static func nearest(to word: String, among known: [String]) -> String? {
        let word = Array(word.lowercased().utf8)
        guard 1...maximumLength ~= word.count else { return nil }
        var best: (word: String, edits: Int)?
        for candidate in known {
            let edits = distance(word, Array(candidate.utf8))
            if edits < best?.edits ?? max(2, word.count / 3) + 1 { best = (candidate, edits) }
        }
        return best?.word
    }

    /// The insertions and deletions that turn `a` into `b`.
    ///
    /// A replacement counts as one of each, so that `fnv1a64` is nearer to `fnv1a_64` than to
    /// `fnv1_64`.
    static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var previous = Array(0...b.count)
        for (row, byte) in a.enumerated() {
            var current = [row + 1]
            for (column, other) in b.enumerated() {
                let replaced = previous[column] + (byte == other ? 0 : 2)
                current.append(min(replaced, previous[column + 1] + 1, current[column] + 1))
            }
            previous = current
        }
        return previous[b.count]
    }
}
