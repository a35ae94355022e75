internal import Reactor

extension SocketAddress {
    /// Whether the address means this host, whoever says it: loopback, or none at all.
    var isOfThisHost: Bool {
        switch self {
        case .ipv4(let address, _): Self.isOfThisHost(address)
        case .ipv6(let high, let low, _, _):
            high == 0
                && (low <= 1
                    || low >> 32 == 0xffff
                        && Self.isOfThisHost(UInt32(truncatingIfNeeded: low)))
        case .unix: true
        }
    }

    private static func isOfThisHost(_ address: UInt32) -> Bool {
        address >> 24 == 127 || address == 0
    }
}
