/// What Martlet answers otherwise than the server that the tests compare it with, and means to.
struct DifferenceFromRedis: Sendable {
    /// Where it is so.
    enum Place: Sendable {
        case everywhere
        /// Before several servers.
        case several
        /// In RESP3, before servers that do not know it.
        case withoutRESP3
    }

    /// The request.
    let request: String
    let place: Place
    let reason: String

    /// The whole list. What differs no more has to leave it.
    static let table: [DifferenceFromRedis] =
        [
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
        + [
            "EVAL return {map={a='1'}} 0", "EVAL return {set={a=true}} 0",
            "EVAL return {double=1.5} 0", "EVAL return {big_number='12345678901234567890'} 0",
            "EVAL redis.setresp(3) return redis.call('HGETALL',KEYS[1]) 1 h",
            "EVAL redis.setresp(3) return true 0",
        ].map {
            DifferenceFromRedis(
                request: $0, place: .withoutRESP3,
                reason: "what a script returns is not in RESP2, nor known by its name")
        }
}
