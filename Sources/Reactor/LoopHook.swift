import CLibev

/// Runs in every turn of the loop, before or after it waits.
///
/// Before waiting is the place to flush once what all callbacks of a turn produced. Several hooks
/// of one moment run latest first.
@safe
public final class LoopHook {
    /// When in the turn a hook runs.
    public enum Moment: Sendable {
        /// After all callbacks of a turn, before the loop asks the kernel for more events.
        case beforeWaiting
        /// Right after the kernel answered, before the callbacks.
        case afterWaiting
    }

    @safe
    private enum Watcher {
        case before(UnsafeMutablePointer<ev_prepare>)
        case after(UnsafeMutablePointer<ev_check>)
    }

    private let loop: EventLoop
    private let watcher: Watcher
    private var body: (() -> Void)?

    /// A hook that runs from now on until it is cancelled or released.
    public init(_ loop: EventLoop, _ moment: Moment, _ body: @escaping () -> Void) {
        self.loop = loop
        self.body = body
        switch moment {
        case .beforeWaiting:
            let prepare = UnsafeMutablePointer<ev_prepare>.allocate(capacity: 1)
            unsafe prepare.initialize(to: ev_prepare())
            unsafe watcher = .before(prepare)
        case .afterWaiting:
            let check = UnsafeMutablePointer<ev_check>.allocate(capacity: 1)
            unsafe check.initialize(to: ev_check())
            unsafe watcher = .after(check)
        }
        start()
    }

    deinit {
        cancel()
        switch watcher {
        case .before(let prepare): unsafe prepare.deallocate()
        case .after(let check): unsafe check.deallocate()
        }
    }

    private func start() {
        let this = unsafe Unmanaged.passUnretained(self).toOpaque()
        switch watcher {
        case .before(let prepare):
            unsafe clibev_prepare_init(
                prepare, { _, watcher, _ in unsafe LoopHook.run(watcher?.pointee.data) }, this)
            unsafe ev_prepare_start(loop.raw, prepare)
        case .after(let check):
            // One below the loop's own check, which renews the clock.
            unsafe clibev_check_init(
                check, { _, watcher, _ in unsafe LoopHook.run(watcher?.pointee.data) }, this,
                CLIBEV_FIRST - 1)
            unsafe ev_check_start(loop.raw, check)
        }
    }

    private static func run(_ owner: UnsafeMutableRawPointer?) {
        guard let owner = unsafe owner else { return }
        unsafe Unmanaged<LoopHook>.fromOpaque(owner).takeUnretainedValue().body?()
    }

    /// Stops for good and lets go of the closure; also inside the closure itself.
    public func cancel() {
        switch watcher {
        case .before(let prepare): unsafe ev_prepare_stop(loop.raw, prepare)
        case .after(let check): unsafe ev_check_stop(loop.raw, check)
        }
        body = nil
    }
}

@available(*, unavailable)
extension LoopHook: Sendable {}
