/// Something that kept a test from being carried out, in words for its log.
public struct KitError: Error, CustomStringConvertible {
    /// What went wrong.
    public let description: String

    /// An error with the given words.
    public init(_ description: String) {
        self.description = description
    }
}
