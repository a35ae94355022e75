import Testing

@testable import Admin

struct HTTPRequestTests {
    @Test func readsMethodPathAndPool() {
        let request = HTTPRequest(
            head: Array("GET /healthz?a=b&pool=m%20x%26 HTTP/1.1\r\n\r\n".utf8)[...])

        #expect(request?.method == "GET")
        #expect(request?.path == "/healthz")
        #expect(request?.pool == "m x&")
    }

    @Test(arguments: [
        "GET /\r\n\r\n", "GET  / HTTP/1.1\r\n\r\n", "GET x HTTP/1.1\r\n\r\n",
        "GET /%zz HTTP/1.1\r\n\r\n",
        "GET /%f HTTP/1.1\r\n\r\n", "GET / HTTP/2\r\n\r\n", "GET / a HTTP/1.1\r\n\r\n",
    ])
    func refuses(_ head: String) {
        #expect(HTTPRequest(head: Array(head.utf8)[...]) == nil)
    }
}
