/// Flags as twemproxy reads them, which is as getopt_long(3) does, rewritten to `--name=value`,
/// which the argument parser takes in the same sense.
///
/// Scripts use that grammar: a value that follows its letter at once (`-v6`), letters together
/// (`-dt`), long names cut short (`--conf FILE`), values that begin with a dash. What is none of
/// the flags stays as it is, for the argument parser to complain of.
struct FlagGrammar {
    /// A flag of `Options`.
    struct Flag {
        let letter: Character?
        let name: String
        let takesValue: Bool

        init(_ letter: Character?, _ name: String, takesValue: Bool = false) {
            self.letter = letter
            self.name = name
            self.takesValue = takesValue
        }
    }

    /// All of them, twemproxy's first.
    static let flags = [
        Flag("h", "help"), Flag("V", "version"), Flag("t", "test-conf"), Flag("d", "daemonize"),
        Flag("D", "describe-stats"), Flag("v", "verbose", takesValue: true),
        Flag("o", "output", takesValue: true), Flag("c", "conf-file", takesValue: true),
        Flag("s", "stats-port", takesValue: true), Flag("i", "stats-interval", takesValue: true),
        Flag("a", "stats-addr", takesValue: true), Flag("p", "pid-file", takesValue: true),
        Flag("m", "mbuf-size", takesValue: true), Flag(nil, "workers", takesValue: true),
    ]

    /// Leaves out words that are neither flags nor values, as twemproxy does.
    let ignoresStrayWords: Bool

    private var rest: ArraySlice<String> = []
    private var rewritten: [String] = []

    init(ignoresStrayWords: Bool) {
        self.ignoresStrayWords = ignoresStrayWords
    }

    /// The words in the one form.
    mutating func rewrite(_ words: [String]) -> [String] {
        rest = words[...]
        rewritten = []
        while let word = rest.popFirst() {
            if word == "--" {
                rest.forEach { stray($0) }
                break
            }
            if word.hasPrefix("--") {
                long(word)
            } else if word.hasPrefix("-") && word.count > 1 {
                letters(word.dropFirst())
            } else {
                stray(word)
            }
        }
        return rewritten
    }

    private mutating func long(_ word: String) {
        let parts = word.dropFirst(2).split(
            separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let flag = Self.flag(named: parts[0]), flag.takesValue || parts.count == 1 else {
            rewritten.append(word)
            return
        }
        append(flag, parts.count == 2 ? String(parts[1]) : nil)
    }

    /// Letters up to the first one that takes a value: what follows it is the value.
    private mutating func letters(_ word: Substring) {
        var word = word
        while let letter = word.popFirst() {
            guard let flag = Self.flags.first(where: { $0.letter == letter }) else {
                rewritten.append("-\(letter)")
                continue
            }
            if flag.takesValue {
                append(flag, word.isEmpty ? nil : String(word))
                return
            }
            append(flag, nil)
        }
    }

    /// Appends a flag with its value: this one, or the next word, whatever that begins with.
    private mutating func append(_ flag: Flag, _ value: String?) {
        guard flag.takesValue, let value = value ?? rest.popFirst() else {
            rewritten.append("--\(flag.name)")
            return
        }
        // Behind an equals sign the parser would miss an empty value.
        rewritten += value.isEmpty ? ["--\(flag.name)", ""] : ["--\(flag.name)=\(value)"]
    }

    private mutating func stray(_ word: String) {
        if !ignoresStrayWords { rewritten.append(word) }
    }

    /// The flag with this name, or the only one whose name begins so.
    private static func flag(named word: Substring) -> Flag? {
        if let flag = flags.first(where: { $0.name == word }) { return flag }
        let candidates = flags.filter { $0.name.hasPrefix(word) }
        return candidates.count == 1 ? candidates[0] : nil
    }
}
