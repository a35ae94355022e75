import ArgumentParser

/// The clients: a fixed number, each with a fixed number of requests in flight. Prints one line of
/// JSON.
struct Drive: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Send requests and compare replies.")

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

    @Option(help: "Keys in one mget.")
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

    @Option(
        help: """
            Requests per second, whether or not earlier ones have been answered; \
            0: each connection sends as soon as it has its replies.
            """)
    var rate = 0.0

    @Flag(help: "Open a connection for each batch of requests, and close it after the replies.")
    var reconnect = false

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
        guard multiple > 0, multiple <= keys else {
            throw ValidationError("an mget has at least one key, and each of them once")
        }
        guard seconds > 0, warmup >= 0, rate >= 0 else {
            throw ValidationError("times and rates have to be positive")
        }
    }

    func run() throws {
        let workload = Workload(
            store: store, operation: fill ? .set : operation, multiple: multiple, keyCount: keys,
            keyLength: keyLength, valueLength: valueLength)
        let generator = try Generator(
            workload: workload, ports: ports, clients: clients, pipeline: pipeline,
            reconnects: reconnect)

        if fill {
            emit(try generator.fill().json)
            return
        }
        if warmup > 0 {
            _ = try generator.run(seconds: warmup, rate: rate)
        }
        if gated {
            emit("ready")
            guard readLine() != nil else { return }
        }
        emit(try generator.run(seconds: seconds, rate: rate).json)
        if gated {
            while readLine() != nil {}
        }
    }
}
