import Foundation
import TestKit

/// One client of a load: sends batches of requests on keys that are only its own, and holds each
/// reply against a model of them.
struct LoadClient {
    private let connect: () throws -> TestClient
    private let keys: [String]
    /// Who holds each key: whose losses excuse an old value.
    private let groups: [ReplicationGroup]
    private let replay: ReplayPolicy
    private let start = now()
    private var models: [KeyModel]
    private var connection: TestClient?

    /// What it met so far.
    private(set) var report = LoadReport()

    /// A client that connects when it first needs to, and again whenever its connection is lost.
    ///
    /// - Parameters:
    ///   - values: What the keys hold at the start.
    ///   - replay: What the pool sends again.
    init(
        keys: [String], holding values: [String?], on groups: [ReplicationGroup],
        replay: ReplayPolicy, connect: @escaping () throws -> TestClient
    ) {
        self.keys = keys
        self.groups = groups
        self.replay = replay
        self.connect = connect
        models = keys.indices.map { index in
            KeyModel(
                keys[index], holding: values[index], losses: groups[index].survivors.count,
                replay: replay)
        }
    }

    /// Sends the requests at once and takes in their replies.
    mutating func play(_ batch: [LoadRequest]) {
        let lossesBefore = keys.indices.map { groups[$0].survivors.count }
        let started = now()
        var answered = 0
        report.operations += batch.count
        do {
            let connection = try connection ?? connect()
            self.connection = connection
            try connection.send(batch.flatMap { $0.bytes(for: keys) })
            for (index, request) in batch.enumerated() {
                let reply = try request.readReply(from: connection)
                answered += 1
                note(duration: now() - started, since: started)
                check(request, reply, behind: batch[(index + 1)...], lossesBefore)
            }
        } catch {
            note(duration: now() - started, since: started)
            for request in batch[answered...] { fail(request, "\(error)", lossesBefore) }
            connection = nil
        }
    }

    private mutating func note(duration: Double, since started: Double) {
        guard duration > report.longest else { return }
        report.longest = duration
        report.longestAt = started - start
    }

    private mutating func check(
        _ request: LoadRequest, _ reply: Reply, behind: ArraySlice<LoadRequest>,
        _ lossesBefore: [Int]
    ) {
        if let text = reply.errorText {
            fail(request, text, lossesBefore)
        } else if request.isCounted {
            checkCount(request, reply, lossesBefore)
        } else if let replies = request.replies(in: reply) {
            for (part, reply) in zip(request.parts, replies) {
                check(part, reply, behind: behind, lossesBefore)
            }
        } else {
            report.wrongValues.append("\(request) got \(reply)")
        }
    }

    private mutating func check(
        _ part: LoadRequest.Part, _ reply: Reply, behind: ArraySlice<LoadRequest>,
        _ lossesBefore: [Int]
    ) {
        let later = behind.flatMap { $0.parts.filter { $0.key == part.key }.map(\.operation) }
        let verdict = models[part.key].ran(
            part.operation, answered: reply, later: later, losses: losses(part, lossesBefore))
        switch verdict {
        case .right: break
        case .early: report.earlyReads += 1
        case .wrong(let expected):
            report.wrongValues.append(
                "\(part.operation) of \(keys[part.key]) got \(reply), not \(expected), "
                    + String(format: "%.3f s", now() - start))
        }
    }

    /// A split DEL is answered by the number of keys that there were.
    private mutating func checkCount(
        _ request: LoadRequest, _ reply: Reply, _ lossesBefore: [Int]
    ) {
        var least = 0
        var most = 0
        for part in request.parts {
            let replies = models[part.key].ran(part.operation, losses: losses(part, lossesBefore))
            if !replies.contains(.integer(0)) { least += 1 }
            if replies.contains(.integer(1)) { most += 1 }
        }
        guard case .integer(let count) = reply, (least...most).contains(count) else {
            report.wrongValues.append("\(request) got \(reply), not \(least)...\(most)")
            return
        }
    }

    /// Takes in an error: of the server's, of the proxy's or of the connection's.
    private mutating func fail(_ request: LoadRequest, _ text: String, _ lossesBefore: [Int]) {
        if LoadError.isPromised(text) && !request.mayRunTwice(under: replay) {
            report.promisedErrors += 1
        } else {
            report.addError(text, at: now() - start)
        }
        // A part of a split request may have run although another one was refused.
        if LoadError.saysNotExecuted(text) && request.failsAsAWhole { return }
        for part in request.parts {
            models[part.key].mayHaveRun(part.operation, losses: losses(part, lossesBefore))
        }
    }

    private func losses(_ part: LoadRequest.Part, _ before: [Int]) -> KeyModel.Losses {
        KeyModel.Losses(
            survivors: groups[part.key].survivors, beforeRequest: before[part.key])
    }
}
