internal import Configuration
internal import Reactor
internal import Wire

/// The connection over which a worker hears of all that its clients are subscribed to at one
/// server.
///
/// It lives as long as there is something to hear of. After a loss it connects again, wherever the
/// server is by then, and subscribes to everything again; what is published meanwhile is lost, as
/// it is to any subscriber.
@safe final class SubscriberLink {
    private unowned let server: Server
    private unowned let hub: PubSub
    private let worker: Worker
    private var topics: Set<Topic> = []

    private var socket = Socket(adopting: -1)
    /// Nil while there is no socket.
    private var watcher: IOWatcher?
    private var address: SocketAddress?
    private var isConnected = false
    /// Replies to AUTH still to come.
    private var greetings = 0
    private var output: [UInt8] = []
    private var input: [UInt8] = []
    private var scanner = RedisReplyScanner()
    /// How far `input` is scanned.
    private var scanned = 0
    private var timer: Timer?
    private var backoff = Backoff(Limits.backoffMilliseconds)
    private var heardAt: Int64 = 0
    private var isClosed = false

    init(to server: Server, for hub: PubSub) {
        self.server = server
        self.hub = hub
        worker = server.pool.worker
    }

    // MARK: - Topics

    func subscribe(_ topic: Topic) {
        guard topics.insert(topic).inserted else { return }
        guard watcher != nil else { return connect() }
        if isConnected { say([topic.kind.subscribe], [topic.name]) }
    }

    func unsubscribe(_ topic: Topic) {
        guard topics.remove(topic) != nil else { return }
        guard !topics.isEmpty else { return disconnect() }
        if isConnected { say([topic.kind.unsubscribe], [topic.name]) }
    }

    /// The server may be elsewhere.
    func reroute() {
        guard !topics.isEmpty, server.route.address != address else { return }
        lose()
        connect()
    }

    func close() {
        isClosed = true
        disconnect()
        timer?.cancel()
    }

    // MARK: - Connecting

    private func connect() {
        guard watcher == nil, !isClosed, !topics.isEmpty else { return }
        guard let address = server.route.address else { return retry() }
        self.address = address
        do throws(SystemError) {
            var inProgress = false
            let opened = try Socket.connect(to: address, inProgress: &inProgress)
            let watcher = IOWatcher(worker.loop, descriptor: opened.descriptor) {
                [unowned self] readiness in self.ready(readiness)
            }
            socket = consume opened
            self.watcher = watcher
            watcher.watch(.writable)
            worker.connectionOpened()
            server.counters.add(to: .serverConnections)
            expect(within: server.pool.timeout ?? Limits.connectMilliseconds)
        } catch {
            retry()
        }
    }

    private func disconnect() {
        guard let watcher else { return }
        watcher.cancel()
        self.watcher = nil
        socket.disconnect()
        worker.connectionClosed()
        server.counters.add(-1, to: .serverConnections)
        timer?.stop()
        isConnected = false
        output.removeAll()
        input.removeAll()
        scanned = 0
        scanner = RedisReplyScanner()
    }

    /// The connection is no good; another one is tried after a while.
    private func fail() {
        lose()
        retry()
    }

    private func lose() {
        disconnect()
        for topic in topics { hub.lost(topic, by: server.index) }
    }

    private func retry() {
        guard !isClosed else { return }
        expect(within: backoff.fail() + Int(worker.random() % 10))
    }

    /// Acts after so many milliseconds if nothing happens before.
    private func expect(within milliseconds: Int) {
        let timer = timer ?? Timer(worker.loop) { [unowned self] in self.tick() }
        self.timer = timer
        timer.start(afterMilliseconds: milliseconds)
    }

    private func tick() {
        guard watcher != nil else { return connect() }
        // It has not connected in time, or not answered the last PING.
        guard isConnected, worker.loop.now - heardAt < Limits.subscriberSilenceMilliseconds * 2
        else {
            return fail()
        }
        if worker.loop.now - heardAt >= Limits.subscriberSilenceMilliseconds { say(["PING"], []) }
        expect(within: Int(Limits.subscriberSilenceMilliseconds))
    }

    private func ready(_ readiness: Readiness) {
        if readiness.contains(.writable) {
            if !isConnected { connected() }
            flush()
        }
        if readiness.contains(.readable) && watcher != nil { receive() }
    }

