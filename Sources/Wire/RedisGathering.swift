/// How the replies of all servers to one request become the reply of one.
///
/// For requests that concern a server as a whole, and so are rare: it allocates.
public enum RedisGathering: Sendable, Equatable, BitwiseCopyable {
    /// DBSIZE, SCRIPT LOAD's kin that count: the integers are added up.
    case sum
    /// KEYS: the elements of all. No two servers have the same.
    case join
    /// PUBSUB CHANNELS: the elements of all, each once.
    case union
    /// PUBSUB NUMSUB: names and their numbers, which are added up, each with its shift.
    case sumByName
    /// PUBLISH: one server's number, and what it does not count.
    case shifted(Int)
    /// SCRIPT EXISTS: 1 where every server says so.
    case minimum
    /// PUBSUB NUMPAT: the greatest integer, since patterns are subscribed to at every server.
    case maximum
    /// RANDOMKEY: the first that is no null.
    case any
    /// SCRIPT KILL: one success is enough. It does not wait behind what the servers are at work on.
    case success
    /// FLUSHALL, SCRIPT LOAD: all say the same.
    case same
    /// SLOWLOG GET: so many of the newest, of all servers. Their numbers are made unlike each other
    /// by the servers' places.
    case newest(Int)
    /// LATENCY LATEST: of each event the newest time, and the worst of all.
    case events
    /// LATENCY HISTORY: the samples of all in the order of their times.
    case samples
    /// INFO: one page by `RedisInfo`; whether the proxy's own section belongs to it.
    case information(Bool)
    /// SCAN at the server of that index: its cursor is turned into one that names it.
    case scan(ScanCursor)

    /// What has to be known besides the replies; not of the gathering itself, which is plain data
    /// as a part of the command table.
    public struct Circumstances: Sendable {
        /// What no server counts, name by name (`sumByName`); or none.
        public var shifts: [Int]
        /// The places of those who reply among all servers (`newest`).
        public var places: [Int]
        /// How many servers there are.
        public var servers: Int

        /// What nothing but one server's replies needs.
        public init(shifts: [Int] = [], places: [Int] = [], servers: Int = 1) {
            self.shifts = shifts
            self.places = places
            self.servers = servers
        }
    }

    /// The one reply. An error among the replies is it.
    public func merge(
        _ replies: [[UInt8]], isRESP3: Bool, in circumstances: Circumstances = Circumstances()
    ) -> [UInt8] {
        let error = replies.first { RedisReply.isError(in: $0.span) }
        if let error, self != .success { return error }
        switch self {
        case .success:
            return replies.first { !RedisReply.isError(in: $0.span) } ?? error ?? Self.misfit
        case .sum, .maximum:
            let numbers = replies.compactMap { RedisReply.integer(in: $0.span) }
            guard numbers.count == replies.count else { return Self.misfit }
            return RedisReply.integer(self == .sum ? numbers.reduce(0, &+) : numbers.max() ?? 0)
        case .join: return Self.joined(replies)
        case .union: return Self.union(replies)
        case .sumByName: return Self.sumByName(replies, circumstances.shifts)
        case .shifted(let shift):
            guard let number = replies.first.flatMap({ RedisReply.integer(in: $0.span) }) else {
                return Self.misfit
            }
            return RedisReply.integer(max(0, number + shift))
        case .minimum: return Self.minimum(replies)
        case .any:
            let null = isRESP3 ? Array("_\r\n".utf8) : RedisReply.nullBulk
            return replies.first { $0 != null } ?? null
        case .same: return replies.first ?? Self.misfit
        case .newest(let count):
            return Self.newest(count, of: replies, circumstances.places, circumstances.servers)
        case .events: return Self.events(replies)
        case .samples: return Self.samples(replies)
        case .information:
            let page = RedisInfo(merging: replies.compactMap { RedisInfo(reply: $0) })
            return RedisReply.text(Array(page.text.utf8), inRESP3: isRESP3)
        case .scan(let cursor): return replies.first.flatMap(cursor.rewrite) ?? Self.misfit
        }
    }

    private static let misfit = RedisReply.error("ERR servers' replies do not fit together")

    private static func joined(_ replies: [[UInt8]]) -> [UInt8] {
        let headers = replies.compactMap { RedisReply.arrayHeader(in: $0.span) }
        guard headers.count == replies.count else { return misfit }
        var joined = RedisReply.arrayHeader(count: headers.reduce(0) { $0 + $1.count })
        joined.reserveCapacity(joined.count + replies.reduce(0) { $0 + $1.count })
        for (header, reply) in zip(headers, replies) { joined += reply[header.headerLength...] }
        return joined
    }

    private static func union(_ replies: [[UInt8]]) -> [UInt8] {
        var seen: Set<ArraySlice<UInt8>> = []
        var body: [UInt8] = []
        for reply in replies {
            guard let elements = elements(of: reply) else { return misfit }
            for element in elements where seen.insert(element).inserted { body += element }
        }
        return RedisReply.arrayHeader(count: seen.count) + body
    }

    private static func minimum(_ replies: [[UInt8]]) -> [UInt8] {
        let columns = replies.compactMap { elements(of: $0)?.compactMap(number) }
        guard let first = columns.first, columns.allSatisfy({ $0.count == first.count }) else {
            return misfit
        }
        let lowest = columns.dropFirst().reduce(first) { zip($0, $1).map(min) }
        return lowest.reduce(into: RedisReply.arrayHeader(count: lowest.count)) {
            $0 += RedisReply.integer($1)
        }
    }

