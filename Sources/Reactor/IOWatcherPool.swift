/// Watchers that wait for their next descriptor, so that beginning and ending a connection
/// allocates nothing for it.
///
/// Belongs to its loop's thread. What waits is bounded; the rest is released.
@safe
public final class IOWatcherPool {
    /// A few batches of accepted connections may end before others come. Each that waits may keep a
    /// page or two of freed memory from the system: a megabyte at most, for so many.
    private static let mostWaiting = 128

    private let loop: EventLoop
    private var waiting: [IOWatcher] = []

    /// An empty pool.
    public init(_ loop: EventLoop) { self.loop = loop }

    /// A watcher of `descriptor` that is stopped until `watch` is called, and then calls `function`
    /// with `owner`.
    ///
    /// The owner must outlive the call, also if it ends what it is for, and has to give the watcher
    /// back when it ends.
    @unsafe
    public func take(
        _ descriptor: Int32, owner: UnsafeMutableRawPointer,
        _ function: @escaping IOWatcher.Function
    ) -> IOWatcher {
        let watcher = waiting.popLast() ?? IOWatcher(of: loop)
        unsafe watcher.adopt(descriptor, owner: owner, function)
        return watcher
    }

    /// Releases those that wait.
    public func freeWaiting() { waiting.removeAll() }

    /// Stops a watcher and takes it back, also inside its own call.
    public func give(_ watcher: IOWatcher) {
        watcher.cancel()
        if waiting.count < Self.mostWaiting { waiting.append(watcher) }
    }
}

@available(*, unavailable)
extension IOWatcherPool: Sendable {}