    private func connected() {
        guard socket.pendingError() == nil else { return fail() }
        socket.setNoDelay()
        socket.setKeepalive()
        isConnected = true
        heardAt = worker.loop.now
        expect(within: Int(Limits.subscriberSilenceMilliseconds))
        watcher?.watch(.readable)
        if let password = server.passwords.current {
            let user = server.pool.configuration.serverCredentials?.user
            greetings = 1
            output += RedisReply.command(["AUTH"] + (user.map { [$0, password] } ?? [password]))
        }
        for topic in topics {
            output += RedisReply.command([topic.kind.subscribe], [topic.name])
        }
    }

    // MARK: - Talking

    private func say(_ words: [String], _ names: [[UInt8]]) {
        output += RedisReply.command(words, names)
        flush()
    }

    private func flush() {
        guard watcher != nil, isConnected, !output.isEmpty else { return }
        do throws(SystemError) {
            let sent = try unsafe output.withUnsafeBytes { bytes in
                Result { () throws(SystemError) in try unsafe socket.send(bytes) }
            }.get()
            output.removeFirst(sent)
            watcher?.watch(output.isEmpty ? .readable : [.readable, .writable])
        } catch {
            fail()
        }
    }

    private func receive() {
        let scratch = unsafe worker.scratch
        do throws(SystemError) {
            switch try unsafe socket.read(into: scratch) {
            case .wouldBlock: return
            case .endOfFile: fail()
            case .bytes(let count):
                heardAt = worker.loop.now
                unsafe take(RawBytes(count, of: scratch))
            }
        } catch {
            fail()
        }
    }

    /// Whole messages are taken from where they were read; the rest of the last one waits.
    private func take(_ bytes: RawBytes) {
        guard !input.isEmpty else {
            let taken = unsafe takeWhole(bytes)
            if watcher != nil { unsafe input.append(contentsOf: bytes.dropping(taken).buffer) }
            return limit()
        }
        unsafe input.append(contentsOf: bytes.buffer)
        let all = input
        let taken = unsafe all.withRawBytes { unsafe takeWhole($0) }
        // Only then, since `all` shares the bytes: a large message would be copied for each of its
        // pieces.
        if watcher != nil && taken > 0 { input.removeFirst(taken) }
        limit()
    }

    private func limit() {
        if input.count > server.pool.configuration.clientOutputLimit { fail() }
    }

    /// - Returns: how many bytes whole messages are.
    private func takeWhole(_ bytes: RawBytes) -> Int {
        var begin = 0
        while begin + scanned < bytes.count, watcher != nil {
            let step = unsafe scanner.scan(bytes.dropping(begin + scanned).span)
            scanned += step.consumed
            switch step.state {
            case .incomplete: return begin
            case .malformed:
                fail()
                return begin
            case .complete:
                unsafe take(message: bytes.piece(begin, scanned), kind: step.kind)
                begin += scanned
                scanned = 0
            }
        }
        return min(begin, bytes.count)
    }

    private func take(message: RawBytes, kind: UInt8) {
        guard kind == UInt8(ascii: "*") else { return unsafe take(greeting: message, kind) }
        guard let push = unsafe RedisPush(message.span) else { return fail() }
        let topic = unsafe Topic(
            kind: Topic.Kind(push, in: message), name: Array(message[push.name]))
        switch push.kind {
        case .message, .patternMessage, .shardMessage: unsafe hub.deliver(message, on: topic)
        case .subscribed:
            backoff.reset()
            if topics.contains(topic) { hub.confirmed(topic, by: server.index) }
        case .other: break
        }
    }

    /// The answer to AUTH, or an error.
    private func take(greeting: RawBytes, _ kind: UInt8) {
        greetings -= 1
        // A server without a password takes subscriptions all the same.
        let isRefused = kind == UInt8(ascii: "-")
        if isRefused
            && !(unsafe ServerConnection.needsNoPassword(String(decoding: greeting, as: UTF8.self)))
        {
            fail()
        }
    }
}

extension RedisReply {
    /// A command of words and names of any bytes.
    fileprivate static func command(_ words: [String], _ names: [[UInt8]]) -> [UInt8] {
        arrayHeader(count: words.count + names.count) + words.flatMap { bulk($0) }
            + names.flatMap { bulk($0.span) }
    }
}
