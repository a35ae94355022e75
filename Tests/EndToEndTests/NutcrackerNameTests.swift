import Foundation
import TestKit
import Testing

@testable import martlet

/// Started as `nutcracker`, the program gives scripts what they know, so that they need not change.
@Suite struct NutcrackerNameTests {
    private let name = ProxyProgram.renamed.path

    // MARK: - Words

    @Test(arguments: ["-V", "--version"])
    func theVersionBeginsLikeTwemproxys(flag: String) throws {
        let theirs = try run(ProxyProgram.nutcracker.path, [flag])
        let ours = try run(name, [flag])

        #expect(ours.output == theirs.output)
        let lines = theirs.errors.split(separator: "\n")
        #expect(ours.errors.split(separator: "\n").prefix(lines.count) == lines[...])
        #expect(ours.errors.contains("martlet-"))
    }

    @Test func helpHasEveryFlagOfTwemproxys() throws {
        let theirs = try run(ProxyProgram.nutcracker.path, ["-h"]).errors
        let ours = try run(name, ["-h"])

        #expect(ours.output.isEmpty)
        #expect(ours.errors.hasPrefix("This is nutcracker-"))
        #expect(ours.errors.contains("USAGE: nutcracker "))
        let flags = theirs.matches(of: /(-\w), (--[a-z-]+)/)
        #expect(flags.count == 13)
        for flag in flags {
            #expect(ours.errors.contains("\(flag.output.1), \(flag.output.2)"), "\(flag.output.2)")
        }
    }

    @Test func theGrammarHasEveryFlag() throws {
        let help = try run(ProxyProgram.martlet.path, ["-h"]).output

        let flags = help.matches(of: /\n  (?:(-\w), )?(--[a-z-]+)(?: <)?/).map { flag in
            "\(flag.output.1 ?? "") \(flag.output.2)"
        }

        let known = FlagGrammar.flags.map { flag in
            "\(flag.letter.map { "-\($0)" } ?? "") --\(flag.name)"
        }
        #expect(Set(flags) == Set(known))
    }

    @Test func figuresAreDescribedInTwemproxysForm() throws {
        func form(_ text: String) -> String {
            let description = text.firstRange(of: "pool stats:").map { text[$0.lowerBound...] }
            return String(description ?? "").replacing(/"[^"]+"/, with: "\"\"")
        }

        let theirs = form(try run(ProxyProgram.nutcracker.path, ["-D"]).errors)

