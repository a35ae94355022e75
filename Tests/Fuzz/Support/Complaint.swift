import Configuration

/// Checks the problems that a configuration of `lineCount` lines was refused for: there are some,
/// not too many, in the order of their lines, and each is one line of text.
func checkComplaint(_ failure: ConfigurationFailure, lineCount: Int) {
    check(!failure.problems.isEmpty, "refused without a reason")
    check(failure.problems.count <= 101, "\(failure.problems.count) problems")
    var last = 0
    for problem in failure.problems {
        if let line = problem.line {
            check(1...lineCount ~= line, "a problem on line \(line) of \(lineCount)")
            check(line >= last, "problems out of order")
            check((problem.column ?? 0) >= 1, "a line without a column")
            last = line
        }
        let text = problem.description
        check(!text.unicodeScalars.contains { $0.value < 32 || $0.value == 127 }, "not one line")
        check(text.utf8.count < 2048, "a problem of \(text.utf8.count) bytes")
    }
}
