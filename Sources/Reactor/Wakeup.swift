import CLibev
import Synchronization

/// Lets another thread call a closure on this loop's thread: the loop's end of the only door
/// between threads.
///
/// Several calls of `wake` before the loop gets to it become one call of the closure, so the
/// closure empties whatever mailbox it serves.
@safe
public final class Wakeup {
    private let loop: EventLoop
    private let watcher: UnsafeMutablePointer<ev_async>
    private let door: WakeupDoor
    private var body: (() -> Void)?

    /// A wakeup that is ready for its handle's users at once.
    public init(_ loop: EventLoop, _ body: @escaping () -> Void) {
        self.loop = loop
        self.body = body
        unsafe watcher = .allocate(capacity: 1)
        unsafe watcher.initialize(to: ev_async())
        unsafe door = WakeupDoor(loop: loop.raw, watcher: watcher)
        let this = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe clibev_async_init(
            watcher,
            { _, watcher, _ in
                guard let owner = unsafe watcher?.pointee.data else { return }
                unsafe Unmanaged<Wakeup>.fromOpaque(owner).takeUnretainedValue().body?()
            }, this)
        unsafe ev_async_start(loop.raw, watcher)
    }

    deinit {
        cancel()
        unsafe watcher.deallocate()
    }

    /// What the other threads get.
    public var handle: WakeupHandle { WakeupHandle(door: door) }

    /// Stops for good and lets go of the closure; handles that others still hold do nothing from
    /// now on.
    public func cancel() {
        door.close()
        unsafe ev_async_stop(loop.raw, watcher)
        body = nil
    }
}

@available(*, unavailable)
extension Wakeup: Sendable {}

/// The other threads' end of a `Wakeup`. It may outlive the wakeup and its loop, and then does
/// nothing.
public struct WakeupHandle: Sendable {
    fileprivate let door: WakeupDoor

    /// Makes the loop call the wakeup's closure soon; from any thread, any number of times.
    public func wake() { door.knock() }
}

/// What both ends share: the loop's address, for as long as it is good.
private final class WakeupDoor: Sendable {
    /// Unchecked, because ev_async_send is the call of libev that any thread may make.
    @safe
    private struct Target: @unchecked Sendable {
        let loop: OpaquePointer
        let watcher: UnsafeMutablePointer<ev_async>
    }

    private let target: Mutex<Target?>

    init(loop: OpaquePointer, watcher: UnsafeMutablePointer<ev_async>) {
        target = unsafe Mutex(Target(loop: loop, watcher: watcher))
    }

    func knock() {
        // Under the lock, so that the loop's thread cannot take the watcher away meanwhile.
        target.withLock { target in
            if let target { unsafe ev_async_send(target.loop, target.watcher) }
        }
    }

    func close() {
        target.withLock { $0 = nil }
    }
}
