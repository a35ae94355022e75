import Foundation
import TestKit
import Testing

/// Whatever file twemproxy starts with, this proxy starts with, to the same effect; whatever file
/// it refuses, this one refuses, with a reason.
@Suite struct CompatibilityConfigurationTests {
    /// Files of which the README says that they are taken otherwise, with the table's line.
    private static let intended = [
        "num 2^32+5": "limits", "listen ipv6 brackets": "wider-yaml", "reuseport": "wider-yaml",
        "doc start": "wider-yaml", "listen star": "star",
    ]

    @Test(arguments: TwemproxyCase.all)
    func filesHaveTheSameEffect(_ file: TwemproxyCase) throws {
        let ports = [try FreePort.take(), try FreePort.take()]

        let theirs = try Effect(of: file, on: ports, with: .nutcracker)
        let ours = try Effect(of: file, on: ports, with: .martlet)

        #expect((theirs.isRunning && theirs.test == .exited(0)) == file.isAcceptedByTwemproxy)
        #expect(ours.isRunning == (ours.test == .exited(0)))
        if !ours.isRunning {
            #expect(ours.words.contains("proxy.yml"))
            #expect(ours.words.contains(" is ") || ours.words.contains("not "))
        }
        if theirs == ours {
            #expect(Self.intended[file.title] == nil)
        } else {
            IntendedDifference.expect(Self.intended[file.title], "\(theirs) \(ours)")
        }
    }

    @Test func aFileThatIsNotThereIsRefusedAlike() throws {
        let path = try TemporaryDirectory().file("absent.yml")

        for arguments in [["-t", "-c", path], ["-c", path]] {
            let theirs = try run(ProxyProgram.nutcracker.path, arguments).status
            #expect(try run(ProxyProgram.martlet.path, arguments).status == theirs)
        }
    }
}

/// What a proxy makes of a file.
private struct Effect: Equatable {
    /// How `-t` ends.
    let test: TestKit.ExitStatus
    /// How the start ends, or nothing if the proxy runs.
    let start: TestKit.ExitStatus?
    /// The fields of its statistics: which pools and servers it has, in which order.
    var fields: [String] = []
    /// Where clients can connect to.
    var listening: [String] = []
    /// What it said.
    var words = ""

    var isRunning: Bool { start == nil }

    /// Two effects are the same if all but the words is.
    static func == (left: Effect, right: Effect) -> Bool {
        left.test == right.test && left.start == right.start && left.fields == right.fields
            && left.listening == right.listening
    }

    init(of file: TwemproxyCase, on ports: [Int], with program: ProxyProgram) throws {
        let directory = try TemporaryDirectory()
        let socket = directory.file("case.sock")
        let text = file.text.replacing("31901", with: "\(ports[0])")
            .replacing("31902", with: "\(ports[1])")
            .replacing("/tmp/martlet-case.sock", with: socket)
        let path = try directory.write(text, to: "proxy.yml")
        let tested = try run(program.path, ["-t", "-c", path])
        test = tested.status
        words = tested.errors

        let statsPort = try FreePort.take()
        let process = try ChildProcess(
            program.path,
            ["-c", path, "-s", "\(statsPort)", "-a", "127.0.0.1", "-o", directory.file("log")],
            errors: directory.file("errors"))
        var fields: [String] = []
        var listening: [String] = []
        _ = eventually(timeout: 20) {
            listening = Self.listening(ports, socket)
            fields = (try? StatsDocument(readFrom: statsPort).fields) ?? []
            return !process.isRunning || !listening.isEmpty && !fields.isEmpty
        }
        start = process.exitStatus
        if start == nil {
            self.fields = fields
            self.listening = listening
        }
    }

    private static func listening(_ ports: [Int], _ socket: String) -> [String] {
        var found: [String] = []
        for host in ["127.0.0.1", "::1"] {
            for (index, port) in ports.enumerated()
            where (try? TestClient(port: port, host: host)) != nil {
                found.append("\(host) port \(index)")
            }
        }
        if (try? TestClient(unixPath: socket)) != nil {
            let attributes = try? FileManager.default.attributesOfItem(atPath: socket)
            let mode = (attributes?[.posixPermissions] as? Int) ?? 0
            found.append("socket \(String(mode, radix: 8))")
        }
        return found
    }
}
