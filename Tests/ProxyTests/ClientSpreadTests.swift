import Configuration
import Testing

@testable import Proxy

/// Clients are spread evenly over the workers, as they come.
struct ClientSpreadTests {
    /// Clients of the only pool that each worker has, after so many were accepted by the first.
    private func placed(_ clients: Int, over workers: Int) -> [Int] {
        let spread = ClientSpread(workers: workers, pools: 1)
        for number in 0..<clients {
            _ = spread.place(0, acceptedBy: 0, random: UInt32(truncatingIfNeeded: number &* 7919))
        }
        return (0..<workers).map { spread.clients(of: $0, in: 0) }
    }

    @Test(arguments: [(8, 4), (100, 4), (1000, 8), (3, 2), (16, 16)])
    func whoeverAcceptsThemAllHaveAsMany(clients: Int, workers: Int) {
        let counts = placed(clients, over: workers)

        #expect(counts.reduce(0, +) == clients)
        #expect(counts.max()! - counts.min()! <= 1, "\(counts)")
    }

    @Test func whoHasAsFewKeepsWhatItAccepts() {
        let spread = ClientSpread(workers: 3, pools: 1)

        #expect(spread.place(0, acceptedBy: 2, random: 0) == 2)
        #expect(spread.place(0, acceptedBy: 1, random: 0) == 1)
        #expect(spread.place(0, acceptedBy: 2, random: 0) == 0)
    }

    @Test func thePlacesOfThoseWhoLeftAreFilled() {
        let spread = ClientSpread(workers: 2, pools: 1)
        for _ in 0..<8 { _ = spread.place(0, acceptedBy: 0, random: 0) }
        for _ in 0..<4 { spread.leave(0, of: 1) }

        for _ in 0..<4 { #expect(spread.place(0, acceptedBy: 0, random: 0) == 1) }
    }

    @Test func eachPoolIsSpreadByItself() {
        let spread = ClientSpread(workers: 2, pools: 2)
        for _ in 0..<10 { _ = spread.place(0, acceptedBy: 0, random: 0) }
        for _ in 0..<10 { _ = spread.place(1, acceptedBy: 1, random: 0) }

        for pool in 0..<2 {
            #expect((0..<2).map { spread.clients(of: $0, in: pool) } == [5, 5])
        }
    }

    @Test func clientsOfManySmallPoolsAreSpreadToo() {
        let spread = ClientSpread(workers: 4, pools: 100)
        for pool in 0..<100 { _ = spread.place(pool, acceptedBy: 0, random: 0) }

        let sums = (0..<4).map { worker in
            (0..<100).reduce(0) { $0 + spread.clients(of: worker, in: $1) }
        }
        #expect(sums.max()! - sums.min()! <= 2, "\(sums)")
    }

    @Test func manyWorkersAreServedToo() {
        let counts = placed(4000, over: 40)

        #expect(counts.reduce(0, +) == 4000)
        #expect(counts.max()! <= 150, "\(counts)")
    }

    @Test func theOnlyWorkerCountsNothing() {
        let spread = ClientSpread(workers: 1, pools: 1)

        #expect(spread.place(0, acceptedBy: 0, random: 0) == 0)
        #expect(spread.clients(of: 0, in: 0) == 0)
    }

    @Test(arguments: [(2, true), (4, true), (2, false), (4, false)])
    func connectionsAreServedWhereTheyAreFewest(workers: Int, overTCP: Bool) throws {
        try ProxyHarness.run(.redis, workers: workers, overTCP: overTCP) { proxy in
            let clients = try (0..<40).map { _ in try proxy.client() }
            for client in clients {
                try client.say(redis("PING"))
                try proxy.expect(client, hears: "+PONG\r\n")
            }
            let counts = proxy.clientsOfWorkers
            #expect(counts.reduce(0, +) == 40)
            #expect(counts.max()! - counts.min()! <= 2, "\(counts)")

            for client in clients { client.close() }
            try proxy.wait { proxy.clientsOfWorkers.allSatisfy { $0 == 0 } }
            let next = try proxy.client()
            try next.say(redis("PING"))
            try proxy.expect(next, hears: "+PONG\r\n")
            next.close()
        }
    }
}
