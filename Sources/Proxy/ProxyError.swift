internal import Reactor

/// Why a server connection ended, in the words that clients and logs get.
enum CloseReason {
    /// The server closed it.
    case closedByServer
    /// A system call failed: refused, reset, unreachable.
    case failed(SystemError)
    /// Nothing came from the server for too long although requests waited.
    case noProgress
    /// The server said something that is no reply to what it was asked.
    case outOfStep(StaticString)
    /// The server did not accept the proxy's AUTH or HELLO.
    case passwordRefused(String)
    /// The server knows no RESP3: its replies are translated from now on.
    case helloUnknown
    /// The server did not accept the proxy's SELECT.
    case greetingRefused(String)
    /// Its requests go on over another connection: a new address, or a new primary.
    case superseded
    /// The proxy ends.
    case retired

    var message: String {
        switch self {
        case .closedByServer: "connection closed by the server"
        case .failed(let error): error.message
        case .noProgress: "timed out"
        case .outOfStep(let what): "invalid reply: \(what)"
        case .passwordRefused(let words), .greetingRefused(let words): words
        case .helloUnknown: "HELLO 3 is unknown to the server"
        case .superseded: "connection superseded"
        case .retired: "connection retired"
        }
    }

    /// Whether another connection, greeted in another way, may do better.
    var mayGreetOtherwise: Bool {
        switch self {
        case .passwordRefused, .helloUnknown: true
        case .closedByServer, .failed, .noProgress, .outOfStep, .greetingRefused, .superseded,
            .retired:
            false
        }
    }

    /// What the statistics count it as.
    var metric: ServerMetric? {
        switch self {
        case .closedByServer: .serverEOF
        case .failed, .outOfStep, .passwordRefused, .greetingRefused: .serverErrors
        case .noProgress: .serverTimedOut
        case .helloUnknown, .superseded, .retired: nil
        }
    }
}
