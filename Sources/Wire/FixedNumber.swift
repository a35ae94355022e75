/// A decimal number with so many digits behind its point, as servers write shares and seconds.
struct FixedNumber: Sendable, Equatable, Comparable {
    /// The number without its point.
    private let units: Int
    private let digits: Int

    /// What INFO needs: `used_cpu_sys:0.002996`.
    private static let mostDigits = 6

    init(units: Int, digits: Int) {
        self.units = units
        self.digits = digits
    }

    /// The number that a text is, with or without a percent sign; nil if it is none, or longer than
    /// any server writes.
    init?(_ text: String) {
        let number = text.hasSuffix("%") ? text.dropLast() : text[...]
        let parts = number.split(separator: ".", omittingEmptySubsequences: false)
        let digits = parts.count == 2 ? parts[1].utf8.count : 0
        guard parts.count <= 2, digits <= Self.mostDigits, let units = Int(parts.joined()) else {
            return nil
        }
        self.init(units: units, digits: digits)
    }

    var text: String {
        guard digits > 0 else { return "\(units)" }
        let all = "\(units.magnitude)"
        let padded = String(repeating: "0", count: max(0, digits + 1 - all.utf8.count)) + all
        return (units < 0 ? "-" : "") + padded.dropLast(digits) + "." + padded.suffix(digits)
    }

    /// The whole number nearest to 0.
    var rounded: Int { (0..<digits).reduce(units) { value, _ in value / 10 } }

    /// The same number with more digits; what is beyond any number stays at the largest.
    private func units(with digits: Int) -> Int {
        (self.digits..<max(self.digits, digits)).reduce(units) { value, _ in
            let (product, isTooLarge) = value.multipliedReportingOverflow(by: 10)
            return isTooLarge ? (value < 0 ? .min : .max) : product
        }
    }

    static func + (one: FixedNumber, other: FixedNumber) -> FixedNumber {
        let digits = max(one.digits, other.digits)
        let (sum, isTooLarge) = one.units(with: digits)
            .addingReportingOverflow(other.units(with: digits))
        return FixedNumber(units: isTooLarge ? .max : sum, digits: digits)
    }

    static func < (one: FixedNumber, other: FixedNumber) -> Bool {
        let digits = max(one.digits, other.digits)
        return one.units(with: digits) < other.units(with: digits)
    }
}
