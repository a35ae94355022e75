/// A function from a key's bytes to 32 bits; the raw value is its name in the configuration.
///
/// Each gives exactly twemproxy's result on x86, where `char` is signed: six of them
/// (one_at_a_time, the four FNV, hsieh) sign-extend bytes from 0x80 up.
public enum KeyHash: String, CaseIterable, Sendable {
    case oneAtATime = "one_at_a_time"
    case md5
    case crc16
    /// Bits 16 to 30 of CRC-32; poor with ketama.
    case crc32
    /// The standard CRC-32.
    case crc32a
    case fnv64 = "fnv1_64"
    /// twemproxy's default.
    case fnv64a = "fnv1a_64"
    case fnv32 = "fnv1_32"
    case fnv32a = "fnv1a_32"
    case hsieh
    case murmur
    case jenkins

    /// The hash of `key`, which may be empty and of any length.
    public func hash(_ key: Span<UInt8>) -> UInt32 {
        switch self {
        case .oneAtATime: OneAtATime.hash(key)
        case .md5: MD5.hash(key)
        case .crc16: CRC16.hash(key)
        case .crc32: CRC32.fifteenBits(key)
        case .crc32a: CRC32.standard(key)
        case .fnv64: FNV.fnv64(key)
        case .fnv64a: FNV.fnv64a(key)
        case .fnv32: FNV.fnv32(key)
        case .fnv32a: FNV.fnv32a(key)
        case .hsieh: Hsieh.hash(key)
        case .murmur: Murmur.hash(key)
        case .jenkins: Jenkins.hash(key)
        }
    }
}
