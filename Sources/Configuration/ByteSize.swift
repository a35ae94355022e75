/// Numbers of bytes as people write them: 65536, 64kb, 512mb, 1gb, in multiples of 1024 as Redis
/// counts.
enum ByteSize {
    /// No machine holds more.
    static let maximum = 1 << 40

    /// What a size looks like, for messages.
    static let form = "use bytes such as 65536, 512kb, 64mb or 1gb, up to 1024gb"

    /// The larger first: "b" ends every one of them.
    private static let units: [(suffix: String, bytes: Int)] = [
        ("kb", 1 << 10), ("mb", 1 << 20), ("gb", 1 << 30), ("b", 1),
    ]

    /// The bytes that `text` says; nil if it is not a size, or beyond `maximum`.
    static func bytes(_ text: String) -> Int? {
        let word = text.lowercased()
        let unit = units.first { word.hasSuffix($0.suffix) }
        guard let count = decimal(word.utf8.dropLast(unit?.suffix.utf8.count ?? 0)) else {
            return nil
        }
        let (bytes, isTooMuch) = count.multipliedReportingOverflow(by: unit?.bytes ?? 1)
        return isTooMuch || bytes > maximum ? nil : bytes
    }
}
