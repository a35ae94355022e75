import Testing

@testable import Proxy

@Suite struct RequestLogTests {
    private let pool = BlockPool()

    @Test func sentBytesStayUntilTheirReply() {
        var log = RequestLog()
        log.append(Array(ascii: "get a\r\n"), from: pool)
        log.append(Array(ascii: "get b\r\n"), from: pool)

        log.didSend(9)

        #expect(log.sentCount == 9)
        #expect(log.unsentCount == 5)
        #expect(log.gatheredUnsent(8) == Array(ascii: "t b\r\n"))
        log.consume(7, to: pool)
        #expect(log.count == 7)
        #expect(log.gatheredUnsent(8) == Array(ascii: "t b\r\n"))
        log.removeAll(to: pool)
        #expect(pool.bytesTaken == 0)
    }

    @Test func everythingSentMeansNothingToGather() {
        var log = RequestLog()
        log.append(Array(ascii: "version\r\n"), from: pool)

        log.didSend(9)

        #expect(log.gatheredUnsent(8) == [])
        log.append(Array(ascii: "get x\r\n"), from: pool)
        #expect(log.gatheredUnsent(8) == Array(ascii: "get x\r\n"))
        log.consume(9, to: pool)
        #expect(log.gatheredUnsent(8) == Array(ascii: "get x\r\n"))
        log.removeAll(to: pool)
    }

    /// The cursor stood at the end of a block that is given back; the next request comes into
    /// another one.
    @Test func cursorLeavesABlockThatIsGivenBack() {
        var log = RequestLog()
        for round in 0..<20 {
            let request = Array("set k 0 0 \(round)\r\n".utf8)
            log.append(request, from: pool)
            #expect(log.gatheredUnsent(8) == request)
            log.didSend(request.count)
            log.consume(request.count, to: pool)
            #expect(pool.bytesTaken == 0)
        }
    }

    @Test func adoptedRequestIsSentInItsTurn() {
        var log = RequestLog()
        log.append(Array(ascii: "small,"), from: pool)
        log.didSend(6)
        var large = ByteList("large", from: pool)

        log.adopt(&large, to: pool)

        #expect(large.isEmpty)
        #expect(log.gatheredUnsent(8) == Array(ascii: "large"))
        log.removeAll(to: pool)
        #expect(pool.bytesTaken == 0)
    }

    /// A key is compared with the reply's in one piece, so a request never lies across two blocks.
    @Test func requestStandsInOneBlock() {
        var log = RequestLog()
        var numbers = SeededNumbers(seed: 8)
        let requests = (0..<100).map { _ in
            numbers.bytes(Int.random(in: 1...700, using: &numbers))
        }
        for request in requests { log.append(request, from: pool) }
        log.didSend(log.count)

        for request in requests {
            let first = unsafe Array(log.firstBytes)
            #expect(first.starts(with: request))
            log.consume(request.count, to: pool)
        }

        #expect(pool.bytesTaken == 0)
    }

    @Test func unsentIsAlwaysTheModelsUnsent() {
        var log = RequestLog()
        var sent: [UInt8] = []
        var unsent: [UInt8] = []
        var numbers = SeededNumbers(seed: 9)

        for _ in 0..<4_000 {
            switch numbers.next() % 10 {
            case 0...3:
                let bytes = numbers.bytes(numbers.length() % 20_000)
                add(bytes, by: numbers.next() % 3, to: &log)
                unsent += bytes
            case 4...6:
                // Mostly all or nearly all, as sockets take it, so that the cursor meets the ends
                // of blocks.
                let slack = min(unsent.count, Int(numbers.next() % 3) * Int(numbers.next() % 800))
                let size = unsent.count - slack
                log.didSend(size)
                sent += unsent.prefix(size)
                unsent.removeFirst(size)
            case 7, 8:
                let size = Int.random(in: 0...sent.count, using: &numbers)
                log.consume(size, to: pool)
                sent.removeFirst(size)
            default:
                log.consume(sent.count, to: pool)
                sent = []
            }
            expect(log, sent, unsent)
            if sent.count + unsent.count > 60_000 {
                log.removeAll(to: pool)
                sent = []
                unsent = []
                #expect(pool.bytesTaken == 0)
            }
        }
        log.removeAll(to: pool)

        #expect(pool.bytesTaken == 0)
    }

    private func add(_ bytes: [UInt8], by way: UInt64, to log: inout RequestLog) {
        switch way {
        case 0: log.append(bytes, from: pool)
        case 1: log.append(large: bytes, from: pool)
        default:
            var list = ByteList()
            list.append(bytes, from: pool)
            log.adopt(&list, to: pool)
        }
    }

    private func expect(_ log: RequestLog, _ sent: [UInt8], _ unsent: [UInt8]) {
        #expect(log.sentCount == sent.count)
        #expect(log.unsentCount == unsent.count)
        let isSame = log.gatheredUnsent(4096) == unsent
        #expect(isSame)
        let one = log.gatheredUnsent(1)
        #expect(unsent.starts(with: one))
        #expect(unsent.isEmpty || !one.isEmpty)
    }
}
