/// Which of a server's passwords it is shown: while they change, the one that it took last.
struct ServerPasswords {
    private let passwords: [String]
    /// Which one it is.
    private(set) var index = 0
    /// How many the server has refused since it took one.
    private var refused = 0

    init(_ passwords: [String]) { self.passwords = passwords }

    /// Nil if there are none.
    var current: String? { passwords.isEmpty ? nil : passwords[index] }

    /// The server took one.
    mutating func taken() { refused = 0 }

    /// The server refused one; turns to the next.
    ///
    /// - Returns: whether there is one to try at once; once all were refused, there is none until the
    ///   next attempt.
    mutating func turn(from shown: Int) -> Bool {
        guard !passwords.isEmpty else { return false }
        // Another connection was refused first.
        guard shown == index else { return true }
        index = (index + 1) % passwords.count
        refused += 1
        guard refused == passwords.count else { return true }
        refused = 0
        return false
    }
}
