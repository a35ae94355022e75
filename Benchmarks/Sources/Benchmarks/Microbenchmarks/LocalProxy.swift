internal import Configuration
internal import Glibc
internal import Logging
internal import Proxy
internal import Reactor

/// A proxy with one worker thread in this process, and its client and servers in the hands of the
/// thread that calls, over unix sockets: one conversation, again and again.
///
/// Each round is the whole way of a request: read, parsed, placed, sent to its servers, their
/// replies read, put in order and sent to the client. The sockets and the buffers are there
/// before the first round, so that whatever is allocated is the worker's doing.
final class LocalProxy {
    /// The only worker's thread.
    static let worker = "worker-0"

    private let conversation: Conversation
    private let control: ProxyControl
    private let client: Endpoint
    private var servers: [Endpoint] = []
    /// For each server what it says in a round, and how much it hears before.
    private var parts: [(heard: Int, answer: [UInt8])] = []

    /// Starts the proxy and has the conversation once, which tells what each server hears.
    init(_ conversation: Conversation) throws {
        self.conversation = conversation
        let directory = try TemporaryDirectory()
        let proxy = "\(directory.path)/proxy"
        let nodes = (0..<conversation.servers).map { "\(directory.path)/\($0)" }
        let listeners = try nodes.map(Endpoint.init(listeningAt:))
        let text = Self.configuration(conversation, proxy, nodes)
        control = try ProxyControl(
            configuration: Configuration.parse(Array(text.utf8), file: "microbenchmark"),
            workers: 1, loop: EventLoop(),
            logger: Logger(label: "") { _ in SwiftLogNoOpLogHandler() })
        try control.start()
        client = try Endpoint(connectedTo: proxy)
        servers = try listeners.map { try $0.accept() }
        directory.remove(nodes + [proxy])
        client.send(conversation.request)
        for server in servers {
            let heard = server.hear()
            // With few keys there may be none for a server.
            let answer = heard.isEmpty ? [] : conversation.answer(heard)
            parts.append((heard.count, answer))
            server.send(answer)
        }
        let reply = try client.receive(conversation.reply.count)
        // memcached allows any order of values, and the proxy takes that of the servers.
        guard reply.sorted() == conversation.reply.sorted() else {
            throw LocalProxyError.wrongReply
        }
    }

    /// Has the conversation once more.
    func talk() {
        client.send(conversation.request)
        for index in servers.indices {
            servers[index].skip(parts[index].heard)
            servers[index].send(parts[index].answer)
        }
        client.skip(conversation.reply.count)
    }

    private static func configuration(
        _ conversation: Conversation, _ proxy: String, _ nodes: [String]
    ) -> String {
        let servers = nodes.enumerated().map { "   - \($1):1 node\($0)\n" }.joined()
        return """
            pool:
              listen: \(proxy)
              redis: \(conversation.isRedis)
              hash: fnv1a_64
              distribution: ketama
              preconnect: true
              servers:
            \(servers)
            """
    }
}

/// What keeps the proxy from being measured.
enum LocalProxyError: Error {
    /// The client got something else than the servers' values.
    case wrongReply
    /// Nothing came in ten seconds, or the connection ended.
    case silence
}