    private static func sumByName(_ replies: [[UInt8]], _ shifts: [Int]) -> [UInt8] {
        var names: [ArraySlice<UInt8>] = []
        var sums: [Int] = []
        for (round, reply) in replies.enumerated() {
            guard let elements = elements(of: reply), elements.count % 2 == 0,
                round == 0 || elements.count == names.count * 2
            else { return misfit }
            for index in 0..<elements.count / 2 {
                guard let count = number(elements[index * 2 + 1]) else { return misfit }
                if round == 0 {
                    names.append(elements[index * 2])
                    sums.append(count)
                } else {
                    sums[index] += count
                }
            }
        }
        if shifts.count == sums.count { sums = zip(sums, shifts).map { max(0, $0 + $1) } }
        let header = RedisReply.arrayHeader(count: names.count * 2)
        return zip(names, sums).reduce(into: header) { $0 += $1.0 + RedisReply.integer($1.1) }
    }

    private static func newest(
        _ count: Int, of replies: [[UInt8]], _ places: [Int], _ total: Int
    ) -> [UInt8] {
        var entries: [(number: Int, bytes: ArraySlice<UInt8>)] = []
        for (index, reply) in replies.enumerated() {
            guard let records = records([reply], number: 1) else { return misfit }
            let place = index < places.count ? places[index] : index
            entries += records.map { ($0.number, renumbered($0.bytes, place, total)) }
        }
        let sorted = entries.sorted { $0.number > $1.number }
        return array(sorted.prefix(count < 0 ? .max : count).map(\.bytes))
    }

    /// An entry with a number that is no other server's, as the first of its parts.
    private static func renumbered(
        _ entry: ArraySlice<UInt8>, _ place: Int, _ total: Int
    ) -> ArraySlice<UInt8> {
        guard total > 1, var parts = elements(of: Array(entry)), let first = parts.first,
            let own = number(first)
        else { return entry }
        let (product, overflow) = own.multipliedReportingOverflow(by: total)
        guard !overflow else { return entry }
        parts[0] = RedisReply.integer(product &+ place)[...]
        return array(parts)[...]
    }

    private static func samples(_ replies: [[UInt8]]) -> [UInt8] {
        guard let entries = records(replies, number: 0) else { return misfit }
        return array(entries.sorted { $0.number < $1.number }.suffix(mostSamples).map(\.bytes))
    }

    /// As many as a server keeps of an event.
    private static let mostSamples = 160

    private static func events(_ replies: [[UInt8]]) -> [UInt8] {
        var merged: [(name: ArraySlice<UInt8>, time: Int, latest: Int, worst: Int)] = []
        for reply in replies {
            guard let events = elements(of: reply) else { return misfit }
            for event in events {
                guard let parts = elements(of: Array(event)), parts.count >= 4,
                    let time = number(parts[1]), let latest = number(parts[2]),
                    let worst = number(parts[3])
                else { return misfit }
                guard let index = merged.firstIndex(where: { $0.name == parts[0] }) else {
                    merged.append((parts[0], time, latest, worst))
                    continue
                }
                if time > merged[index].time {
                    (merged[index].time, merged[index].latest) = (time, latest)
                }
                merged[index].worst = max(merged[index].worst, worst)
            }
        }
        return merged.reduce(into: RedisReply.arrayHeader(count: merged.count)) {
            $0 += RedisReply.arrayHeader(count: 4) + $1.name
            for number in [$1.time, $1.latest, $1.worst] { $0 += RedisReply.integer(number) }
        }
    }

    /// The arrays in the arrays that the replies are, each with a number of its own; nil if any is
    /// something else.
    private static func records(
        _ replies: [[UInt8]], number index: Int
    ) -> [(number: Int, bytes: ArraySlice<UInt8>)]? {
        var records: [(number: Int, bytes: ArraySlice<UInt8>)] = []
        for reply in replies {
            guard let elements = elements(of: reply) else { return nil }
            for element in elements {
                guard let parts = self.elements(of: Array(element)), parts.count > index,
                    let number = number(parts[index])
                else { return nil }
                records.append((number, element))
            }
        }
        return records
    }

    private static func array(_ elements: [ArraySlice<UInt8>]) -> [UInt8] {
        RedisReply.arrayHeader(count: elements.count) + elements.joined()
    }

    private static func number(_ element: ArraySlice<UInt8>) -> Int? {
        RedisReply.integer(in: Array(element).span)
    }

    /// The elements of an array, a set or a map, in their order; nil if it is none.
    static func elements(of reply: [UInt8]) -> [ArraySlice<UInt8>]? {
        guard let kind = reply.first, "*~%>".utf8.contains(kind) else { return nil }
        let header = ByteScanner.decimalLine(at: 1, in: reply.span)
        guard header.end > 0, header.value <= reply.count else { return nil }
        let count = kind == UInt8(ascii: "%") ? header.value * 2 : header.value
        var elements: [ArraySlice<UInt8>] = []
        var offset = header.end
        for _ in 0..<count {
            guard let length = RedisReply.elementLength(at: offset, in: reply.span) else {
                return nil
            }
            elements.append(reply[offset..<offset + length])
            offset += length
        }
        return elements
    }
}
