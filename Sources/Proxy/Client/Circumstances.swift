/// What is unusual about a client just now.
///
/// One word, so that a request and a reply of a client in no such state ask once and not nine
/// times: 45 instructions of a GET.
struct Circumstances: OptionSet, BitwiseCopyable {
    let rawValue: UInt16

    /// The end of what the client sends was seen: its half of the connection is closed, or a
    /// protocol error.
    static var finished: Self { Self(rawValue: 1 << 0) }
    /// Complete requests wait in the input because of a bound.
    static var heldBack: Self { Self(rawValue: 1 << 1) }
    /// The proxy shuts down: what has come is still parsed, and no more is read.
    static var draining: Self { Self(rawValue: 1 << 2) }
    /// The last words are sent, and only the client's own end is awaited.
    static var lingering: Self { Self(rawValue: 1 << 3) }
    /// The socket takes no more bytes for now.
    static var blocked: Self { Self(rawValue: 1 << 4) }
    static var closed: Self { Self(rawValue: 1 << 5) }
    /// The input is one block for a large request that is read into it directly.
    static var ownsBlock: Self { Self(rawValue: 1 << 6) }
    /// A large request is being sent on while it arrives.
    static var uploading: Self { Self(rawValue: 1 << 7) }
    /// One request at a time is taken.
    static var alone: Self { Self(rawValue: 1 << 8) }
    /// Server connections are not read from until the client has read more.
    static var blocking: Self { Self(rawValue: 1 << 9) }
    /// The last request was so large that it went on within the kernel, as the next one may.
    static var sendsLarge: Self { Self(rawValue: 1 << 10) }

    /// Whether one of these is the case.
    @inline(__always)
    subscript(one: Self) -> Bool {
        get { !isDisjoint(with: one) }
        set {
            if newValue {
                formUnion(one)
            } else {
                subtract(one)
            }
        }
    }
}
