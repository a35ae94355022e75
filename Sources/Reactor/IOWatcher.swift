import CLibev

/// What a descriptor is ready for, or is watched for.
public struct Readiness: OptionSet, Sendable {
    /// libev's bits.
    public let rawValue: Int32

    /// A set of libev's bits.
    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// Bytes, a connection, the end of the stream or an error can be read.
    public static var readable: Readiness { Readiness(rawValue: Int32(EV_READ)) }

    /// The kernel takes bytes, or a connect has come to its end.
    public static var writable: Readiness { Readiness(rawValue: Int32(EV_WRITE)) }
}

/// Interest in one descriptor, and what to call when it is ready (level-triggered): a closure, or,
/// where each call counts, a function with its owner's address.
///
/// The owner keeps the descriptor open while it is watched, and stops the watcher before closing
/// it. A watcher may be stopped, cancelled or released inside its own callback.
@safe
public final class IOWatcher {
    private let loop: EventLoop
    private let watcher: UnsafeMutablePointer<ev_io>
    private var body: ((Readiness) -> Void)?
    private var function: Function?
    private var owner: UnsafeMutableRawPointer?

    /// What the descriptor is ready for in this turn, until its owner is called, in libev's bits;
    /// and the watcher whose owner is called next.
    private var events: Int32 = 0
    private var isListed = false
    var next: Unmanaged<IOWatcher>?

    /// Takes its owner's address and libev's bits (`Readiness`).
    public typealias Function = @convention(c) (UnsafeMutableRawPointer, Int32) -> Void

    /// What the descriptor is watched for now.
    public private(set) var interest: Readiness = []

    /// A watcher of `descriptor` that is stopped until `watch` is called.
    public init(_ loop: EventLoop, descriptor: Int32, _ body: @escaping (Readiness) -> Void) {
        self.loop = loop
        self.body = body
        unsafe watcher = .allocate(capacity: 1)
        begin(descriptor)
    }

    /// A watcher of nothing, for `adopt`: it calls a function with its owner's address, and counts
    /// no references for it, which is 100 instructions less than a closure that holds its owner, in
    /// each turn of each connection.
    init(of loop: EventLoop) {
        self.loop = loop
        unsafe watcher = .allocate(capacity: 1)
        begin(-1)
    }

    private func begin(_ descriptor: Int32) {
        unsafe watcher.initialize(to: ev_io())
        let this = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe clibev_io_init(
            watcher,
            { _, watcher, events in
                guard let this = unsafe watcher?.pointee.data else { return }
                unsafe Unmanaged<IOWatcher>.fromOpaque(this)._withUnsafeGuaranteedRef {
                    $0.list(events)
                }
            }, descriptor, this)
    }

    /// It is ready: its owner is called before those that were listed earlier.
    private func list(_ events: Int32) {
        self.events = events
        isListed = true
        unsafe next = loop.ready
        unsafe loop.ready = Unmanaged.passUnretained(self)
    }

    /// Calls the owner, if what it is ready for is still wanted.
    func callOwner() {
        isListed = false
        guard events != 0 else { return }
        let events = events
        self.events = 0
        if let function = unsafe function {
            return unsafe function(owner.unsafelyUnwrapped, events)
        }
        let body = body
        body?(Readiness(rawValue: events).intersection([.readable, .writable]))
    }

    /// Begins a life with another descriptor, stopped until `watch` is called.
    func adopt(
        _ descriptor: Int32, owner: UnsafeMutableRawPointer, _ function: @escaping Function
    ) {
        precondition(interest.isEmpty)
        unsafe clibev_io_adopt(watcher, descriptor)
        unsafe self.owner = owner
        unsafe self.function = function
    }

    deinit {
        if isListed { loop.forget(self) }
        unsafe ev_io_stop(loop.raw, watcher)
        unsafe watcher.deallocate()
    }

    /// Watches for `interest` from now on; `[]` stops. Free if nothing changes.
    public func watch(_ interest: Readiness) {
        guard interest != self.interest else { return }
        unsafe ev_io_stop(loop.raw, watcher)
        events = 0
        self.interest = interest
        guard !interest.isEmpty else { return }
        unsafe clibev_io_set(watcher, interest.rawValue)
        unsafe ev_io_start(loop.raw, watcher)
    }

    /// Stops watching; an event of this turn that is still undelivered is dropped.
    public func stop() { watch([]) }

    /// Stops for good and lets go of the closure and of what it holds.
    public func cancel() {
        stop()
        body = nil
        unsafe function = nil
        unsafe owner = nil
    }
}

@available(*, unavailable)
extension IOWatcher: Sendable {}
