import Testing

@testable import Proxy

@Suite struct ByteListTests {
    private let pool = BlockPool()

    @Test func emptyListOwnsNothing() {
        var list = ByteList()

        #expect(list.isEmpty)
        #expect(list.firstArray == [])
        #expect(list.all == [])
        #expect(pool.bytesTaken == 0)
        list.removeAll(to: pool)
    }

    @Test func nothingMayBeAppended() {
        var list = ByteList()

        list.append([], from: pool)
        list.append(contiguous: [], from: pool)

        #expect(list.isEmpty)
        list.removeAll(to: pool)
        #expect(pool.bytesTaken == 0)
    }

    @Test func contiguousPieceStaysInOneBlock() {
        var numbers = SeededNumbers(seed: 4)
        let small = numbers.bytes(400)
        let large = numbers.bytes(300)
        var list = ByteList()
        list.append(contiguous: small, from: pool)

        list.append(contiguous: large, from: pool)

        #expect(!list.isContiguous)
        #expect(list.firstArray == small)
        list.consume(small.count, to: pool)
        #expect(list.isContiguous)
        #expect(list.firstArray == large)
        list.removeAll(to: pool)
        #expect(pool.bytesTaken == 0)
    }

    /// Whatever blocks the bytes stand in, and wherever the pieces end.
    @Test func movedPiecesKeepTheirOrder() {
        var numbers = SeededNumbers(seed: 5)
        for _ in 0..<50 {
            var (from, to) = (ByteList(), ByteList())
            var expected: [UInt8] = []
            for _ in 0..<10 {
                let bytes = numbers.bytes(numbers.length())
                from.append(bytes, from: pool)
                expected += bytes
            }
            if Bool.random(using: &numbers) { to.addBlock(for: 100, from: pool) }

            while !from.isEmpty { from.move(min(numbers.length(), from.count), to: &to, pool) }

            #expect(from.all == [])
            #expect(to.count == expected.count)
            #expect(to.all == expected)
            from.removeAll(to: pool)
            to.removeAll(to: pool)
            #expect(pool.bytesTaken == 0)
        }
    }

    @Test func fullBlocksMoveUncopied() {
        let large = ByteList.usualRoom * 3 + 100
        var from = ByteList()
        from.append(Array(repeating: 7, count: large), from: pool)
        var to = ByteList("before", from: pool)
        let taken = pool.bytesTaken

        from.move(ByteList.usualRoom * 3, to: &to, pool)

        #expect(pool.bytesTaken == taken)
        #expect(to.count == 6 + ByteList.usualRoom * 3)
        #expect(from.count == 100)
        from.removeAll(to: pool)
        to.removeAll(to: pool)
    }

    @Test(arguments: [0, 5, 6, 12, 40_000, Int.max])
    func bytesAreBroughtTogether(size: Int) {
        var numbers = SeededNumbers(seed: 6)
        let bytes = numbers.bytes(50_000)
        var list = ByteList("before", from: pool)
        var rest = ByteList()
        rest.append(bytes, from: pool)
        list.splice(&rest, to: pool)

        list.bringTogether(size, pool)

        #expect(list.firstArray.count >= min(size, list.count))
        #expect(list.all == Array(ascii: "before") + bytes)
        list.removeAll(to: pool)
        #expect(pool.bytesTaken == 0)
    }

    @Test func splicedListMovesUncopied() {
        var first = ByteList("first ", from: pool)
        var second = ByteList("second", from: pool)
        let taken = pool.bytesTaken

        first.splice(&second, to: pool)

        #expect(first.all == Array(ascii: "first second"))
        #expect(second.isEmpty)
        #expect(pool.bytesTaken == taken)
        first.removeAll(to: pool)
        second.removeAll(to: pool)
        #expect(pool.bytesTaken == 0)
    }

    @Test func splicingEmptyListsGivesTheirBlocksBack() {
        var target = ByteList()
        target.addBlock(for: 1000, from: pool)
        var source = ByteList()
        source.addBlock(for: 1000, from: pool)

        target.splice(&source, to: pool)
        #expect(target.isEmpty)
        source.append(Array(ascii: "x"), from: pool)
        target.splice(&source, to: pool)

        #expect(target.all == Array(ascii: "x"))
        target.removeAll(to: pool)
        #expect(pool.bytesTaken == 0)
    }

    @Test func gatherStopsWhenThePiecesRunOut() {
        var list = ByteList()
        var numbers = SeededNumbers(seed: 5)
        let bytes = numbers.bytes(100_000)
        list.append(bytes, from: pool)

        let two = list.gathered(2)

        #expect(two.count > 0 && two.count < bytes.count)
        #expect(two == Array(bytes.prefix(two.count)))
        #expect(list.all == bytes)
        list.removeAll(to: pool)
    }

    @Test func behavesLikeAnArray() {
        var list = ByteList()
        var model: [UInt8] = []
        var numbers = SeededNumbers(seed: 6)

        for _ in 0..<2_000 {
            let bytes = numbers.bytes(numbers.length())
            switch numbers.next() % 8 {
            case 0, 1:
                list.append(bytes, from: pool)
                model += bytes
            case 2, 3:
                list.append(contiguous: bytes, from: pool)
                model += bytes
            case 4:
                var other = ByteList()
                other.append(bytes, from: pool)
                list.splice(&other, to: pool)
                model += bytes
            default:
                let size = Int.random(in: 0...min(model.count, 6_000), using: &numbers)
                list.consume(size, to: pool)
                model.removeFirst(size)
            }
            // Long lists would only make the test slow.
            if model.count > 30_000 {
                list.consume(model.count, to: pool)
                model = []
            }
            #expect(list.count == model.count)
            #expect(model.starts(with: list.firstArray))
            #expect(model.isEmpty || !list.firstArray.isEmpty)
            #expect(list.isContiguous == (list.firstArray.count == model.count))
            let isSame = list.all == model
            #expect(isSame)
        }
        list.removeAll(to: pool)

        #expect(pool.bytesTaken == 0)
    }

    @Test func consumingEverythingGivesEverythingBack() {
        var list = ByteList()
        var numbers = SeededNumbers(seed: 7)
        for _ in 0..<50 { list.append(numbers.bytes(numbers.length()), from: pool) }

        list.consume(list.count, to: pool)

        #expect(pool.bytesTaken == 0)
    }
}
