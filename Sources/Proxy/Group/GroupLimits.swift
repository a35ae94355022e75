/// The pace and the bounds of following replication groups. All times are milliseconds.
enum GroupLimits {
    /// How often nodes are asked while all is well: replicas that fall behind are noticed within
    /// that time, and a node has one tiny question a second to answer.
    static let peace = 900...1100
    /// How often they are asked while a primary is missing: the first figure adds the least to an
    /// outage, the last spares nodes that are starting. The range widens with each round.
    static let shortestSeek = 20
    static let firstSeekSpread = 5
    static let seekSpreadStep = 15
    static let longestSeek = 100
    /// How long a node may take to answer. A primary that is busy for longer than that (a big KEYS,
    /// a fork) must not be given up at once, and is not: that takes another one.
    static let peaceAnswer = 1000
    static let seekAnswer = 500
    /// After a failed connection the next attempt waits so long.
    static let backoff = 10...250
    /// A decision for the same primary again is published so long after the last one at the
    /// earliest, twice as long each time while workers keep suspecting it.
    static let firstRepeat = 50
    static let longestRepeat = 400
    /// Without a suspicion for so long, the pace is the first again.
    static let repeatMemory = 1000
    /// How often the name is doubted while a primary is missing; the resolver has its own bounds.
    static let doubt = 500
    /// A node that nobody could reach, nor mentioned, for so long is forgotten.
    static let forget = 60_000
    /// Nodes that are followed; more are passed over.
    static let mostNodes = 64
    /// Former primaries that are remembered.
    static let mostFormer = 16
    /// Histories that are remembered.
    static let mostHistories = 256
    /// Questions to one node that are unanswered: the one of the last round, and an urgent one.
    static let mostQuestions = 2
    /// An announced name is resolved again after this.
    static let announcedName = 5000
    /// Microseconds by which a node's time to answer may change without a word.
    static let sameMicroseconds = 200
    /// Nobody was primary for so long: then even a node is taken that nothing speaks for but its
    /// own word. Shorter than that is an ordinary failover, whose new primary has a history or a
    /// name to show.
    static let long: Int64 = 10_000
    /// The same for a node that continues the primary's history, but was a second primary beside it
    /// before: well within what requests are held for.
    static let longBeside: Int64 = 2000
    /// While seeking, a primary that does not answer for so long is given up if a replica of its
    /// own was promoted meanwhile.
    static let silence: Int64 = 150
    /// The same at the start, when the primary behind the name was never seen: there is no history
    /// to compare with, and the name may be the older news.
    static let longUnverified: Int64 = 1000
}
