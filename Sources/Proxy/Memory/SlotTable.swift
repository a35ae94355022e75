/// Objects by handle: a handle kept beyond its object's life finds nobody, never somebody else.
///
/// A slot's generation is odd while it is in use. The table keeps the one strong reference to each
/// object; `find` hands out an unmanaged one, valid until the object is removed, so that a reply
/// costs no reference counting.
@safe final class SlotTable<Object: AnyObject> {
    @safe private struct Slot {
        var object: Unmanaged<Object>?
        var generation: UInt32
    }

    private var slots: [Slot] = []
    private var free: [UInt32] = []
    private(set) var count = 0

    deinit {
        for slot in slots { unsafe slot.object?.release() }
    }

    /// Stores the object that `make` builds with its own handle.
    func insert(_ make: (Handle) -> Object) -> Object {
        let index: UInt32
        if let reused = free.popLast() {
            index = reused
        } else {
            index = UInt32(slots.count)
            slots.append(unsafe Slot(object: nil, generation: 0))
        }
        let generation = slots[Int(index)].generation &+ 1
        let object = make(Handle(index: index, generation: generation))
        slots[Int(index)] = unsafe Slot(
            object: Unmanaged.passRetained(object), generation: generation)
        count += 1
        return object
    }

    /// Forgets the object; its handles find nobody from now on.
    func remove(_ handle: Handle) {
        let index = Int(handle.index)
        precondition(slots[index].generation == handle.generation)
        unsafe slots[index].object?.release()
        slots[index] = unsafe Slot(object: nil, generation: handle.generation &+ 1)
        free.append(handle.index)
        count -= 1
    }

    /// The object, if it still lives.
    func find(_ handle: Handle) -> Unmanaged<Object>? {
        let index = Int(handle.index)
        guard index < slots.count, slots[index].generation == handle.generation else {
            return nil
        }
        // A slot in use, as a handle's generation tells, has one.
        return unsafe slots[index].object.unsafelyUnwrapped
    }

    /// Every object that lives now.
    var all: [Object] {
        slots.compactMap { slot in unsafe slot.object?.takeUnretainedValue() }
    }
}
