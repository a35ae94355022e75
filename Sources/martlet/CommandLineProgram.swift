import ArgumentParser
import Glibc

/// The program from its arguments to its exit status.
///
/// Statuses are twemproxy's, 0 or 1, since scripts test for them; the argument parser on its own
/// would say 64 for a usage error.
enum CommandLineProgram {
    /// Runs the command that `arguments` ask for.
    static func run(_ arguments: [String]) -> Int32 {
        let name = ProgramName.current
        // Not a subcommand in the argument parser's sense: the daemon's -c would take the -c that
        // follows.
        if name == .martlet && arguments.first == Locate.name {
            return run(Locate.self, Array(arguments.dropFirst()))
        }
        var grammar = FlagGrammar(ignoresStrayWords: name == .nutcracker)
        return run(Options.self, grammar.rewrite(arguments))
    }

    private static func run<Command: ParsableCommand>(
        _ type: Command.Type, _ arguments: [String]
    ) -> Int32 {
        do {
            var command = try type.parseAsRoot(arguments)
            try command.run()
            return 0
        } catch let error as StartError {
            Terminal.complain("\(ProgramName.current.rawValue): \(error.message)")
            return 1
        } catch {
            // Asking for help is an error to the argument parser, too, but one with status 0.
            let text = type.fullMessage(for: error)
            guard type.exitCode(for: error).isSuccess else {
                if !text.isEmpty { Terminal.complain(text) }
                return 1
            }
            if !text.isEmpty { showHelp(text) }
            return 0
        }
    }

    /// twemproxy's goes to standard error, below its version.
    private static func showHelp(_ text: String) {
        switch ProgramName.current {
        case .martlet: print(text)
        case .nutcracker: Terminal.complain(ProgramName.current.banner + "\n\n" + text)
        }
    }
}

/// Where messages for people go before there is a log.
enum Terminal {
    /// Writes a line to standard error.
    static func complain(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        // Nowhere to say that standard error does not work.
        _ = unsafe bytes.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
