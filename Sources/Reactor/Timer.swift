import CLibev

/// Calls a closure once after a while, or again and again.
///
/// A timer may be started, stopped, cancelled or released inside its own callback.
@safe
public final class Timer {
    private let loop: EventLoop
    private let watcher: UnsafeMutablePointer<ev_timer>
    private var body: (() -> Void)?

    /// A timer that is stopped until one of the `start` methods is called.
    public init(_ loop: EventLoop, _ body: @escaping () -> Void) {
        self.loop = loop
        self.body = body
        unsafe watcher = .allocate(capacity: 1)
        unsafe watcher.initialize(to: ev_timer())
        let this = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe clibev_timer_init(
            watcher,
            { _, watcher, _ in
                guard let owner = unsafe watcher?.pointee.data else { return }
                unsafe Unmanaged<Timer>.fromOpaque(owner).takeUnretainedValue().body?()
            }, this)
    }

    deinit {
        unsafe ev_timer_stop(loop.raw, watcher)
        unsafe watcher.deallocate()
    }

    /// Fires once, that many milliseconds from now (0: in the loop's next turn); replaces an
    /// earlier start.
    public func start(afterMilliseconds milliseconds: Int) {
        start(after: milliseconds, repeating: 0)
    }

    /// Fires every so many milliseconds (at least 1), first after one such interval; replaces an
    /// earlier start.
    public func start(everyMilliseconds milliseconds: Int) {
        let interval = max(milliseconds, 1)
        start(after: interval, repeating: interval)
    }

    private func start(after: Int, repeating: Int) {
        unsafe ev_timer_stop(loop.raw, watcher)
        // libev counts from the time it saw when this turn began; a long turn would make the timer
        // early.
        unsafe ev_now_update(loop.raw)
        unsafe clibev_timer_set(watcher, Double(max(after, 0)) / 1000, Double(repeating) / 1000)
        unsafe ev_timer_start(loop.raw, watcher)
    }

    /// Stops the timer; if it was due in this turn and not yet called, it is not called any more.
    public func stop() {
        unsafe ev_timer_stop(loop.raw, watcher)
    }

    /// Stops for good and lets go of the closure and of what it holds.
    public func cancel() {
        stop()
        body = nil
    }

    /// Whether a call is still to come; false inside the callback of a one-shot timer.
    public var isActive: Bool { unsafe clibev_timer_is_active(watcher) != 0 }
}

@available(*, unavailable)
extension Timer: Sendable {}
