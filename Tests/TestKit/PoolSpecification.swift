/// A pool of a proxy under test, as its YAML will say.
public struct PoolSpecification: Sendable {
    /// Where the pool's clients connect to.
    public enum Listen: Sendable {
        /// A free port of this address.
        case freePort(of: String)
        /// A unix socket in the proxy's directory, with octal permissions if any are given.
        case unixSocket(permissions: String?)
        /// Exactly this text.
        case text(String)
    }

    /// The pool's name.
    public var name: String
    /// Where it listens.
    public var listen: Listen
    /// The lines of `servers`.
    public var servers: [String]
    /// Every other directive.
    public var options: [String: String]
    /// Servers that must live as long as the proxy.
    private var nodes: [CacheNode] = []

    /// A pool with the given directives besides `listen` and `servers`.
    public init(
        name: String, listen: Listen, servers: [String], options: [String: String]
    ) {
        self.name = name
        self.listen = listen
        self.servers = servers
        self.options = options
    }

    /// A pool of Redis servers, hashed by fnv1a_64 onto a ketama ring unless `options` say
    /// otherwise.
    public static func redis(
        _ nodes: [CacheNode], name: String = "alpha", listen: Listen = .freePort(of: "127.0.0.1"),
        options: [String: String] = [:]
    ) -> PoolSpecification {
        var pool = redis(
            servers: nodes.map { $0.line() }, name: name, listen: listen, options: options)
        pool.nodes = nodes
        return pool
    }

    /// A pool of Redis servers named by the lines of `servers`.
    public static func redis(
        servers: [String], name: String = "alpha", listen: Listen = .freePort(of: "127.0.0.1"),
        options: [String: String] = [:]
    ) -> PoolSpecification {
        memcached(
            servers: servers, name: name, listen: listen,
            options: ["redis": "true"].merging(options) { _, given in given })
    }

    /// A pool of memcached servers.
    public static func memcached(
        _ nodes: [CacheNode], name: String = "alpha", listen: Listen = .freePort(of: "127.0.0.1"),
        options: [String: String] = [:]
    ) -> PoolSpecification {
        var pool = memcached(
            servers: nodes.map { $0.line() }, name: name, listen: listen, options: options)
        pool.nodes = nodes
        return pool
    }

    /// A pool of memcached servers named by the lines of `servers`.
    public static func memcached(
        servers: [String], name: String = "alpha", listen: Listen = .freePort(of: "127.0.0.1"),
        options: [String: String] = [:]
    ) -> PoolSpecification {
        let usual = ["hash": "fnv1a_64", "distribution": "ketama"]
        return PoolSpecification(
            name: name, listen: listen, servers: servers,
            options: usual.merging(options) { _, given in given })
    }

    /// Gives the pool its place to listen, choosing a port if need be.
    func endpoint(in directory: TemporaryDirectory) throws -> PoolEndpoint {
        switch listen {
        case .freePort(let host): return .tcp(host, try FreePort.take())
        case .unixSocket(let permissions):
            return .unix(directory.file("\(name).sock"), permissions: permissions)
        case .text(let text): return .text(text)
        }
    }

    /// The pool's part of the configuration.
    func yaml(listening endpoint: PoolEndpoint) -> String {
        let directives = options.sorted { $0.key < $1.key }.map { "  \($0.key): \($0.value)\n" }
        let lines = servers.map { "   - \($0)\n" }
        return "\(name):\n  listen: \(endpoint.yaml)\n" + directives.joined() + "  servers:\n"
            + lines.joined()
    }
}

/// Where a pool of a running proxy listens.
enum PoolEndpoint: Sendable {
    case tcp(String, Int)
    case unix(String, permissions: String?)
    case text(String)

    var yaml: String {
        switch self {
        case .tcp(let host, let port): "\(host):\(port)"
        case .unix(let path, let permissions): path + (permissions.map { " " + $0 } ?? "")
        case .text(let text): text
        }
    }
}
