import Glibc
import Reactor
import Testing

@Suite struct SocketTests {
    @Test(arguments: ["127.0.0.1", "::1"])
    func echoesOverTCP(ip: String) throws {
        let address = try #require(SocketAddress(ip: ip, port: 0))
        let socket = try listen(on: address)
        let bound = try #require(socket.localAddress())
        #expect(bound.port != 0)

        #expect(try echo("hello", through: socket, at: bound) == "hello")
    }

    @Test func echoesOverUnix() throws {
        let directory = TemporaryDirectory()
        let address = try #require(SocketAddress(unixPath: directory.path("echo")))
        let socket = try listen(on: address)
        #expect(socket.localAddress() == address)

        #expect(try echo("hello", through: socket, at: address) == "hello")
    }

    @Test func theKernelKnowsTheWayOverTCP() throws {
        let listening = try listen(on: try #require(SocketAddress(ip: "127.0.0.1", port: 0)))
        var inProgress = false
        let socket = try Socket.connect(
            to: try #require(listening.localAddress()), inProgress: &inProgress)
        let measured = socket.roundTripMicroseconds
        let roundTrip = try #require(measured)
        #expect(1..<1_000_000 ~= roundTrip)

        let directory = TemporaryDirectory()
        let path = try #require(SocketAddress(unixPath: directory.path("way")))
        let unixListening = try listen(on: path)
        let unix = try Socket.connect(to: path, inProgress: &inProgress)
        let ofUnix = unix.roundTripMicroseconds
        #expect(ofUnix == nil)
        withExtendedLifetime(unixListening) {}
    }

    @Test func partialWritesEndInWouldBlockAndLoseNothing() throws {
        let loop = try EventLoop()
        let (reader, writer) = try connectedPair()
        let total = 8 << 20
        let block = [UInt8](repeating: 7, count: 64 << 10)
        var sent = 0
        var sawWouldBlock = false
        var received = 0

        let writing = IOWatcher(loop, descriptor: writer.descriptor) { _ in
            while sent < total {
                let count = try? unsafe block.withUnsafeBytes { try unsafe writer.socket.send($0) }
                guard let count, count > 0 else {
                    sawWouldBlock = count == 0
                    return
                }
                sent += count
            }
            writer.socket.shutdownWrite()
            loop.stop()
        }
        writing.watch(.writable)
        // The peer does not read yet, so the kernel must refuse some time.
        while !sawWouldBlock { loop.runOnce(waiting: true) }
        #expect(sent > 0)
        #expect(sent < total)
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        let reading = IOWatcher(loop, descriptor: reader.descriptor) { readiness in
            #expect(readiness == .readable)
            switch try? unsafe buffer.withUnsafeMutableBytes({
                try unsafe reader.socket.read(into: $0)
            }) {
            case .bytes(let count): received += count
            case .wouldBlock: break
            case .endOfFile, nil: loop.stop()
            }
            if sent >= total { writing.stop() }
        }
        reading.watch(.readable)
        loop.run()
        if received < sent { loop.run() }

        #expect(received == sent)
        #expect(sent >= total)
    }

    @Test func gatheringSendsPiecesInOrder() throws {
        let (reader, writer) = try connectedPair()
        let text = Array("abcdef".utf8)

        let sent = try unsafe text.withUnsafeBytes { bytes in
            let start = unsafe UnsafeMutableRawPointer(mutating: bytes.baseAddress)
            var pieces = unsafe [
                iovec(iov_base: start, iov_len: 4),
                iovec(iov_base: start?.advanced(by: 4), iov_len: 2),
            ]
            return try unsafe pieces.withUnsafeMutableBufferPointer {
                try unsafe writer.socket.send(gathering: $0)
            }
        }

        #expect(sent == 6)
        #expect(try reader.read() == .bytes(text))
        #expect(try reader.read() == .wouldBlock)
        writer.socket.shutdownWrite()
        #expect(try reader.read() == .endOfFile)
    }

    @Test func sendToAPeerThatHungUpThrows() throws {
        let writer = try connectedPair().1

        #expect(throws: SystemError(code: EPIPE, call: "send")) {
            while true { try writer.write("x") }
        }
    }

    @Test func refusedConnectIsReportedThroughTheLoop() throws {
        let loop = try EventLoop()
        let address = try closedPort()
        var inProgress = false
        var failure: SystemError?
        do throws(SystemError) {
            let end = IOEnd(try Socket.connect(to: address, inProgress: &inProgress).release())
            #expect(inProgress)
            let watcher = IOWatcher(loop, descriptor: end.descriptor) { _ in
                failure = end.socket.pendingError()
                loop.stop()
            }
            watcher.watch(.writable)
            loop.run()
        } catch {
            failure = error
        }

        #expect(failure == SystemError(code: ECONNREFUSED, call: "connect"))
    }

    @Test func unixConnectToNobodyFailsAtOnce() throws {
        let directory = TemporaryDirectory()
        let address = try #require(SocketAddress(unixPath: directory.path("nobody")))
        var inProgress = false

        #expect(throws: SystemError(code: ENOENT, call: "connect")) {
            try Socket.connect(to: address, inProgress: &inProgress).close()
        }
        #expect(!inProgress)
    }

