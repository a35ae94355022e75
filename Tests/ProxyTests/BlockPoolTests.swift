import Testing

@testable import Proxy

@Suite struct BlockPoolTests {
    @Test func capacityIsTheNextPowerOfTwo() {
        #expect(BlockPool.capacity(for: 0) == 64)
        #expect(BlockPool.capacity(for: 1) == 64)
        #expect(BlockPool.capacity(for: 64) == 64)
        #expect(BlockPool.capacity(for: 65) == 128)
        #expect(BlockPool.capacity(for: 1024) == 1024)
        #expect(BlockPool.capacity(for: 1025) == 2048)
        #expect(BlockPool.capacity(for: BlockPool.largestPooled) == BlockPool.largestPooled)
    }

    @Test func largeCapacityIsAMultipleOfTheLargestPooled() {
        let unit = BlockPool.largestPooled

        #expect(BlockPool.capacity(for: unit + 1) == 2 * unit)
        #expect(BlockPool.capacity(for: 3 * unit) == 3 * unit)
        #expect(BlockPool.capacity(for: 100 * unit + 7) == 101 * unit)
    }

    @Test func capacityIsItsOwnCapacity() {
        for count in [1, 63, 64, 65, 1000, 4096, 65_535, 65_536, 65_537, 1_000_000] {
            let capacity = BlockPool.capacity(for: count)

            #expect(capacity >= count)
            #expect(BlockPool.capacity(for: capacity) == capacity)
        }
    }

    @Test func givenBlockIsTakenAgain() {
        let pool = BlockPool()
        let first = unsafe UInt(bitPattern: pool.take(100))
        give(first, 128, to: pool)

        let second = unsafe UInt(bitPattern: pool.take(128))

        #expect(second == first)
        give(second, 128, to: pool)
        #expect(pool.bytesTaken == 0)
    }

    /// Far more than may wait per size: the rest goes back to the allocator, and nothing is counted
    /// wrongly.
    @Test func burstIsGivenBack() {
        let pool = BlockPool()
        var blocks: [UInt] = []
        for _ in 0..<100 { blocks.append(unsafe UInt(bitPattern: pool.take(65_536))) }
        #expect(pool.bytesTaken == 100 * 65_536)

        for block in blocks { give(block, 65_536, to: pool) }

        #expect(pool.bytesTaken == 0)
    }

    @Test func whatWaitsCanBeFreed() {
        let pool = BlockPool()
        let kept = unsafe UInt(bitPattern: pool.take(100))
        for _ in 0..<3 { give(unsafe UInt(bitPattern: pool.take(1000)), 1024, to: pool) }

        pool.freeWaiting()

        #expect(pool.bytesTaken == 128)
        give(unsafe UInt(bitPattern: pool.take(1000)), 1024, to: pool)
        give(kept, 128, to: pool)
        #expect(pool.bytesTaken == 0)
    }

    /// Every block is filled with its own byte; a block handed out twice would lose it.
    @Test func noBlockHasTwoOwners() {
        let pool = BlockPool()
        var numbers = SeededNumbers(seed: 1)
        var owned: [(address: UInt, capacity: Int, fill: UInt8)] = []
        var taken = 0

        for turn in 0..<4_000 {
            if owned.isEmpty || numbers.next() % 5 < 3 && owned.count < 200 {
                let count = numbers.length()
                let capacity = BlockPool.capacity(for: count)
                let block = unsafe pool.take(count)
                let fill = UInt8(truncatingIfNeeded: turn)
                unsafe block.initializeMemory(as: UInt8.self, repeating: fill, count: capacity)
                owned.append((UInt(bitPattern: block), capacity, fill))
                taken += capacity
            } else {
                let block = owned.remove(at: Int.random(in: owned.indices, using: &numbers))
                let isIntact = unsafe Self.bytes(at: block.address, block.capacity)
                    .allSatisfy { $0 == block.fill }
                #expect(isIntact)
                give(block.address, block.capacity, to: pool)
                taken -= block.capacity
            }
            #expect(pool.bytesTaken == taken)
        }
        for block in owned { give(block.address, block.capacity, to: pool) }

        #expect(pool.bytesTaken == 0)
    }

    private static func bytes(at address: UInt, _ count: Int) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: address), count: count)
    }

    private func give(_ address: UInt, _ capacity: Int, to pool: BlockPool) {
        guard let block = unsafe UnsafeMutableRawPointer(bitPattern: address) else { return }
        unsafe pool.give(block, capacity: capacity)
    }
}
