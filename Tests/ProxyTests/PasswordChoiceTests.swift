import Testing

@testable import Proxy

/// Which password is shown next. What servers are really shown is in `ServerPasswordTests`.
@Suite struct PasswordChoiceTests {
    /// Whether there is another one to try at once after each of these was refused.
    private func turn(_ passwords: inout ServerPasswords, from shown: Int...) -> [Bool] {
        shown.map { passwords.turn(from: $0) }
    }

    @Test func noneIsShownWhereThereIsNone() {
        var passwords = ServerPasswords([])

        let turns = turn(&passwords, from: 0)

        #expect(turns == [false])
        #expect(passwords.current == nil)
    }

    @Test func aRefusalTurnsToTheOther() {
        var passwords = ServerPasswords(["old", "new"])

        let turns = turn(&passwords, from: 0)

        #expect(turns == [true])
        #expect(passwords.current == "new")
        #expect(passwords.index == 1)
    }

    @Test func oneRefusalHeardTwiceTurnsOnce() {
        var passwords = ServerPasswords(["old", "new"])
        // Another connection had shown the old one as well.
        let turns = turn(&passwords, from: 0, 0)

        #expect(turns == [true, true])
        #expect(passwords.current == "new")
    }

    @Test func afterAllWereRefusedTheNextAttemptComesLater() {
        var passwords = ServerPasswords(["old", "new"])

        // The third is a new round.
        let turns = turn(&passwords, from: 0, 1, 0)

        #expect(turns == [true, false, true])
        #expect(passwords.current == "new")
    }

    @Test func theOneThatIsTakenForgetsEarlierRefusals() {
        var passwords = ServerPasswords(["old", "new"])
        _ = turn(&passwords, from: 0)

        passwords.taken()

        let turns = turn(&passwords, from: 1)
        #expect(turns == [true])
        #expect(passwords.current == "old")
    }

    @Test func aSinglePasswordIsNotTriedAgainAtOnce() {
        var passwords = ServerPasswords(["only"])

        let turns = turn(&passwords, from: 0)

        #expect(turns == [false])
        #expect(passwords.current == "only")
    }
}
