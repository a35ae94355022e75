import ArgumentParser

/// Both ends of a benchmark: the clients, whose every reply is compared with the bytes that it must
/// have, and servers that cost next to nothing.
@main
struct Load: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Load a Redis or memcached server, or a proxy of them, over loopback.",
        subcommands: [Drive.self, Serve.self],
        defaultSubcommand: Drive.self)
}

extension Store: ExpressibleByArgument {}
extension Operation: ExpressibleByArgument {}
