import TestKit

extension StatsDocument {
    /// Names in their order, each with what its value begins with: a text, an object, or a number.
    var fields: [String] {
        text.matches(of: /"([^"]+)": ?(["{]|-?\d)/).map { match in
            let type = match.output.2.last.map { $0.isNumber ? "0" : String($0) } ?? ""
            return "\(match.output.1) \(type)"
        }
    }
}
