/// Requests that wait for a primary.
struct HeldRequests: Equatable {
    var count = 0
    var bytes = 0
}
