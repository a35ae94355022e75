/// What an opcode of memcached's binary protocol asks for; the quiet ones are told apart in the
/// request.
public enum MemcachedBinaryOperation: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    case get
    case getAndTouch
    case touch
    case set
    case add
    case replace
    case append
    case prepend
    case delete
    case increment
    case decrement
    case noop
    case version
    case statistics
    case flush
    case quit

    /// The operation of an opcode, whether it is a quiet one, and whether its answer has the key;
    /// nil if memcached knows none, or only with authentication (0x20 to 0x22).
    static func of(
        _ opcode: UInt8
    ) -> (operation: MemcachedBinaryOperation, isQuiet: Bool, returnsKey: Bool)? {
        switch opcode {
        case 0x00: (.get, false, false)
        case 0x01: (.set, false, false)
        case 0x02: (.add, false, false)
        case 0x03: (.replace, false, false)
        case 0x04: (.delete, false, false)
        case 0x05: (.increment, false, false)
        case 0x06: (.decrement, false, false)
        case 0x07: (.quit, false, false)
        case 0x08: (.flush, false, false)
        case 0x09: (.get, true, false)
        case 0x0a: (.noop, false, false)
        case 0x0b: (.version, false, false)
        case 0x0c: (.get, false, true)
        case 0x0d: (.get, true, true)
        case 0x0e: (.append, false, false)
        case 0x0f: (.prepend, false, false)
        case 0x10: (.statistics, false, false)
        case 0x11: (.set, true, false)
        case 0x12: (.add, true, false)
        case 0x13: (.replace, true, false)
        case 0x14: (.delete, true, false)
        case 0x15: (.increment, true, false)
        case 0x16: (.decrement, true, false)
        case 0x17: (.quit, true, false)
        case 0x18: (.flush, true, false)
        case 0x19: (.append, true, false)
        case 0x1a: (.prepend, true, false)
        case 0x1c: (.touch, false, false)
        case 0x1d: (.getAndTouch, false, false)
        case 0x1e: (.getAndTouch, true, false)
        case 0x23: (.getAndTouch, false, true)
        case 0x24: (.getAndTouch, true, true)
        default: nil
        }
    }

    /// Whether a request may have so many bytes of extras, key and value: memcached closes after
    /// one that has others.
    func takes(extras: Int, key: Int, value: Int) -> Bool {
        switch self {
        case .get, .delete: extras == 0 && key > 0 && value == 0
        case .getAndTouch, .touch: extras == 4 && key > 0 && value == 0
        case .set, .add, .replace: extras == 8 && key > 0
        case .append, .prepend: extras == 0 && key > 0
        case .increment, .decrement: extras == 20 && key > 0 && value == 0
        case .noop, .version, .quit: extras == 0 && key == 0 && value == 0
        case .flush: (extras == 0 || extras == 4) && key == 0 && value == 0
        case .statistics: extras == 0 && value == 0
        }
    }

    /// The meta command that does it; `metaNoop` for what is no command for a key.
    public var command: MemcachedCommand {
        switch self {
        case .get, .getAndTouch, .touch: .metaGet
        case .set, .add, .replace, .append, .prepend: .metaSet
        case .delete: .metaDelete
        case .increment, .decrement: .metaArithmetic
        case .noop, .quit: .metaNoop
        case .version: .version
        case .statistics: .stats
        case .flush: .flushAll
        }
    }
}
