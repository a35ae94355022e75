import Glibc

/// Tells numeric addresses from names.
enum IPAddress {
    /// The versions of the protocol, which write addresses differently.
    enum Version {
        case four
        case six
    }

    /// The version that `text`, without brackets, is an address of; nil for anything else.
    ///
    /// A link-local address may have its interface behind it: "fe80::1%eth0".
    static func version(of text: String) -> Version? {
        var four = in_addr()
        if unsafe inet_pton(AF_INET, text, &four) == 1 { return .four }
        let parts = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        var six = in6_addr()
        guard let digits = parts.first, parts.count == 1 || !parts[1].isEmpty else { return nil }
        return unsafe inet_pton(AF_INET6, String(digits), &six) == 1 ? .six : nil
    }
}
