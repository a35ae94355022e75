import Glibc
import Reactor
import Testing

@Suite struct PipeTests {
    private static let capacity = 1 << 16

    @Test func movesBytesFromSocketToSocket() throws {
        let (sender, source) = try connectedPair()
        let (target, receiver) = try connectedPair()
        let pipe = try Pipe(capacity: Self.capacity)
        try sender.write("hello")

        #expect(try pipe.fill(from: source.socket, upTo: 4) == .bytes(4))
        #expect(pipe.empty(into: target.socket, 4, isFollowed: false) == 4)

        #expect(try receiver.read() == .bytes(Array("hell".utf8)))
        #expect(try source.read() == .bytes(Array("o".utf8)))
    }

    @Test func tellsThatNothingIsThereAndThatNothingComes() throws {
        let (sender, source) = try connectedPair()
        let pipe = try Pipe(capacity: Self.capacity)

        #expect(try pipe.fill(from: source.socket, upTo: 10) == .wouldBlock)
        sender.socket.shutdownWrite()

        #expect(try pipe.fill(from: source.socket, upTo: 10) == .endOfFile)
    }

    @Test func whatASocketDoesNotTakeIsStillThere() throws {
        let (sender, source) = try connectedPair()
        let (target, receiver) = try connectedPair()
        let pipe = try Pipe(capacity: Self.capacity)
        while (try? fill(target)) == true {}
        try sender.write("hello")
        #expect(try pipe.fill(from: source.socket, upTo: 10) == .bytes(5))

        #expect(pipe.empty(into: target.socket, 5, isFollowed: false) == 0)

        var buffer = [UInt8](repeating: 0, count: 10)
        let count = try unsafe buffer.withUnsafeMutableBytes { try unsafe pipe.read(into: $0) }
        #expect(Array(buffer[..<count]) == Array("hello".utf8))
        _ = try receiver.read()
    }

    /// - Returns: whether there was room.
    private func fill(_ end: IOEnd) throws -> Bool {
        let block = [UInt8](repeating: 7, count: 4096)
        return try unsafe block.withUnsafeBytes { try unsafe end.socket.send($0) } > 0
    }

    @Test func aPeerThatHungUpIsNoSignal() throws {
        let thread = try WorkerThread.start(name: "pipe") {
            guard let (sender, source) = try? connectedPair(),
                let pair = try? connectedPair(),
                let pipe = try? Pipe(capacity: Self.capacity)
            else {
                Issue.record("no sockets")
                return
            }
            shutdown(pair.1.descriptor, Int32(SHUT_RDWR))
            try? sender.write("hello")
            #expect((try? pipe.fill(from: source.socket, upTo: 10)) == .bytes(5))

            #expect(pipe.empty(into: pair.0.socket, 5, isFollowed: false) == 0)
        }
        thread.join()
    }
}
