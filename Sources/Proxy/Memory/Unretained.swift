/// A reference to an object that somebody else keeps for as long as it is used.
///
/// Taking a class reference from an array or a variable counts it up and down again, 40
/// instructions in all, because it might be replaced meanwhile. On the path of a request nothing
/// is: servers live as long as their pool, and clients and server connections to the end of the
/// turn in which they end (`Worker.keepForThisTurn`).
@safe struct Unretained<Object: AnyObject>: BitwiseCopyable {
    private let reference: Unmanaged<Object>

    @inline(__always)
    init(_ object: Object) { unsafe reference = .passUnretained(object) }

    @inline(__always)
    init(_ object: Unmanaged<Object>) { unsafe reference = object }

    /// Calls `body` with the object, which must not go away meanwhile.
    @inline(__always)
    func use<Result>(_ body: (Object) -> Result) -> Result {
        unsafe reference._withUnsafeGuaranteedRef(body)
    }
}
