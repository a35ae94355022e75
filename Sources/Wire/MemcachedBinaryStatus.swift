/// How a binary request ended.
public enum MemcachedBinaryStatus: UInt16, BitwiseCopyable, Sendable, CaseIterable {
    case success = 0x00
    case notFound = 0x01
    case exists = 0x02
    case tooLarge = 0x03
    case invalidArguments = 0x04
    case notStored = 0x05
    case notNumeric = 0x06
    case notPermitted = 0x20
    case unknownCommand = 0x81
    case outOfMemory = 0x82
    case internalError = 0x84

    /// What memcached says, as the body of the response.
    public var text: String {
        switch self {
        case .success: ""
        case .notFound: "Not found"
        case .exists: "Data exists for key."
        case .tooLarge: "Too large."
        case .invalidArguments: "Invalid arguments"
        case .notStored: "Not stored."
        case .notNumeric: "Non-numeric server-side value for incr or decr"
        case .notPermitted: "Auth failure."
        case .unknownCommand: "Unknown command"
        case .outOfMemory: "Out of memory"
        case .internalError: "Internal error"
        }
    }
}
