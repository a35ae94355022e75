import Glibc

/// Servers on several ports, in one thread, that know the value of every key.
final class MockServer {
    private var epoll: Epoll
    private let listeners: [Listener]
    /// By descriptor; the kernel gives out low numbers first.
    private var connections: [MockConnection?] = []
    private var answers: MockAnswers
    private var held: HeldReplies
    private var input = [UInt8](repeating: 0, count: MockConnection.readSize)

    /// Waiting for so long without anything to do is no different from waiting for ever.
    private static let longWait: UInt64 = 3_600_000_000_000

    /// - Parameter delay: nanoseconds that replies are held.
    init(store: Store, ports: [UInt16], valueLength: Int, delay: UInt64) throws(SystemError) {
        held = HeldReplies(delay: delay)
        epoll = try Epoll()
        answers = MockAnswers(store: store, valueLength: valueLength)
        var listeners: [Listener] = []
        for port in ports { listeners.append(try Listener(port: port)) }
        self.listeners = listeners
        for listener in listeners {
            try epoll.add(listener.descriptor, as: Int(listener.descriptor))
        }
    }

    /// Serves until the process is ended.
    func run() throws(SystemError) {
        sharpenTimers()
        while true {
            let remaining = held.delay == 0 ? nil : held.remaining(at: monotonicNanoseconds())
            let count = try epoll.wait(nanoseconds: remaining ?? Self.longWait)
            for index in 0..<count {
                let descriptor = epoll.number(at: index)
                if listeners.contains(where: { $0.descriptor == descriptor }) {
                    try accept(from: Int32(descriptor))
                } else {
                    try serve(descriptor)
                }
            }
            if held.delay > 0 { try sendHeld() }
        }
    }

    private func sendHeld() throws(SystemError) {
        while let (connection, bytes) = held.removeDue(at: monotonicNanoseconds()) {
            let wasBlocked = connection.isBlocked
            // A client that has left shows at its next event.
            _ = connection.send(bytes)
            try watch(connection, wasBlocked: wasBlocked)
        }
    }

    private func watch(_ connection: MockConnection, wasBlocked: Bool) throws(SystemError) {
        guard connection.isBlocked != wasBlocked else { return }
        let descriptor = connection.descriptor
        try epoll.watch(descriptor, as: Int(descriptor), writable: connection.isBlocked)
    }

    private func accept(from listener: Int32) throws(SystemError) {
        let accepted = Glibc.accept(listener, nil, nil)
        // Gone before it was accepted.
        guard accepted >= 0 else { return }
        let connection = try MockConnection(Socket(accepted: accepted))
        while connections.count <= accepted { connections.append(nil) }
        connections[Int(accepted)] = connection
        try epoll.add(accepted, as: Int(accepted))
    }

    private func serve(_ descriptor: Int) throws(SystemError) {
        guard let connection = connections[descriptor] else { return }
        let wasBlocked = connection.isBlocked
        guard connection.advance(by: &answers, through: &input, holding: &held) else {
            // The descriptor is closed with its last reference.
            connections[descriptor] = nil
            return
        }
        try watch(connection, wasBlocked: wasBlocked)
    }
}
