import Testing

@testable import Proxy

@Suite struct HeldRepliesTests {
    private let pool = BlockPool()

    @Test func repliesAreThereUntilTheyAreReleased() {
        var held = HeldReplies()
        let words = (0..<100).map { "reply \($0)" }
        let places = words.map { held.add($0, of: 10, from: pool) }

        for number in [50, 0, 99, 1, 98] {
            #expect(places[number].text == words[number])
            held.release(places[number], to: pool)
        }
        for number in Array(2..<50) + Array(51..<98) {
            #expect(places[number].text == words[number])
            held.release(places[number], to: pool)
        }

        #expect(pool.bytesTaken == 0)
    }

    @Test func repliesShareABlock() {
        var held = HeldReplies()

        let places = (0..<16).map { _ in
            held.add(String(repeating: "v", count: 400), of: 16, from: pool)
        }

        #expect(pool.bytesTaken == 8192)
        for place in places { held.release(place, to: pool) }
        #expect(pool.bytesTaken == 0)
    }

    @Test func blockOfTheLastReplyIsFilledOn() {
        var held = HeldReplies()
        let first = held.add("a", of: 100, from: pool)
        let second = held.add("b", of: 100, from: pool)
        held.release(first, to: pool)
        let taken = pool.bytesTaken

        let third = held.add("c", of: 100, from: pool)

        #expect(pool.bytesTaken == taken)
        #expect(second.text == "b" && third.text == "c")
        held.release(third, to: pool)
        held.release(second, to: pool)
        #expect(pool.bytesTaken == 0)
    }

    @Test func longestReplyHasABlock() {
        var held = HeldReplies()
        let long = String(repeating: "l", count: HeldReplies.longest)

        let places = (0..<10).map { _ in held.add(long, of: 4096, from: pool) }

        #expect(places.allSatisfy { $0.text == long })
        for place in places.reversed() { held.release(place, to: pool) }
        #expect(pool.bytesTaken == 0)
    }
}

extension HeldReplies {
    fileprivate mutating func add(
        _ text: String, of others: Int, from pool: BlockPool
    ) -> Place {
        var place = Place()
        unsafe Array(text.utf8).withRawBytes {
            place = unsafe add($0, of: others, from: pool)
        }
        return place
    }
}

extension HeldReplies.Place {
    fileprivate var text: String { unsafe String(decoding: bytes, as: UTF8.self) }
}
