import ArgumentParser

/// The load generator: a fixed number of clients, each with a fixed number of requests in flight,
/// every reply compared with the bytes it must have. Prints one line of JSON.
@main
struct Load: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Load a Redis or memcached server, or a proxy of them, over loopback.")

    @Option(help: "The protocol: redis or memcached.")
    var store: Store = .redis

    @Option(help: "The request: get, set or mget.")
    var operation: Operation = .get

    @Option(parsing: .upToNextOption, help: "Ports; connections are spread over them evenly.")
    var ports: [UInt16]

    @Option(help: "Connections.")
    var clients = 100

    @Option(help: "Requests that a connection sends at once; it waits for all their replies.")
    var pipeline = 1

    @Option(help: "Keys in one mget, 1-64.")
    var multiple = 10

    @Option(help: "Different keys.")
    var keys: UInt32 = 100_000

    @Option(help: "Bytes in a key, 10-250.")
    var keyLength = 40

    @Option(help: "Bytes in a value.")
    var valueLength = 400

    @Option(help: "Seconds to measure.")
    var seconds = 2.0

    @Option(help: "Seconds of the same load before that are not measured.")
    var warmup = 0.5

    @Flag(help: "Set every key once instead, and end.")
    var fill = false

    @Flag(
        help: """
            Print "ready" after the warm-up and measure once a line is read; \
            keep the connections until the input ends.
            """)
    var gated = false

    func validate() throws {
        guard !ports.isEmpty, clients > 0, pipeline > 0, keys > 0, valueLength >= 0 else {
            throw ValidationError("ports, clients, pipeline and keys have to be positive")
        }
        guard (Key.digits...250).contains(keyLength) else {
            throw ValidationError("a key has \(Key.digits) to 250 bytes")
        }
        guard (1...64).contains(multiple), multiple <= keys else {
            throw ValidationError("an mget has 1 to 64 different keys")
        }
        guard seconds > 0, warmup >= 0 else {
            throw ValidationError("times have to be positive")
        }
    }

    func run() throws {
        let workload = Workload(
            store: store, operation: fill ? .set : operation, multiple: multiple, keyCount: keys,
            keyLength: keyLength, valueLength: valueLength)
        let generator = try Generator(
            workload: workload, ports: ports, clients: clients, pipeline: pipeline)

        if fill {
            emit(try generator.fill().json)
            return
        }
        if warmup > 0 {
            _ = try generator.run(seconds: warmup)
        }
        if gated {
            emit("ready")
            guard readLine() != nil else { return }
        }
        emit(try generator.run(seconds: seconds).json)
        if gated {
            while readLine() != nil {}
        }
    }
}

extension Store: ExpressibleByArgument {}
extension Operation: ExpressibleByArgument {}
