import CAres

/// Why a name could not be turned into addresses.
public struct ResolverError: Error, Equatable, Sendable {
    /// What the failure means for the caller.
    public enum Kind: Sendable {
        /// The name servers say that the name, or an address of it, does not exist.
        case notFound
        /// The name servers are of no help: they failed, refused, or sent what they should not.
        /// c-ares 1.18 says of all this that no server could be contacted, whatever they said.
        case noAnswer
        /// No name server answered in time.
        case timeout
        /// It could not be asked: a name that is none, no memory, no descriptors.
        case other
    }

    /// c-ares's status, an `ARES_E…` value.
    public let code: Int32

    /// An error for c-ares's `code`.
    public init(code: Int32) { self.code = code }

    /// The code's meaning.
    public var kind: Kind {
        switch code {
        case ARES_ENODATA, ARES_ENOTFOUND, ARES_ENONAME: .notFound
        case ARES_ESERVFAIL, ARES_EFORMERR, ARES_ENOTIMP, ARES_EREFUSED, ARES_EBADRESP,
            ARES_ECONNREFUSED:
            .noAnswer
        case ARES_ETIMEOUT: .timeout
        default: .other
        }
    }

    /// The reason, ready for the middle of a sentence: "name not found".
    public var message: String {
        switch code {
        case ARES_ENODATA: "name has no address"
        case ARES_ENOTFOUND, ARES_ENONAME: "name not found"
        case ARES_ESERVFAIL: "name server failed"
        case ARES_EREFUSED: "name server refused"
        case ARES_EFORMERR, ARES_ENOTIMP: "name server did not understand"
        case ARES_EBADRESP: "name server's answer is malformed"
        case ARES_ECONNREFUSED: "name server failed"
        case ARES_ETIMEOUT: "timed out"
        case ARES_EBADNAME: "not a host name"
        case ARES_ENOMEM: "out of memory"
        default: "name resolution failed (\(unsafe String(cString: ares_strerror(code))))"
        }
    }
}

extension ResolverError: CustomStringConvertible {
    /// The message.
    public var description: String { message }
}
