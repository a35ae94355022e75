/// What is counted for a server that is followed as the primary of a replication group.
///
/// As in the other tables, one line is the whole definition. twemproxy's JSON has none of it.
public enum GroupMetric: String, CaseIterable, Sendable {
    case hasPrimary = "has_primary"
    case missing = "missing"
    case seeking = "seeking"
    case epoch = "epoch"
    case readableReplicas = "readable_replicas"
    case waiting = "waiting"
    case waitingBytes = "waiting_bytes"
    case held = "held"
    case replayed = "replayed"
    case expired = "expired"
    case promotions = "promotions"
    case splitBrains = "split_brains"
    case changes = "changes"
    case changeTime = "change_time"
    case lastChange = "last_change"

    /// What sort of figure it is.
    public var kind: MetricKind {
        switch self {
        case .hasPrimary, .seeking, .epoch, .readableReplicas, .waiting, .waitingBytes: .gauge
        case .missing, .lastChange: .duration
        case .held, .replayed, .expired, .promotions, .splitBrains, .changes: .counter
        case .changeTime: .totalDuration
        }
    }

    /// One line for people.
    public var help: String {
        switch self {
        case .hasPrimary: "1 while the group has a primary that answers."
        case .missing: "How long there has been no primary that answers; 0 while there is one."
        case .seeking: "1 while it is being found out who is primary."
        case .epoch: "The number of the decision on who is primary."
        case .readableReplicas: "Replicas that are fresh enough to be read from now."
        case .waiting: "Requests held now, until there is a primary for them."
        case .waitingBytes: "Bytes of the requests held now."
        case .held: "Requests that were held, or had to move, and were sent in the end."
        case .replayed: "Requests that were sent more than once."
        case .expired: "Requests that failed because no primary came in time."
        case .promotions: "Times another node became primary."
        case .splitBrains: "Times a further node said that it is primary, too."
        case .changes: "Changes of primary that clients got over."
        case .changeTime:
            "Time that changes took, from the first sign to the new primary's first reply."
        case .lastChange: "Time that the last change of primary took."
        }
    }

    /// The metric's place in a table of figures.
    var index: Int {
        switch self {
        case .hasPrimary: 0
        case .missing: 1
        case .seeking: 2
        case .epoch: 3
        case .readableReplicas: 4
        case .waiting: 5
        case .waitingBytes: 6
        case .held: 7
        case .replayed: 8
        case .expired: 9
        case .promotions: 10
        case .splitBrains: 11
        case .changes: 12
        case .changeTime: 13
        case .lastChange: 14
        }
    }
}

/// What is known of one node of a replication group.
public enum NodeMetric: String, CaseIterable, Sendable {
    case up = "up"
    case primary = "primary"
    case loading = "loading"
    case refused = "refused"
    case linkUp = "link_up"
    case readable = "readable"
    case lagBytes = "lag_bytes"
    case lagSeconds = "lag_seconds"
    case roundTrip = "round_trip"
    case since = "since"

    /// What sort of figure it is.
    public var kind: MetricKind {
        switch self {
        case .up, .primary, .loading, .refused, .linkUp, .readable, .lagBytes, .lagSeconds: .gauge
        case .roundTrip: .duration
        case .since: .timestamp
        }
    }

    /// One line for people.
    public var help: String {
        switch self {
        case .up: "1 while the node answers."
        case .primary: "1 if requests that need the primary go to the node."
        case .loading: "1 while the node loads its data."
        case .refused: "1 while the node refuses the pool's passwords."
        case .linkUp: "1 while the node, as a replica, is connected to its primary."
        case .readable: "1 while the node is a replica fresh enough to be read from."
        case .lagBytes: "Bytes of the primary's stream that the node has not taken yet."
        case .lagSeconds: "Seconds since the node last heard of its primary, or the primary of it."
        case .roundTrip: "How long the node takes to answer, smoothed; 0 before its first answer."
        case .since: "Since when the node's role and state are what they are."
        }
    }
}
