/// What Martlet answers otherwise than the server that the tests compare it with, and means to.
struct DifferenceFromRedis: Sendable {
    /// Where it is so.
    enum Place: Sendable {
        case everywhere
        /// Before several servers.
        case several
    }

    /// The request.
    let request: String
    let place: Place
    let reason: String

    /// The whole list. What differs no more has to leave it.
    static let table: [DifferenceFromRedis] = [
        DifferenceFromRedis(
            request: "CLIENT NO-TOUCH on", place: .everywhere,
            reason: "Redis 7.2 has it, and clients say it when they connect"),
        DifferenceFromRedis(
            request: "CLIENT SETINFO lib-name x", place: .everywhere,
            reason: "Redis 7.2 has it, and clients say it when they connect"),
        DifferenceFromRedis(
            request: "SCRIPT DEBUG NO", place: .everywhere,
            reason: "it would be said of a connection that clients share"),
    ]
}
