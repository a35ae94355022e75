/// How long the requests of a pool or a server took, by class and part.
public struct LatencyTable: Sendable {
    private var histograms: [LatencyHistogram?]

    /// A table of no requests.
    public init() {
        let count = CommandClass.allCases.count * LatencyPart.allCases.count
        histograms = Array(repeating: nil, count: count)
    }

    /// The times of one part of a class; nil if there were no such requests.
    public subscript(commandClass: CommandClass, part: LatencyPart) -> LatencyHistogram? {
        get { histograms[Self.place(commandClass, part)] }
        set { histograms[Self.place(commandClass, part)] = newValue }
    }

    /// The times of one part of all requests.
    public subscript(part: LatencyPart) -> LatencyHistogram {
        var all = LatencyHistogram()
        for commandClass in CommandClass.allCases {
            if let histogram = self[commandClass, part] { all.add(histogram) }
        }
        return all
    }

    /// The classes that any requests were of.
    public var classes: [CommandClass] {
        CommandClass.allCases.filter { commandClass in
            LatencyPart.allCases.contains { self[commandClass, $0] != nil }
        }
    }

    /// Counts what the other has counted, too.
    mutating func add(_ other: LatencyTable) {
        for (place, histogram) in other.histograms.enumerated() {
            guard let histogram else { continue }
            var sum = histograms[place] ?? LatencyHistogram()
            sum.add(histogram)
            histograms[place] = sum
        }
    }

    private static func place(_ commandClass: CommandClass, _ part: LatencyPart) -> Int {
        Int(commandClass.rawValue) * LatencyPart.allCases.count + part.rawValue
    }
}

/// How long a pool's requests took since the start.
public struct PoolLatency: Sendable {
    /// The pool's name in the configuration.
    public var name: String
    /// Of all its requests. One that was split counts once, with its slowest server.
    public var table = LatencyTable()
    /// Of each server, in the order of the statistics. A split request counts at each server that
    /// had a part in it, and only as the server's time: the rest is no single server's.
    public var servers: [ServerLatency]

    /// A pool's latencies, all of no requests.
    public init(name: String, servers: [ServerLatency]) {
        self.name = name
        self.servers = servers
    }
}

/// How long a server's requests took since the start.
public struct ServerLatency: Sendable {
    /// The server's name on the hash ring.
    public var name: String
    /// Its times.
    public var table: LatencyTable

    /// A server's latencies.
    public init(name: String, table: LatencyTable = LatencyTable()) {
        self.name = name
        self.table = table
    }
}
