import CEpoll
import Glibc

/// A level-triggered epoll instance; each descriptor is registered under a number of ours.
@safe struct Epoll: ~Copyable {
    private let descriptor: Int32
    private var events: [epoll_event]

    /// Events taken from the kernel at once; the rest come with the next call.
    private static let batch = 256

    init() throws(SystemError) {
        unsafe events = Array(repeating: epoll_event(), count: Self.batch)
        descriptor = epoll_create1(0)
        guard descriptor >= 0 else { throw SystemError("epoll_create1") }
    }

    deinit {
        close(descriptor)
    }

    func add(_ target: Int32, as number: Int) throws(SystemError) {
        try control(EPOLL_CTL_ADD, target, number, writable: false)
    }

    /// Also reports (or no longer) when `target` can be written to.
    func watch(_ target: Int32, as number: Int, writable: Bool) throws(SystemError) {
        try control(EPOLL_CTL_MOD, target, number, writable: writable)
    }

    private func control(
        _ operation: Int32, _ target: Int32, _ number: Int, writable: Bool
    ) throws(SystemError) {
        var event = unsafe epoll_event()
        unsafe event.events = EPOLLIN.rawValue | (writable ? EPOLLOUT.rawValue : 0)
        unsafe event.data.u64 = UInt64(number)
        guard unsafe epoll_ctl(descriptor, operation, target, &event) == 0 else {
            throw SystemError("epoll_ctl")
        }
    }

    /// Waits for events, for so long at most; returns how many `number(at:)` has.
    mutating func wait(nanoseconds: UInt64) throws(SystemError) -> Int {
        var limit = timespec(
            tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        // Milliseconds, which epoll_wait counts in, are longer than requests are apart.
        let count = unsafe epoll_pwait2(descriptor, &events, Int32(Self.batch), &limit, nil)
        guard count >= 0 || errno == EINTR else { throw SystemError("epoll_pwait2") }
        return max(0, Int(count))
    }

    /// Under which number the descriptor of the event at `index` was registered.
    func number(at index: Int) -> Int {
        unsafe Int(events[index].data.u64)
    }
}

/// Lets the kernel end waits on time, not up to 50 µs later to save wake-ups.
func sharpenTimers() {
    let file = unsafe open("/proc/self/timerslack_ns", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    _ = unsafe write(file, "1", 1)
    close(file)
}
