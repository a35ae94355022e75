internal import Configuration
internal import Wire

/// What clients must show, as the bytes they show it in.
///
/// What they show is compared in a time that depends on nothing but its own length, so that nobody
/// can feel the way to a password.
struct ClientCredentials {
    /// The user of whoever does not name one, and without whom a server has no users.
    static let defaultUser = Array(ascii: "default")

    let user: [UInt8]
    /// Never empty, nor is any of them.
    private let passwords: [[UInt8]]

    init(_ credentials: Credentials) {
        user = credentials.user.map { Array($0.utf8) } ?? Self.defaultUser
        passwords = credentials.passwords.map { Array($0.utf8) }
    }

    /// Whether a client is let in that says to be `user`, or says nothing of it.
    func admit(user: [UInt8]?, password: [UInt8]) -> Bool {
        var isRight = false
        // Every one is compared, whichever it is.
        for expected in passwords where Self.isSame(password, expected) { isRight = true }
        return Self.isSame(user ?? Self.defaultUser, self.user) && isRight
    }

    /// `expected` is not empty.
    private static func isSame(_ given: [UInt8], _ expected: [UInt8]) -> Bool {
        var difference: UInt8 = given.count == expected.count ? 0 : 1
        for index in given.indices { difference |= given[index] ^ expected[index % expected.count] }
        return difference == 0
    }
}
