import Testing

/// Replication groups change under load, and no client notices.
///
/// The suites inside run one after another: each keeps several servers and a crowd busy, and some
/// measure how long an operation took.
@Suite(.serialized) struct FailoverTests {}