        #expect(theirs.contains("out_queue_bytes"))
        // What twemproxy does not have comes after what it has.
        #expect(form(try run(name, ["-D"]).errors).hasPrefix(theirs))
        #expect(form(try run(ProxyProgram.martlet.path, ["-D"]).errors).hasPrefix(theirs))
    }

    @Test func aGoodFileIsToldInTwemproxysWords() throws {
        let launch = try Launch()

        let theirs = try run(ProxyProgram.nutcracker.path, launch.arguments + ["-t"])
        let ours = try run(name, launch.arguments + ["-t"])

        #expect(ours.errors == theirs.errors)
        #expect(ours.output == theirs.output)
    }

    // MARK: - Places

    @Test func theLocalConfigurationIsTheDefault() throws {
        let launch = try Launch()
        let folder = launch.directory.file("conf")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try FileManager.default.moveItem(
            atPath: launch.directory.file("proxy.yml"), toPath: folder + "/nutcracker.yml")

        let result = try run("sh", ["-c", "cd '\(launch.directory.path)' && exec '\(name)' -t"])

        #expect(result.status == .exited(0))
        #expect(result.errors.contains("'conf/nutcracker.yml' syntax is ok"))
    }

    /// Debian's package and init script make these directories, and give no flags for them.
    @Test func thePackagesPlacesAreUsedWhereTheyAre() throws {
        let root = try TemporaryDirectory()
        let bare = DefaultPaths(root: root.path, program: .nutcracker)
        #expect(bare.configuration == "conf/nutcracker.yml")
        #expect(bare.log == nil)
        #expect(bare.backgroundPIDFile == nil)

        for path in ["/etc/nutcracker", "/var/log/nutcracker", "/run/nutcracker"] {
            try FileManager.default.createDirectory(
                atPath: root.path + path, withIntermediateDirectories: true)
        }
        _ = try root.write("", to: "etc/nutcracker/nutcracker.yml")

        #expect(bare.configuration == root.path + "/etc/nutcracker/nutcracker.yml")
        #expect(bare.log == root.path + "/var/log/nutcracker/nutcracker.log")
        #expect(bare.backgroundPIDFile == root.path + "/run/nutcracker/nutcracker.pid")
        let own = DefaultPaths(root: root.path, program: .martlet)
        #expect(own.configuration == "conf/nutcracker.yml")
        #expect(own.log == nil && own.backgroundPIDFile == nil)
    }

    @Test func thePackagesPlacesAreThoseThatItsHelpTells() throws {
        let help = try run(ProxyProgram.nutcracker.path, ["-h"]).errors

        for place in [
            "/etc/nutcracker/nutcracker.yml", "/var/log/nutcracker/nutcracker.log",
            "/run/nutcracker/nutcracker.pid",
        ] {
            #expect(help.contains("(default: \(place))"), "\(place)")
        }
    }

    // MARK: - Scripts

    /// Debian's own script, with its paths led to a directory of the test and without its change of
    /// user.
    @Test(arguments: [ProxyProgram.nutcracker, .renamed])
    func theInitScriptOfDebiansPackageWorks(program: ProxyProgram) throws {
        let launch = try Launch()
        let script = try initScript(
            for: program == .nutcracker ? "/usr/sbin/nutcracker" : program.path, launch)
        func call(_ action: String) throws -> TestKit.ExitStatus {
            try run(script, [action]).status
        }
        defer { _ = try? call("stop") }

        #expect(try call("status") != .exited(0))
        let started = try run(script, ["start"])
        #expect(started.status == .exited(0), "\(started)")
        #expect(eventually { (try? TestClient(port: launch.port)) != nil })
        let daemon = try #require(launch.daemon)
        #expect(try call("status") == .exited(0))
        #expect(try call("start") == .exited(0))
        #expect(launch.daemon == daemon)
        #expect(try call("reload") == .exited(0))
        let log = launch.directory.file("log")
        #expect(eventually { contents(of: log).contains("SIGHUP") })
        #expect(try call("restart") == .exited(0))
        #expect(eventually { (try? TestClient(port: launch.port)) != nil })
        #expect(launch.daemon != daemon)
        #expect(try call("stop") == .exited(0))
        #expect((try? TestClient(port: launch.port)) == nil)
        #expect(try call("status") != .exited(0))
        _ = try launch.directory.write("alpha:\n  hash: nonsense\n", to: "proxy.yml")
        #expect(try call("start") == .exited(1))
    }

    private func initScript(for daemon: String, _ launch: Launch) throws -> String {
        let directory = launch.directory
        let text = contents(of: "/etc/init.d/nutcracker")
            .replacing("DAEMON=/usr/sbin/nutcracker", with: "DAEMON=\(daemon)")
            .replacing("/etc/nutcracker/nutcracker.yml", with: directory.file("proxy.yml"))
            .replacing("/run/nutcracker/nutcracker.pid", with: directory.file("pid"))
            .replacing("/run/nutcracker", with: directory.file("run"))
            .replacing("/etc/default/$NAME", with: directory.file("default"))
            .replacing("--chuid nutcracker", with: "")
            .replacing("chown nutcracker:nutcracker", with: "test -d")
        try #require(text.contains("start-stop-daemon"))
        let options = launch.arguments.joined(separator: " ")
        _ = try directory.write("DAEMON_OPTS=\"\(options)\"\n", to: "default")
        let path = try directory.write(text, to: "script")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return path
    }
}
