/// A line of INFO that holds figures: `keys=2,expires=1,avg_ttl=99`, `calls=1,usec=5,…`.
///
/// They are added up, but for those that are per something: they are made anew.
enum RedisInfoFigures {
    /// The line of all servers; nil if the servers' own are not of that form.
    static func merge(_ lines: [String]) -> String? {
        let tables = lines.compactMap(read)
        guard tables.count == lines.count, let first = tables.first else { return nil }
        let sums = tables.dropFirst().reduce(into: first.map { (name: $0.name, value: $0.value) }) {
            add($1, to: &$0)
        }
        func sum(_ name: String) -> Int { sums.first { $0.name == name }?.value.rounded ?? 0 }
        let merged = sums.map { figure in
            switch figure.name {
            case "usec_per_call":
                return "\(figure.name)=\(quotient(sum("usec"), sum("calls")).text)"
            case "avg_ttl": return "\(figure.name)=\(average("avg_ttl", by: "expires", in: tables))"
            default: return "\(figure.name)=\(figure.value.text)"
            }
        }
        return merged.joined(separator: ",")
    }

    private typealias Table = [(name: String, value: FixedNumber)]

    private static func read(_ line: String) -> Table? {
        var table: Table = []
        for figure in line.split(separator: ",") {
            let parts = figure.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, let value = FixedNumber(String(parts[1])) else { return nil }
            table.append((String(parts[0]), value))
        }
        return table.isEmpty ? nil : table
    }

    private static func add(_ table: Table, to sums: inout Table) {
        for figure in table {
            if let index = sums.firstIndex(where: { $0.name == figure.name }) {
                sums[index].value = sums[index].value + figure.value
            } else {
                sums.append(figure)
            }
        }
    }

    /// The mean of a figure, of each server as much as another figure says.
    private static func average(_ name: String, by weight: String, in tables: [Table]) -> Int {
        var total = 0.0
        var weights = 0.0
        for table in tables {
            guard let value = table.first(where: { $0.name == name })?.value.rounded,
                let share = table.first(where: { $0.name == weight })?.value.rounded
            else { continue }
            total += Double(value) * Double(share)
            weights += Double(share)
        }
        let mean = weights > 0 ? total / weights : 0
        return mean.isFinite && mean < 1e15 ? Int(mean) : 0
    }

    private static func quotient(_ above: Int, _ below: Int) -> FixedNumber {
        guard below > 0 else { return FixedNumber(units: 0, digits: 2) }
        return FixedNumber(units: Int(Double(above) / Double(below) * 100), digits: 2)
    }
}
