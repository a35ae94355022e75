internal import Reactor

/// Replies that were handed to their clients in this turn, whose latencies are counted when they
/// are sent.
///
/// All clients' replies of a turn are sent one after the other at its end, and a clock read for
/// each of them would be the dearest part of the figure; one for every few sends is as good.
/// Requests come and go in batches, so many replies of a turn have taken equally long at one
/// server: these are one entry with a count.
@safe struct Departures: ~Copyable {
    /// Eight sends take some 40 µs, which is little against a turn with so many.
    private static let sendsPerStampShift: UInt32 = 3
    /// More entries than this are not kept room for: one huge turn must not pin its memory for
    /// ever.
    private static let mostKept = 1024
    /// Sixteen servers of four classes.
    private static let lanes: UInt32 = 64

    /// Replies alike.
    struct Entry: BitwiseCopyable {
        let visit: Visit
        /// When their requests were complete, on the worker's clock.
        let receivedAt: UInt32
        /// Which of the turn's stamps is theirs.
        let stamp: UInt32
        var times: Int32 = 1
    }

    private var entries: UnsafeMutablePointer<Entry>
    private var capacity = Self.mostKept
    private var count = 0
    /// For each lane, the newest entry of a server and class: a client's replies are released in
    /// the order of its requests, which go to several servers in turn.
    private var newest: [64 of Int32] = .init(repeating: 0)
    /// How long this turn's replies took, added up, in microseconds.
    private var microseconds = 0
    /// When every eighth send had ended, on the worker's clock.
    private var stamps: [UInt32] = []
    /// The same of the sends that did not wait for the turn's end, and how many these are.
    private var earlyStamps: [UInt32] = []
    private var earlySends: UInt32 = 0
    /// Marks a stamp as one of these.
    private static let early: UInt32 = 1 << 31

    init() { unsafe entries = .allocate(capacity: capacity) }

    deinit { unsafe entries.deallocate() }

    /// A reply is with its client, to be sent behind so many others.
    @inline(__always)
    mutating func add(_ visit: Visit, receivedAt: UInt32, sendsBefore: UInt32) {
        add(visit, receivedAt: receivedAt, stamp: sendsBefore >> Self.sendsPerStampShift)
    }

    /// A reply was sent at once.
    @inline(__always)
    mutating func addSent(_ visit: Visit, receivedAt: UInt32) {
        add(
            visit, receivedAt: receivedAt,
            stamp: earlySends >> Self.sendsPerStampShift | Self.early)
        earlySends &+= 1
        if earlySends & (1 << Self.sendsPerStampShift - 1) == 0 {
            earlyStamps.append(Worker.clock())
        }
    }

    @inline(__always)
    private mutating func add(_ visit: Visit, receivedAt: UInt32, stamp: UInt32) {
        let lane = Int(visit.slot.number & (Self.lanes - 1))
        // One of an earlier turn, which may be there still, is behind `count` or is not alike.
        let candidate = Int(newest[lane])
        let entry = unsafe entries + candidate
        if candidate < count, unsafe entry.pointee.visit == visit,
            unsafe entry.pointee.receivedAt == receivedAt, unsafe entry.pointee.stamp == stamp
        {
            unsafe entry.pointee.times &+= 1
        } else {
            append(Entry(visit: visit, receivedAt: receivedAt, stamp: stamp), lane)
        }
    }

    private mutating func append(_ entry: Entry, _ lane: Int) {
        if count == capacity { grow() }
        unsafe (entries + count).initialize(to: entry)
        newest[lane] = Int32(truncatingIfNeeded: count)
        count &+= 1
    }

    @inline(never)
    private mutating func grow() {
        let larger = UnsafeMutablePointer<Entry>.allocate(capacity: capacity * 2)
        unsafe larger.moveInitialize(from: entries, count: count)
        unsafe entries.deallocate()
        unsafe entries = larger
        capacity *= 2
    }

    /// What was not sent at once is going to be sent now.
    mutating func endEarly() {
        if Int(earlySends) > earlyStamps.count << Int(Self.sendsPerStampShift) {
            earlyStamps.append(Worker.clock())
        }
    }

    /// So many clients were sent to in this turn.
    @inline(__always)
    mutating func sent(_ sends: Int) {
        if sends & (1 << Int(Self.sendsPerStampShift) - 1) == 0 { stamps.append(Worker.clock()) }
    }

    /// Everything is sent: counts it.
    mutating func count(in cells: LatencyCells) {
        guard count > 0 else { return stamps.removeAll(keepingCapacity: true) }
        stamps.append(Worker.clock())
        endEarly()
        for index in 0..<count {
            let entry = unsafe entries[index]
            count(entry, leavingAt: time(of: entry), in: cells)
        }
        stamps.removeAll(keepingCapacity: true)
        earlyStamps.removeAll(keepingCapacity: true)
        earlySends = 0
        count = 0
        guard capacity > Self.mostKept else { return }
        unsafe entries.deallocate()
        capacity = Self.mostKept
        unsafe entries = .allocate(capacity: capacity)
    }

    private func time(of entry: Entry) -> UInt32 {
        guard entry.stamp < Self.early else { return earlyStamps[Int(entry.stamp ^ Self.early)] }
        // A client that was closed meanwhile may tell of an earlier turn's sends.
        return stamps[min(Int(entry.stamp), stamps.count - 1)]
    }

    /// The turn is over.
    ///
    /// - Returns: how long its replies took, added up, in microseconds.
    mutating func endTurn() -> Int {
        defer { microseconds = 0 }
        return microseconds
    }

    private mutating func count(_ entry: Entry, leavingAt stamp: UInt32, in cells: LatencyCells) {
        let slot = entry.visit.slot
        let times = Int(entry.times)
        let total = stamp &- entry.receivedAt
        microseconds &+= Int(total) &* times
        let atServer = min(total, entry.visit.microseconds)
        cells.add(total, times: times, to: .total, of: slot)
        cells.add(total &- atServer, times: times, to: .proxy, of: slot)
        // Each part was counted when its reply came, at its own server.
        if slot.isSplit { cells.add(atServer, times: times, to: .server, of: slot) }
    }
}
