import Testing

/// Replication groups change under load, and no client notices.
///
/// The suites inside run one after another: each keeps several servers and a crowd busy, and some
/// measure how long an operation took.
@Suite(.serialized) struct FailoverTests {}

/// Expects that nothing was answered that should not have been: errors only where they are
/// promised, and no wrong value.
func expectNoHarm(
    in report: LoadReport, sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(report.errorCount == 0, "\(report)", sourceLocation: sourceLocation)
    #expect(report.wrongValues.isEmpty, "\(report)", sourceLocation: sourceLocation)
}

/// Expects that no request was ever in doubt: every reply came, or the request had not run.
func expectNothingLost(
    in report: LoadReport, sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(report.promisedErrors == 0, "\(report)", sourceLocation: sourceLocation)
    #expect(report.earlyReads == 0, "\(report)", sourceLocation: sourceLocation)
}

/// Expects that nobody waited much longer than there was no primary, in seconds. How short that is
/// when the machine has nothing else to do, the tests of the three events say.
func expectPrompt(
    _ report: LoadReport, outage: Double = 0, sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(
        report.longest <= outage + 0.25 + report.slack, "\(report)", sourceLocation: sourceLocation)
}
