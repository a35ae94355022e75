import CLibev

/// Calls a closure on the loop's thread after the process received a signal.
///
/// For the main loop: libev lets only one loop at a time watch a given signal, and worker threads
/// block all signals.
@safe
public final class SignalWatcher {
    private let loop: EventLoop
    private let watcher: UnsafeMutablePointer<ev_signal>
    private var body: (() -> Void)?

    /// Catches `signal` (SIGTERM, SIGHUP, …) from now on; several that arrive together may become
    /// one call.
    public init(_ loop: EventLoop, signal: Int32, _ body: @escaping () -> Void) {
        self.loop = loop
        self.body = body
        unsafe watcher = .allocate(capacity: 1)
        unsafe watcher.initialize(to: ev_signal())
        let this = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe clibev_signal_init(
            watcher,
            { _, watcher, _ in
                guard let owner = unsafe watcher?.pointee.data else { return }
                unsafe Unmanaged<SignalWatcher>.fromOpaque(owner).takeUnretainedValue().body?()
            }, signal, this)
        unsafe ev_signal_start(loop.raw, watcher)
    }

    deinit {
        cancel()
        unsafe watcher.deallocate()
    }

    /// Stops for good, gives the signal its default meaning back, and lets go of the closure.
    public func cancel() {
        unsafe ev_signal_stop(loop.raw, watcher)
        body = nil
    }
}

@available(*, unavailable)
extension SignalWatcher: Sendable {}
