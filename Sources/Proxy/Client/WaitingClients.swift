/// Clients whose replies wait for the rest of what their pipelines are owed, so that one send takes
/// them all; in the order in which they began to.
///
/// A client whose rest has come, or who has left, does not tell: its place here is found to be
/// nobody's when it comes to the front.
struct WaitingClients: ~Copyable {
    private struct Place: BitwiseCopyable {
        let client: Handle
        /// Microseconds on the loop's clock.
        let since: Int64
    }

    private var places = Ring<Place>()

    var isEmpty: Bool { places.isEmpty }

    mutating func append(_ client: Handle, since: Int64, from blocks: BlockPool) {
        places.append(Place(client: client, since: since), from: blocks)
    }

    /// Takes the first one, if it has waited since then or for longer.
    mutating func takeOverdue(
        since latest: Int64, of clients: SlotTable<Client>, to blocks: BlockPool
    ) -> Unretained<Client>? {
        while !places.isEmpty {
            let place = places.first
            guard let client = unsafe clients.find(place.client).map(Unretained.init) else {
                places.dropFirst(to: blocks)
                continue
            }
            let isWaiting = client.use { $0.waitsSince == place.since }
            guard !isWaiting || place.since <= latest else { return nil }
            places.dropFirst(to: blocks)
            if isWaiting { return client }
        }
        return nil
    }

    mutating func release(to blocks: BlockPool) { places.release(to: blocks) }
}
