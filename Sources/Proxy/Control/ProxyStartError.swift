/// Why the proxy cannot start, in words for whoever started it.
public struct ProxyStartError: Error, CustomStringConvertible {
    /// The words.
    public let description: String

    init(_ description: String) { self.description = description }
}
