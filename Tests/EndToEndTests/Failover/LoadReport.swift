import Foundation
import TestKit

/// What a load met.
struct LoadReport: Sendable {
    /// Requests that were answered, also by an error, or could not be sent.
    var operations = 0
    /// How often an error came, and when first and last, in seconds since the load began.
    struct Errors: Sendable {
        var count: Int
        var first: Double
        var last: Double
    }

    /// Errors that should not have been, by their text.
    var errors: [String: Errors] = [:]
    /// Requests that were told, and had to be told, that they may have run.
    var promisedErrors = 0
    /// Replies that no order of events allows, in words.
    var wrongValues: [String] = []
    /// Reads that showed a write sent behind them; see `KeyModel.Verdict.early`.
    var earlyReads = 0
    /// The longest time from the sending of a request to its reply, in seconds.
    var longest = 0.0
    /// When that one was sent, in seconds since the load began.
    var longestAt = 0.0
    /// The longest time by which the machine woke a thread too late meanwhile, in seconds: what any
    /// process may have suffered without anybody's fault.
    var stall = 0.0

    /// What a duration may exceed its bound by: nothing on a machine that keeps up. On one that
    /// does not, each of the processes on a request's way may have been woken late: the client, the
    /// proxy and the server, and on the way back the proxy again.
    var slack: Double { stall < Self.quiet ? 0 : 4 * stall }

    /// Threads are woken this late at most on a machine that keeps up, in seconds.
    private static let quiet = 0.015

    /// All errors that should not have been.
    var errorCount: Int { errors.values.reduce(0) { $0 + $1.count } }

    /// Notes an error that should not have been.
    mutating func addError(_ text: String, at time: Double) {
        add(Errors(count: 1, first: time, last: time), for: text)
    }

    private mutating func add(_ more: Errors, for text: String) {
        guard let known = errors[text] else {
            errors[text] = more
            return
        }
        errors[text] = Errors(
            count: known.count + more.count, first: min(known.first, more.first),
            last: max(known.last, more.last))
    }

    /// Adds another client's report.
    mutating func add(_ other: LoadReport) {
        operations += other.operations
        for (text, more) in other.errors { add(more, for: text) }
        promisedErrors += other.promisedErrors
        wrongValues += other.wrongValues
        earlyReads += other.earlyReads
        stall = max(stall, other.stall)
        if other.longest > longest {
            longest = other.longest
            longestAt = other.longestAt
        }
    }
}

extension LoadReport: CustomStringConvertible {
    /// The figures in a line, and the errors and the first wrong values below.
    var description: String {
        let milliseconds = { (seconds: Double) in String(format: "%.1f ms", seconds * 1000) }
        var lines = [
            "\(errorCount) errors, \(promisedErrors) promised, \(wrongValues.count) wrong, "
                + "\(earlyReads) early of \(operations); longest \(milliseconds(longest)) at "
                + String(format: "%.2f s", longestAt) + ", machine \(milliseconds(stall))"
        ]
        for (text, errors) in errors.sorted(by: { $0.value.count > $1.value.count }).prefix(8) {
            let span = String(format: "%.2f…%.2f s", errors.first, errors.last)
            lines.append("  \(errors.count) × \(text), \(span)")
        }
        lines += wrongValues.prefix(5).map { "  wrong: \($0)" }
        return lines.joined(separator: "\n")
    }
}

/// What an error tells its client.
enum LoadError {
    /// The words of servers that did not run the request, and the kit's own for a connection that
    /// could not be made.
    private static let refusals = [
        "READONLY ", "LOADING ", "MASTERDOWN ", "NOREPLICAS ", "EXECABORT ", "NOAUTH ",
        "connect to ",
    ]

    /// Whether the request certainly did not run.
    static func saysNotExecuted(_ text: String) -> Bool {
        refusals.contains { text.hasPrefix($0) } && !isPromised(text)
    }

    /// Whether these are the words for a request that was sent, not answered, and must not be sent
    /// again. A transaction gets them with EXEC's own code.
    static func isPromised(_ text: String) -> Bool {
        let words =
            /(ERR|EXECABORT) connection to [0-9.]+:\d+ lost; the command may have been executed/
        return text.wholeMatch(of: words) != nil
    }
}
