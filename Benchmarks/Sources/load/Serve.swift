import ArgumentParser

/// Servers that store nothing and know every value, for proxies that are faster than real servers.
struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answer as servers would that hold all keys, at next to no cost.")

    @Option(help: "The protocol: redis or memcached.")
    var store: Store = .redis

    @Option(parsing: .upToNextOption, help: "Ports to listen on, each like a server.")
    var ports: [UInt16]

    @Option(help: "Bytes in a value.")
    var valueLength = 400

    @Option(help: "Microseconds that replies take; of each hundredth batch ten times as long.")
    var delay: UInt64 = 0

    func run() throws {
        let server = try MockServer(
            store: store, ports: ports, valueLength: valueLength, delay: delay * 1000)
        try server.run()
    }
}
