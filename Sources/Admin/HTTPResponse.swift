/// A reply of the admin port to an HTTP request.
struct HTTPResponse {
    /// The status line's number and words.
    enum Status: String {
        case ok = "200 OK"
        case badRequest = "400 Bad Request"
        case notFound = "404 Not Found"
        case methodNotAllowed = "405 Method Not Allowed"
        case requestTimeout = "408 Request Timeout"
        case headTooLarge = "431 Request Header Fields Too Large"
        case unavailable = "503 Service Unavailable"
    }

    var status: Status
    var contentType = "text/plain; charset=utf-8"
    var body: String

    /// The reply as it is sent.
    ///
    /// - Parameter withBody: false for HEAD, whose reply has the same header fields and no body.
    func encoded(withBody: Bool = true) -> [UInt8] {
        var head = "HTTP/1.1 \(status.rawValue)\r\n"
        if status == .methodNotAllowed { head += "Allow: GET, HEAD\r\n" }
        head += "Content-Type: \(contentType)\r\n"
        head += "Content-Length: \(body.utf8.count)\r\n"
        head += "Cache-Control: no-store\r\n"
        head += "Connection: close\r\n\r\n"
        return Array((withBody ? head + body : head).utf8)
    }
}
