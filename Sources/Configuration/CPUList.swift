/// The CPUs that a file names: `auto`, or numbers and ranges as the kernel writes them, 0-3,8.
struct CPUList: Equatable {
    /// In the order in which they were given, each once.
    let cpus: [Int]

    /// Reads a text.
    ///
    /// - Parameter usable: The CPUs that the process may use, ascending; they are `auto`.
    init(_ text: String, among usable: [Int]) throws(Fault) {
        if text == "auto" {
            cpus = usable
            return
        }
        let right = "use auto, or CPUs of \(Self.text(usable))"
        var cpus: [Int] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let range = Self.range(part) else {
                throw Fault("\(quoted(text)) is not a list of CPUs such as 0-3,8; \(right)")
            }
            for cpu in range {
                guard usable.contains(cpu) else {
                    throw Fault("CPU \(cpu) is not one that this process may use; \(right)")
                }
                guard !cpus.contains(cpu) else {
                    throw Fault("\(quoted(text)) has CPU \(cpu) twice; give it once")
                }
                cpus.append(cpu)
            }
        }
        self.cpus = cpus
    }

    /// `3` or `0-3`.
    private static func range(_ part: Substring) -> ClosedRange<Int>? {
        let ends = part.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
            .map { decimal($0) }
        guard ends.count <= 2, let first = ends[0], let last = ends[ends.count - 1] else {
            return nil
        }
        return first <= last ? first...last : nil
    }

    /// Ascending numbers as text.
    private static func text(_ numbers: [Int]) -> String {
        var ranges: [ClosedRange<Int>] = []
        for number in numbers {
            if let last = ranges.last, last.upperBound + 1 == number {
                ranges[ranges.count - 1] = last.lowerBound...number
            } else {
                ranges.append(number...number)
            }
        }
        return ranges.map {
            $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
        }.joined(separator: ",")
    }
}