    @Test func watcherMayBeReleasedInItsOwnCallback() throws {
        let loop = try EventLoop()
        let (reader, writer) = try connectedPair()
        try writer.write("x")
        var calls = 0
        var watcher: IOWatcher?
        watcher = IOWatcher(loop, descriptor: reader.descriptor) { _ in
            calls += 1
            watcher = nil
        }
        watcher?.watch(.readable)

        loop.runOnce(waiting: true)
        loop.runOnce(waiting: false)

        #expect(calls == 1)
        #expect(watcher == nil)
    }

    @Test func interestChangesAndCancelTakesTheClosureAway() throws {
        let loop = try EventLoop()
        let (reader, writer) = try connectedPair()
        var seen: [Readiness] = []
        let watcher = IOWatcher(loop, descriptor: reader.descriptor) { seen.append($0) }

        watcher.watch(.writable)
        loop.runOnce(waiting: true)
        try writer.write("x")
        watcher.watch([.readable, .writable])
        loop.runOnce(waiting: true)
        watcher.watch(.readable)
        loop.runOnce(waiting: true)
        #expect(watcher.interest == .readable)
        watcher.cancel()
        loop.runOnce(waiting: false)

        #expect(seen == [.writable, [.readable, .writable], .readable])
        #expect(watcher.interest == [])
    }

    @Test func staleUnixSocketIsReplacedAndALiveOneIsNot() throws {
        let directory = TemporaryDirectory()
        let address = try #require(SocketAddress(unixPath: directory.path("socket")))
        _ = try listen(on: address)
        #expect(!Socket.isTaken(address))

        let second = try listen(on: address)

        #expect(Socket.isTaken(address))
        #expect(throws: SystemError(code: EADDRINUSE, call: "bind")) {
            _ = try listen(on: address)
        }
        let accepted = try #require(try second.socket.accept())
        close(accepted)
    }

    @Test func fileInTheWayIsNotRemoved() throws {
        let directory = TemporaryDirectory()
        let path = directory.path("precious")
        unsafe close(open(path, O_CREAT | O_WRONLY, 0o600))
        let address = try #require(SocketAddress(unixPath: path))

        #expect(throws: SystemError(code: EADDRINUSE, call: "bind")) {
            _ = try listen(on: address)
        }
        let isThere = unsafe access(path, F_OK) == 0
        #expect(isThere)
    }

    @Test(arguments: [0o600, 0o666] as [UInt32])
    func unixSocketGetsItsPermissions(mode: UInt32) throws {
        let directory = TemporaryDirectory()
        let path = directory.path("socket")
        let address = try #require(SocketAddress(unixPath: path))

        let socket = try Socket.listen(on: address, backlog: 1, reusePort: false, permissions: mode)

        var status = stat()
        let result = unsafe lstat(path, &status)
        #expect(result == 0)
        #expect(status.st_mode & 0o777 == mode)
        socket.close()
    }

    @Test func sharedPortIsTakenForOthers() throws {
        let any = try #require(SocketAddress(ip: "127.0.0.1", port: 0))
        var first: IOEnd? = try listen(on: any, reusePort: true)
        let address = try #require(first?.localAddress())

        var second: IOEnd? = try listen(on: address, reusePort: true)

        #expect(first != nil && second != nil)
        #expect(Socket.isTaken(address))
        #expect(throws: SystemError(code: EADDRINUSE, call: "bind")) {
            _ = try listen(on: address)
        }
        first = nil
        second = nil
        #expect(!Socket.isTaken(address))
    }

    @Test func acceptFindsNobodyAndAcceptedSocketsAreNonBlocking() throws {
        let any = try #require(SocketAddress(ip: "127.0.0.1", port: 0))
        let listener = try listen(on: any)
        #expect(try listener.socket.accept() == nil)
        var inProgress = false
        let address = try #require(listener.localAddress())
        let client = IOEnd(try Socket.connect(to: address, inProgress: &inProgress))
        let loop = try EventLoop()
        let watcher = IOWatcher(loop, descriptor: listener.descriptor) { _ in loop.stop() }
        watcher.watch(.readable)
        loop.run()

        let server = IOEnd(try #require(try listener.socket.accept()))
        server.socket.setNoDelay()
        server.socket.setKeepalive()
        let pendingError = server.socket.pendingError()

        #expect(fcntl(server.descriptor, F_GETFL) & O_NONBLOCK != 0)
        #expect(fcntl(server.descriptor, F_GETFD) & FD_CLOEXEC != 0)
        #expect(server.peerAddress() == client.localAddress())
        #expect(server.localAddress() == client.peerAddress())
        #expect(pendingError == nil)
    }

    @Test func descriptorsAreReturned() throws {
        let rounds = 200
        let before = openDescriptors()

        for _ in 0..<rounds {
            let loop = try EventLoop()
            let wakeup = Wakeup(loop) { loop.stop() }
            wakeup.handle.wake()
            loop.run()
            wakeup.cancel()
            _ = try connectedPair()
            try Socket.listen(
                on: .ipv4(0x7f00_0001, port: 0), backlog: 1, reusePort: true, permissions: nil
            ).close()
        }

        // Other tests of this process open and close some meanwhile; a leak would leave one or more
        // a round.
        #expect(openDescriptors() < before + rounds / 2)
    }
}
