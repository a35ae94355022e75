/// What a client has server connections of its own for.
@safe final class PrivateSession {
    /// Where keys are watched, from WATCH to EXEC, DISCARD or UNWATCH. Closed, it says that what
    /// was watched is lost.
    var watching: ServerConnection?
    /// Whether the request in flight ends the watching.
    var isWatchEnding = false
    /// Where the client waits for what may take for ever.
    var blocked: ServerConnection?
    /// Where all servers are asked for what cannot wait behind others' requests.
    var asked: [ServerConnection] = []

    /// What the one could not do goes on over the other.
    func replace(_ connection: ServerConnection, with successor: ServerConnection) {
        if watching === connection { watching = successor }
        if blocked === connection { blocked = successor }
        asked = asked.map { $0 === connection ? successor : $0 }
    }

    /// The client is gone.
    func end() {
        watching?.close(because: .retired)
        blocked?.close(because: .retired)
        for connection in asked { connection.close(because: .retired) }
        watching = nil
        blocked = nil
        asked.removeAll()
    }
}
