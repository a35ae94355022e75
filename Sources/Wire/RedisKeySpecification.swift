/// One rule by which Redis 7 finds keys, as COMMAND INFO tells it: where the search begins, and how
/// many there are from there on.
struct RedisKeySpecification {
    private enum Begin {
        case index(Int)
        case keyword(String, from: Int)
        case unknown
    }

    private enum Find {
        case range(last: Int, step: Int, limit: Int)
        case counted(at: Int, first: Int, step: Int)
        case unknown
    }

    /// What the command does with these keys.
    let flags: [String]
    private let begin: Begin
    private let find: Find

    /// Reads it as the manual writes it: `RO access@1:0,1,0`.
    init(_ text: Substring) {
        let halves = text.split(separator: "@")
        precondition(halves.count == 2, "a key specification has not two halves")
        flags = halves[0].split(separator: " ").map(String.init)
        let rule = halves[1]
        guard let mark = rule.firstIndex(where: { $0 == ":" || $0 == "#" }) else {
            (begin, find) = (.unknown, .unknown)
            return
        }
        let place = rule[..<mark].split(separator: ",")
        begin =
            place.count == 2
            ? .keyword(String(place[0]), from: Int(place[1]) ?? 0) : .index(Int(place[0]) ?? 0)
        let numbers = rule[rule.index(after: mark)...].split(separator: ",").map { Int($0) ?? 0 }
        find =
            rule[mark] == ":"
            ? .range(last: numbers[0], step: numbers[1], limit: numbers[2])
            : .counted(at: numbers[0], first: numbers[1], step: numbers[2])
    }

    // MARK: - Telling it

    /// The map that COMMAND INFO has of it.
    func description(inRESP3: Bool) -> [UInt8] {
        func map(_ pairs: [(String, [UInt8])]) -> [UInt8] {
            var map = RedisMap(inRESP3: inRESP3)
            for (key, value) in pairs { map.add(key, value) }
            return map.reply
        }
        func step(_ type: String, _ specification: [(String, [UInt8])]) -> [UInt8] {
            map([("type", RedisReply.bulk(type)), ("spec", map(specification))])
        }
        let number: (Int) -> [UInt8] = { RedisReply.integer($0) }
        let search =
            switch begin {
            case .index(let index): step("index", [("index", number(index))])
            case .keyword(let word, let start):
                step("keyword", [("keyword", RedisReply.bulk(word)), ("startfrom", number(start))])
            case .unknown: step("unknown", [])
            }
        let finding =
            switch find {
            case .range(let last, let keyStep, let limit):
                step(
                    "range",
                    [
                        ("lastkey", number(last)), ("keystep", number(keyStep)),
                        ("limit", number(limit)),
                    ])
            case .counted(let index, let first, let keyStep):
                step(
                    "keynum",
                    [
                        ("keynumidx", number(index)), ("firstkey", number(first)),
                        ("keystep", number(keyStep)),
                    ])
            case .unknown: step("unknown", [])
            }
        let names =
            RedisReply.setHeader(count: flags.count, inRESP3: inRESP3)
            + flags.flatMap { RedisReply.status($0) }
        return map([("flags", names), ("begin_search", search), ("find_keys", finding)])
    }

    // MARK: - Using it

    /// Whether the argument at that index is one of its keys; `words` are the whole request's.
    func covers(_ index: Int, of words: [[UInt8]]) -> Bool {
        guard let start = start(in: words), index >= start else { return false }
        switch find {
        case .range(let last, let step, let limit):
            return index <= end(last, limit, from: start, words.count)
                && (index - start) % step == 0
        case .counted(let offset, let first, let step):
            guard start + offset < words.count,
                let count = Int(String(decoding: words[start + offset], as: UTF8.self))
            else { return false }
            let from = start + first
            return index >= from && index < from + count * step && (index - from) % step == 0
        case .unknown:
            return false
        }
    }

    private func start(in words: [[UInt8]]) -> Int? {
        switch begin {
        case .index(let index): return index
        case .keyword(let word, let from):
            let wanted = word.lowercased()
            let isWord: (Int) -> Bool = {
                String(decoding: words[$0], as: UTF8.self).lowercased() == wanted
            }
            let found =
                from >= 0
                ? words.indices.dropFirst(from).first(where: isWord)
                : words.indices.dropLast(-from - 1).last(where: isWord)
            return found.map { $0 + 1 }
        case .unknown: return nil
        }
    }

    /// A last key at or above 0 counts from the first one; below, from the end of the request, and
    /// then a limit of 2 halves what is there.
    private func end(_ last: Int, _ limit: Int, from start: Int, _ count: Int) -> Int {
        if last >= 0 { return start + last }
        if limit > 1 { return start + (count - start) / limit - 1 }
        return count + last
    }
}
