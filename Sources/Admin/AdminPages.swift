import Proxy

/// Answers every question that the admin port takes, from a fresh snapshot each.
struct AdminPages {
    let source: any StatsSource
    let identity: ServiceIdentity

    /// twemproxy's reply: the JSON document and a line feed.
    func statsLine() -> [UInt8] {
        Array((json() + "\n").utf8)
    }

    /// The reply to an HTTP request whose head is complete.
    func reply(toHead head: ArraySlice<UInt8>) -> [UInt8] {
        guard let request = HTTPRequest(head: head) else {
            return HTTPResponse(status: .badRequest, body: "bad request\n").encoded()
        }
        switch request.method {
        case "GET": return page(request).encoded()
        case "HEAD": return page(request).encoded(withBody: false)
        default:
            return HTTPResponse(status: .methodNotAllowed, body: "only GET and HEAD\n").encoded()
        }
    }

    private func page(_ request: HTTPRequest) -> HTTPResponse {
        switch request.path {
        case "/": HTTPResponse(status: .ok, body: Self.index)
        case "/groups":
            HTTPResponse(status: .ok, contentType: "application/json", body: groups() + "\n")
        case "/healthz": health(pool: request.pool)
        case "/latency":
            HTTPResponse(status: .ok, contentType: "application/json", body: latency() + "\n")
        case "/metrics":
            HTTPResponse(status: .ok, contentType: PrometheusText.contentType, body: metrics())
        case "/stats.json":
            HTTPResponse(status: .ok, contentType: "application/json", body: json() + "\n")
        default: HTTPResponse(status: .notFound, body: "not found\n")
        }
    }

    private func health(pool: String?) -> HTTPResponse {
        switch HealthReport(source.snapshot(), pool: pool) {
        case .healthy: HTTPResponse(status: .ok, body: "ok\n")
        case .unhealthy(let lines):
            HTTPResponse(status: .unavailable, body: lines.joined(separator: "\n") + "\n")
        case .unknownPool(let name): HTTPResponse(status: .notFound, body: "no pool \(name)\n")
        }
    }

    private func json() -> String {
        StatsDocument.json(source.snapshot(), of: identity, at: ServiceIdentity.now())
    }

    private func groups() -> String {
        GroupsDocument.json(source.snapshot(), at: ServiceIdentity.now())
    }

    private func latency() -> String {
        LatencyDocument.json(source.latency(), at: ServiceIdentity.now())
    }

    private func metrics() -> String {
        PrometheusText(
            source.snapshot(), source.latency(), of: identity, at: ServiceIdentity.now()
        ).text
    }

    private static let index = """
        martlet \(Version.number)

        /groups      replication groups: their nodes, and what failovers were like, as JSON
        /healthz     200 while every pool has its min_servers, else 503; ?pool=NAME for one
        /latency     how long requests took at the servers and in the proxy, as JSON
        /metrics     all figures for Prometheus
        /stats.json  all figures as twemproxy's JSON

        """
}
