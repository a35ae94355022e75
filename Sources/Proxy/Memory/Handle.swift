/// A reference to an object of a `SlotTable` that may be gone by the time it is used.
struct Handle: BitwiseCopyable, Hashable {
    var index: UInt32
    /// The slot's count of uses; a handle from an earlier use finds nobody.
    var generation: UInt32

    /// Refers to nobody, ever: generations of slots are odd while in use.
    static let nobody = Handle(index: 0, generation: 0)
}
