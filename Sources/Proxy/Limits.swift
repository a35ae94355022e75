/// The data path's bounds. What is an option of a pool is in `PoolConfiguration`; the rest are
/// constants here, with the reason for their size.
enum Limits {
    /// What one `read` takes at most: a pipeline of 128 small requests is one read, and so are
    /// large pieces of large values, while it still stays in the second-level cache and gives every
    /// connection its turn.
    static let scratch = 256 * 1024
    /// Reads of that size from one connection in one turn, while each is full: a megabyte, which
    /// would else take four turns with a wait for events in each.
    static let fullReads = 4
    /// A piece of a reply this large goes to its client's socket straight from where it was read,
    /// if nothing waits before it. Copying it first cost a seventh of the user time of a 1 MB GET;
    /// for smaller ones the copy is cheaper than a system call of their own.
    static let sentDirectly = 32 * 1024
    /// A pipeline's replies do not wait for the others while they are so many bytes: one send takes
    /// no more at once.
    static let waitingForOthers = 64 * 1024
    /// A value of which more than this is to come goes on from socket to socket within the kernel…
    ///
    /// Values of 200 KB would cost 1.6 times as much so: copying what is in the cache is cheap, and
    /// each send wakes somebody.
    static let relayedFrom = 256 * 1024
    /// …until less than this is left, which is read and sent together with its CRLF.
    static let relayedOnFrom = 128 * 1024
    /// What goes on so at once: as much as a pipe may have without privileges, and no more in a
    /// turn than reads take.
    static let relayedAtOnce = 1024 * 1024
    /// What is read first where the next value is likely to be one, too: enough for a reply to
    /// begin to stream. With `scratch` it was a quarter of a megabyte that was copied.
    static let readBeforeRelay = 72 * 1024
    /// A portion above this is enough for one turn of one connection.
    static let relayedPerTurn = 512 * 1024
    /// What a socket does not take of a portion is kept in blocks of this size, the largest that
    /// are recycled.
    static let blockOfRelayed = unsafe BlockPool.largestPooled - Segment.headerBytes
    /// An unfinished request for one server is sent on as it comes if it is longer than this: as
    /// much as one read takes, so nothing waits for its rest that may be here already.
    static let uploadFrom = 256 * 1024
    /// Large requests on their way to one server from one worker. One fills a server that works at
    /// one request at a time; the others are for clients that send slowly.
    static let uploadsPerServer = 4
    /// How often those who wait for one of them are seen to.
    static let uploadLookMilliseconds = 250
    /// Who has waited so long, while none of them ended, has it collected, if it is no larger than
    /// the next bound.
    static let uploadWaitMilliseconds = 1000
    /// What is collected although it could be sent on: by those who waited, and where it may have
    /// to be sent again. Above it, memory is worth more.
    static let collectedAtMost = 16 * 1024 * 1024
    /// A client that holds such a connection and sends nothing for so long is closed, if others
    /// wait.
    static let stalledUploadMilliseconds = 5000
    /// A reply of which more than this is to come keeps others waiting for a millisecond and more,
    /// so requests after it take another connection.
    static let detachFrom = 1024 * 1024
    /// Connections with such replies at once, per server and worker; on further ones others wait.
    /// Each may be held by a client that reads slowly, and costs the proxy what that client may
    /// have waiting.
    static let repliesDetachedPerServer = 16
    /// How long a connection for large transfers is kept without any.
    static let idleDetachedMilliseconds = 10_000
    /// An unfinished request longer than this gets a block of its own, read into directly.
    static let ownInputBlock = 16 * 1024
    /// The first size of that block; it doubles from there on as bytes really arrive, so that
    /// announcing a large value costs the announcer, not us.
    static let firstInputBlock = 4 * 1024 * 1024
    /// A fragment of a split Redis request is written into one block up to this, what is kept of
    /// blocks: 5,000 short keys over four servers.
    static let fragmentInOneBlock = unsafe 64 * 1024 - Segment.headerBytes
    /// What clients that send a request in parts keep of it is kept for the next ones, so many
    /// times.
    static let spareUnfinished = 64
    /// Requests of one client in flight; the next ones are parsed when replies have left. Above
    /// what clients pipeline, below what would let one client fill every queue.
    static let requestsInFlight = 4096
    /// What a client may queue between MULTI and EXEC: above what applications do in one go, and
    /// bounded for one that never says EXEC.
    static let transactionCommands = 65536
    static let transactionBytes = 16 * 1024 * 1024
    /// What of it the proxy answers itself: these are short and few, and no part of `max_memory`.
    static let localCommands = 1024
    static let localCommandBytes = 64 * 1024
    /// A client with more bytes than this waiting to be sent to it is not read from…
    static let outputHighWater = 1024 * 1024
    /// …until fewer than this are left.
    static let outputLowWater = 256 * 1024
    /// A reply streams on to its client once so much of it has come; a smaller one is passed on
    /// whole, so that a server lost in the middle of it is still an error reply.
    static let streamFrom = 64 * 1024
    /// A reply to be translated to RESP3 is kept until it is whole; one that is larger is an error
    /// instead. Above what applications read at once, and bounded for each connection.
    static let translatedReply = 16 * 1024 * 1024
    /// A client with more than this waiting is a slow reader. Its server connection is not read
    /// from while nobody else waits for replies behind its own. If somebody does, the proxy buffers
    /// on, within the next bound.
    static let streamHighWater = 4 * 1024 * 1024
    /// How often a server connection that is not read from looks whether somebody waits by now.
    static let stalledReaderMilliseconds = 50
    /// How often memory is looked for at the largest holders when it is short: looking costs time
    /// for each client, and closing takes effect at once.
    static let reliefMilliseconds = 100
    /// Closing a client that holds less relieves nobody: 20,000 of them hold 320 MB.
    static let worthRelieving = 16 * 1024
    /// What a client takes besides its blocks: itself, its watcher, its places in tables.
    static let bytesPerClient = 768
    /// How often within `client_idle_timeout` a client is looked at, and so how exact it is.
    static let idleLooks = 8
    /// Bytes and requests waiting on one server connection; beyond, requests are refused at once.
    /// Far above a full second of traffic, and still bounded when a server stalls and no `timeout`
    /// is set.
    static let logBytes = 256 * 1024 * 1024
    static let ticketsPerConnection = 256 * 1024
    /// Connections accepted per event and listener, so that a storm of them does not starve those
    /// who are in.
    static let acceptBatch = 64
    /// How long a listener rests when the process is out of descriptors or memory.
    static let acceptPauseMilliseconds = 100
    /// Connections that one client had for itself are kept for the next one: so many a server, and
    /// for so long.
    static let idlePrivateConnections = 32
    static let idlePrivateMilliseconds = 30_000
    /// What one client may be subscribed to, and the bytes of all those names, which are no part of
    /// `max_memory`.
    static let subscriptions = 100_000
    static let subscriptionBytes = 8 * 1024 * 1024
    /// A server that messages come from is asked for a sign of life after so much silence, and
    /// given up after twice as much.
    static let subscriberSilenceMilliseconds: Int64 = 5000
    /// What a client may send on while it waits for one reply alone: reading on is how its end is
    /// noticed.
    static let inputWhileBlocked = 16 * 1024
    /// How long a refused client may take to read its error.
    static let lingerMilliseconds = 1000
    /// Pieces per system call: what Linux takes at once is 1024; 64 of 16 KiB fill any socket
    /// buffer.
    static let vectors = 64
    /// A connection attempt ends after this when the pool has no `timeout`.
    static let connectMilliseconds = 5000
    /// After a failed connection attempt, the next one waits this long: at most a few attempts a
    /// second against a dead server, back within half a second of its return.
    static let backoffMilliseconds = 10...500
    /// A connection that takes no more requests, since its server is not the primary any more, gets
    /// so long for the replies it owes: a healthy server needs a round trip, and all other requests
    /// wait for them.
    static let drainMilliseconds: Int64 = 1000
    /// One that says nothing for so long meanwhile gets no more.
    static let silentDrainMilliseconds: Int64 = 200
    /// How often held requests are looked at for those whose time is over.
    static let holdTickMilliseconds = 20
    /// A connection whose requests time out is closed after this many timeouts without a byte from
    /// the server.
    static let timeoutsWithoutProgress = 3
}
