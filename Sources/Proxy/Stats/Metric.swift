/// Whether a metric only grows or shows a momentary level.
public enum MetricKind: Sendable {
    case counter
    case gauge
    /// A point in time, in microseconds since the Unix epoch; 0 means never.
    case timestamp
    /// A length of time, in microseconds.
    case duration
    /// A sum of such lengths, which only grows.
    case totalDuration
}

/// What is counted for a pool, in the order of twemproxy's statistics.
///
/// The raw value is the field's name in the JSON. One line here is the whole definition: the JSON,
/// the Prometheus text, `--describe-stats` and the documentation all come from it.
public enum PoolMetric: String, CaseIterable, Sendable {
    case clientEOF = "client_eof"
    case clientErrors = "client_err"
    case clientConnections = "client_connections"
    case serverEjects = "server_ejects"
    case forwardErrors = "forward_error"
    case fragments = "fragments"

    /// Whether it only grows.
    public var kind: MetricKind { self == .clientConnections ? .gauge : .counter }

    /// One line for people.
    public var help: String {
        switch self {
        case .clientEOF: "Clients that closed their connection in an orderly way."
        case .clientErrors: "Client connections lost to an error or closed for bad input."
        case .clientConnections: "Client connections open now."
        case .serverEjects: "Times a server was taken out of the pool for failing."
        case .forwardErrors: "Requests answered with an error because no server could."
        case .fragments: "Parts that requests for several keys were split into."
        }
    }
}

/// What is counted for a server, in the order of twemproxy's statistics.
public enum ServerMetric: String, CaseIterable, Sendable {
    case serverEOF = "server_eof"
    case serverErrors = "server_err"
    case serverTimedOut = "server_timedout"
    case serverConnections = "server_connections"
    case serverEjectedAt = "server_ejected_at"
    case requests = "requests"
    case requestBytes = "request_bytes"
    case responses = "responses"
    case responseBytes = "response_bytes"
    case inQueue = "in_queue"
    case inQueueBytes = "in_queue_bytes"
    case outQueue = "out_queue"
    case outQueueBytes = "out_queue_bytes"

    /// Whether it only grows.
    public var kind: MetricKind {
        switch self {
        case .serverConnections, .inQueue, .inQueueBytes, .outQueue, .outQueueBytes: .gauge
        case .serverEjectedAt: .timestamp
        case .serverEOF, .serverErrors, .serverTimedOut: .counter
        case .requests, .requestBytes, .responses, .responseBytes: .counter
        }
    }

    /// One line for people.
    public var help: String {
        switch self {
        case .serverEOF: "Connections that the server closed in an orderly way."
        case .serverErrors: "Server connections lost to an error, refused ones included."
        case .serverTimedOut: "Times the server did not answer or connect in time."
        case .serverConnections: "Connections to the server open now."
        case .serverEjectedAt:
            "When the server was last ejected, in microseconds since 1970; 0 if never."
        case .requests: "Requests sent to the server; each part of a split one counts."
        case .requestBytes: "Bytes of the requests sent to the server."
        case .responses: "Replies received from the server."
        case .responseBytes: "Bytes of the replies received from the server."
        case .inQueue: "Requests waiting to be sent to the server."
        case .inQueueBytes: "Bytes of the requests waiting to be sent."
        case .outQueue: "Requests sent, whose replies are still awaited."
        case .outQueueBytes: "Bytes of the requests whose replies are awaited."
        }
    }
}
