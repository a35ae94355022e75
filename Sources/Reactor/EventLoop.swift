import CLibev
import Glibc

/// One libev loop over epoll: it waits for descriptors, timers and wakeups, and calls their owners.
///
/// A loop and all that is attached to it belong to one thread, the one that calls `run`. Everything
/// attached holds its loop, so the loop outlives its watchers, whatever the order in which their
/// owner lets go of them.
///
/// One turn: hooks before waiting, epoll, hooks after waiting, then the callbacks of timers, and of
/// descriptors in the order in which they became ready.
@safe
public final class EventLoop {
    /// libev's side of the loop, for the watchers of this module.
    let raw: OpaquePointer

    /// Reads the clock after each wait; it also keeps `run` from returning for want of watchers.
    private let turn: UnsafeMutablePointer<ev_check>

    /// While it is active, libev does not wait.
    private let looking: UnsafeMutablePointer<ev_idle>

    /// The descriptors that are ready, the first one first, as a list (`IOWatcher.next`). libev has
    /// the latest at the front, so that of two clients the second one's request would go out before
    /// the first one's; it is let through to collect them, and each is called after that.
    var ready: Unmanaged<IOWatcher>?

    /// Milliseconds on the monotonic clock, as of the end of the last wait.
    public private(set) var now: Int64 = 0

    /// The same in microseconds.
    public private(set) var nowMicroseconds: Int64 = 0

    /// Makes a loop; it fails if the process is out of descriptors or memory.
    public init() throws(SystemError) {
        // The environment must not choose another backend, and a timerfd would only notice jumps of
        // the wall clock, which nothing here looks at.
        let flags = UInt32(EVBACKEND_EPOLL | EVFLAG_NOENV | EVFLAG_NOTIMERFD)
        guard let raw = unsafe ev_loop_new(flags) else {
            throw SystemError(call: "epoll_create1")
        }
        unsafe self.raw = raw
        unsafe turn = .allocate(capacity: 1)
        unsafe turn.initialize(to: ev_check())
        unsafe looking = .allocate(capacity: 1)
        unsafe looking.initialize(to: ev_idle())
        unsafe clibev_idle_init(looking) { _, _, _ in }
        let this = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe clibev_check_init(
            turn,
            { _, watcher, _ in
                guard let owner = unsafe watcher?.pointee.data else { return }
                unsafe Unmanaged<EventLoop>.fromOpaque(owner).takeUnretainedValue().refreshNow()
            }, this, CLIBEV_FIRST)
        unsafe ev_check_start(raw, turn)
        unsafe ev_set_userdata(raw, this)
        unsafe ev_set_invoke_pending_cb(raw) { raw in
            unsafe ev_invoke_pending(raw)
            guard let this = unsafe ev_userdata(raw) else { return }
            unsafe Unmanaged<EventLoop>.fromOpaque(this)._withUnsafeGuaranteedRef { $0.callReady() }
        }
        refreshNow()
    }

    deinit {
        unsafe ev_check_stop(raw, turn)
        unsafe turn.deallocate()
        unsafe ev_idle_stop(raw, looking)
        unsafe looking.deallocate()
        unsafe ev_loop_destroy(raw)
    }

    /// Calls the owners of the descriptors that are ready, unless they have come to want something
    /// else.
    private func callReady() {
        while let first = unsafe ready {
            unsafe ready = first._withUnsafeGuaranteedRef { unsafe $0.next }
            unsafe first._withUnsafeGuaranteedRef { $0.callOwner() }
        }
    }

    /// Takes a watcher off the list, since it ends.
    func forget(_ watcher: IOWatcher) {
        let this = unsafe Unmanaged.passUnretained(watcher)
        if unsafe ready?.toOpaque() == this.toOpaque() { return unsafe ready = watcher.next }
        var place = unsafe ready
        while let other = unsafe place?._withUnsafeGuaranteedRef({ unsafe $0.next }) {
            if unsafe other.toOpaque() == this.toOpaque() {
                unsafe place?._withUnsafeGuaranteedRef { unsafe $0.next = watcher.next }
                return
            }
            unsafe place = other
        }
    }

    /// Turns until `stop` is called from a callback.
    public func run() {
        refreshNow()
        unsafe ev_run(raw, 0)
    }

    /// Turns once; with `waiting`, it first waits until there is an event, else it takes only what
    /// is there.
    public func runOnce(waiting: Bool) {
        refreshNow()
        unsafe ev_run(raw, Int32(waiting ? EVRUN_ONCE : EVRUN_NOWAIT))
    }

    /// Whether the loop only looks for events and goes on, instead of waiting for one; at first it
    /// waits.
    public var onlyLooks = false {
        didSet {
            guard onlyLooks != oldValue else { return }
            unsafe onlyLooks ? ev_idle_start(raw, looking) : ev_idle_stop(raw, looking)
        }
    }

    /// Sleeps, so that more events come together in one turn. For a hook before waiting.
    public static func sleep(microseconds: Int) {
        var time = timespec(
            tv_sec: microseconds / 1_000_000, tv_nsec: microseconds % 1_000_000 * 1000)
        // A signal may cut it short, which only makes the batch smaller.
        unsafe _ = nanosleep(&time, nil)
    }

    /// Makes the running `run` return after this turn; for the loop's own thread (others use a
    /// `Wakeup`).
    public func stop() {
        unsafe ev_break(raw, Int32(EVBREAK_ONE))
    }

    /// Reads the clock again, for a caller whose turn took long.
    public func refreshNow() {
        nowMicroseconds = EventLoop.monotonicMicroseconds()
        now = nowMicroseconds / 1000
    }

    /// Microseconds on the monotonic clock, read afresh.
    public static func monotonicMicroseconds() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}

@available(*, unavailable)
extension EventLoop: Sendable {}
