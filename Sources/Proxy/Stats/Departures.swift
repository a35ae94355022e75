internal import Reactor

/// Replies that were handed to their clients in this turn, whose latencies are counted when they
/// are sent.
///
/// All clients' replies of a turn are sent one after the other at its end, and a clock read for
/// each of them would be the dearest part of the figure; one for every few sends is as good.
/// Requests come and go in batches, so many replies of a turn have taken equally long at one
/// server: these are one entry with a count.
///
/// The replies to a pipeline may wait for others over several turns. Their send is opened with the
/// first of them and closed when it happens; until then their entries stay.
@safe struct Departures: ~Copyable {
    /// Eight sends take some 40 µs, which is little against a turn with so many.
    private static let sendsPerStampShift: UInt32 = 3
    /// More entries than this are not kept room for: one huge turn must not pin its memory for
    /// ever.
    private static let mostKept = 1024
    /// Sixteen servers of four classes.
    private static let lanes: UInt32 = 64

    /// What a reply leaves with.
    struct Send: BitwiseCopyable, Equatable {
        /// Marks the sends that did not wait for the turn's end.
        fileprivate static let early: UInt32 = 1 << 31
        /// Marks those that may be in a later turn.
        fileprivate static let open: UInt32 = 1 << 30

        /// Which of the turn's stamps is its own; of an open send, its place in `opened`.
        fileprivate let stamp: UInt32

        /// The send of this turn that so many others are before.
        @inline(__always)
        init(behind others: Int) {
            stamp = UInt32(truncatingIfNeeded: others) >> Departures.sendsPerStampShift
        }

        @inline(__always)
        fileprivate init(stamp: UInt32) { self.stamp = stamp }

        /// Whether it may be in a later turn.
        @inline(__always)
        var isOpen: Bool { stamp & Self.open != 0 }

        fileprivate var place: Int { Int(stamp & ~Self.open) }
    }

    /// Replies alike.
    struct Entry: BitwiseCopyable {
        let visit: Visit
        /// When their requests were complete, on the worker's clock.
        let receivedAt: UInt32
        let send: Send
        var times: Int32 = 1
    }

    /// The replies that left in a turn.
    struct Turn: BitwiseCopyable {
        var replies = 0
        /// How long they took, added up.
        var microseconds = 0
    }

    private var entries: UnsafeMutablePointer<Entry>
    private var capacity = Self.mostKept
    private var count = 0
    /// For each lane, the newest entry of a server and class: a client's replies are released in
    /// the order of its requests, which go to several servers in turn.
    private var newest: [64 of Int32] = .init(repeating: 0)
    private var turn = Turn()
    /// When every eighth send had ended, on the worker's clock.
    private var stamps: [UInt32] = []
    /// The same of the sends that did not wait for the turn's end, and how many these are.
    private var earlyStamps: [UInt32] = []
    private var earlySends: UInt32 = 0
    /// Of each open send, which send of this turn it was; nil: not yet.
    private var opened: [Send?] = []
    /// The places in `opened` that are free, and those that will be once this turn is counted.
    private var freePlaces: [UInt32] = []
    private var closedPlaces: [UInt32] = []

    init() { unsafe entries = .allocate(capacity: capacity) }

    deinit { unsafe entries.deallocate() }

    // MARK: - Sends over several turns

    /// Opens a send; whoever does must close it.
    mutating func open() -> Send {
        if let place = freePlaces.popLast() { return Send(stamp: place | Send.open) }
        opened.append(nil)
        return Send(stamp: UInt32(truncatingIfNeeded: opened.count - 1) | Send.open)
    }

    /// It happens now, as that send of this turn.
    mutating func close(_ open: Send, as send: Send) {
        opened[open.place] = send
        closedPlaces.append(UInt32(truncatingIfNeeded: open.place))
    }

    private mutating func freeClosed() {
        for place in closedPlaces {
            opened[Int(place)] = nil
            freePlaces.append(place)
        }
        closedPlaces.removeAll(keepingCapacity: true)
    }

    // MARK: - Replies

    /// A reply was sent at once.
    @inline(__always)
    mutating func addSent(_ visit: Visit, receivedAt: UInt32) {
        add(
            visit, receivedAt: receivedAt,
            Send(stamp: earlySends >> Self.sendsPerStampShift | Send.early))
        earlySends &+= 1
        if earlySends & (1 << Self.sendsPerStampShift - 1) == 0 {
            earlyStamps.append(Worker.clock())
        }
    }

    /// A reply is with its client, to leave with that send.
    @inline(__always)
    mutating func add(_ visit: Visit, receivedAt: UInt32, _ send: Send) {
        let lane = Int(visit.slot.number & (Self.lanes - 1))
        // One of an earlier turn, which may be there still, is behind `count` or is not alike.
        let candidate = Int(newest[lane])
        let entry = unsafe entries + candidate
        if candidate < count, unsafe entry.pointee.visit == visit,
            unsafe entry.pointee.receivedAt == receivedAt, unsafe entry.pointee.send == send
        {
            unsafe entry.pointee.times &+= 1
        } else {
            append(Entry(visit: visit, receivedAt: receivedAt, send: send), lane)
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

    /// Everything is sent but what waits for others: counts it.
    mutating func count(in cells: LatencyCells) {
        guard count > 0 else { return endStamps() }
        stamps.append(Worker.clock())
        endEarly()
        var kept = 0
        for index in 0..<count {
            let entry = unsafe entries[index]
            if let time = time(of: entry.send) {
                count(entry, leavingAt: time, in: cells)
            } else {
                unsafe entries[kept] = entry
                kept &+= 1
            }
        }
        count = kept
        endStamps()
        if count == 0 { giveBackMemory() }
    }

    private mutating func endStamps() {
        // Asking costs less than emptying what is empty.
        if !stamps.isEmpty { stamps.removeAll(keepingCapacity: true) }
        if !earlyStamps.isEmpty { earlyStamps.removeAll(keepingCapacity: true) }
        earlySends = 0
        if !closedPlaces.isEmpty { freeClosed() }
    }

    private mutating func giveBackMemory() {
        guard capacity > Self.mostKept else { return }
        unsafe entries.deallocate()
        capacity = Self.mostKept
        unsafe entries = .allocate(capacity: capacity)
    }

    /// When it happened; nil: not yet.
    private func time(of send: Send) -> UInt32? {
        if send.stamp >= Send.early { return earlyStamps[Int(send.stamp ^ Send.early)] }
        guard let send = send.isOpen ? opened[send.place] : send else { return nil }
        // A client that was closed meanwhile may tell of an earlier turn's sends.
        return stamps[min(Int(send.stamp), stamps.count - 1)]
    }

    /// The turn is over.
    mutating func endTurn() -> Turn {
        defer { turn = Turn() }
        return turn
    }

    @inline(__always)
    private mutating func count(_ entry: Entry, leavingAt stamp: UInt32, in cells: LatencyCells) {
        let slot = entry.visit.slot
        let times = Int(entry.times)
        let total = stamp &- entry.receivedAt
        turn.replies &+= times
        turn.microseconds &+= Int(total) &* times
        let atServer = min(total, entry.visit.microseconds)
        cells.add(total, times: times, to: .total, of: slot)
        cells.add(total &- atServer, times: times, to: .proxy, of: slot)
        // Each part was counted when its reply came, at its own server.
        if slot.isSplit { cells.add(atServer, times: times, to: .server, of: slot) }
    }
}
