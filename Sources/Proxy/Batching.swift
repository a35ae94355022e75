/// Lets a busy worker's requests come in batches.
///
/// A worker that is nearly always awake is woken for two or three requests at a time, and hands
/// each server as few: the system calls at both ends cost more than the requests. Sleeping for a
/// moment between turns makes batches of them. Measured with 100 clients, four Redis servers and
/// two cores, CPU per request against nutcracker in the same run, with and without: GET 0.89 and
/// 1.02, SET 0.90 and 1.12. A worker that is awake for less does not sleep, nor does one for a few
/// clients, who would only wait: at 20,000 GETs a second there the median latency is nutcracker's,
/// 0.21 ms.
///
/// Where replies wait in queues at the servers, it sleeps for a share of that: what waits anyway is
/// fetched in fewer portions. A sleep of up to 480 microseconds instead of 120 makes pipelines of 16
/// SETs cost 0.74 µs a request instead of 0.93, of memcached's 0.80 instead of 1.13, MGETs of 100
/// keys 28 instead of 34 and memcached's 29 instead of 46, at the same rates and latencies. What the
/// network takes is no queue: sleep would come on top of it.
///
/// While a worker sleeps so, the first replies of a pipeline wait for the others too: they come in
/// several turns, from several servers, and each send costs as much as three requests. With
/// pipelines of 16 over four servers, 0.098 sends a request instead of 0.140.
struct Batching {
    /// The usual sleep, and the length of a turn from which on it makes no sense any more; 0: it
    /// never sleeps. 120 microseconds are small against the queueing before a busy worker, and ten
    /// requests long at 100,000 a second.
    let waitMicroseconds: Int
    /// The share of its time that a worker is awake, above which it begins to sleep, and below
    /// which it stops, sleeping. Beginning at 0.62 spares the half-loaded worker the latency and
    /// costs the loaded one what is gained: SET 1.01 and memcached get 1.06 of nutcracker's CPU.
    var begin = 0.5
    var end = 0.25
    /// The same where replies wait in queues.
    var queuedBegin = 0.15
    var queuedEnd = 0.05
    /// So many requests must be in flight on the mean for a sleep to gather some. With 30 clients,
    /// 13 without sleep and 21 with it, a SET costs 9.2 µs instead of 11.2 at the same rate; with
    /// 20, 10 and 14, it costs 13.5 instead of 11.7, at two thirds of the rate.
    var crowd = 16.0
    /// How much of the means each turn makes up, and of `took` where it falls.
    private static let weight = 1.0 / 32
    private static let fall = 1.0 / 16

    private var share = 0.0
    private var wokenAt: Int64 = 0
    private var waitingSince: Int64 = 0
    private var isBusy = false
    /// How many requests are in flight, on the mean: by Little's law, what replies took in a time
    /// by that time. A client that is there for a request or two counts for as long as it is: with
    /// a connection for each SET sleeping saves a quarter of the system calls.
    private var flights = 0.0
    /// What a reply took in most turns, in microseconds.
    var took = 0.0
    /// What the network takes of that, on the mean.
    private var network = 0.0
    private var replies = Departures.Turn()
    /// Replies from servers since the last turn was looked at, and how long the network took to
    /// carry these and their requests, added up.
    private var arrivals = 0
    private var carriedFor = 0
    private var livesTook = 0
    /// From one waking to the next, at least.
    private var shortestTurn: Int
    /// How long to sleep before the next look, in microseconds.
    private(set) var sleep = 0
    /// How long the replies to a pipeline wait for the others at most, in microseconds.
    private(set) var patience: Int64 = 0

    /// They wait for this share of what replies take anyway…
    private static let patienceShare = 0.5
    /// …up to this, whatever a stalled server makes of the mean.
    private static let longestPatience = 2_000.0
    /// Sleep is this share of the time that replies spend in queues…
    private static let queueShare = 0.25
    /// …up to so many times the usual: another pool's requests may be quicker.
    private static let longestSleep = 4.0
    /// A client that leaves within this time has come for a request or two.
    static let shortLifeMilliseconds = 100

    init(waitMicroseconds: Int) {
        self.waitMicroseconds = waitMicroseconds
        shortestTurn = waitMicroseconds
    }

    /// So many replies have come from a server.
    ///
    /// - Parameter roundTrip: what the network takes to it and back, in microseconds.
    mutating func hears(_ replies: Int, after roundTrip: Int) {
        arrivals &+= replies
        carriedFor &+= replies &* roundTrip
    }

    /// The loop is about to wait.
    ///
    /// - Parameters:
    ///   - now: microseconds on the monotonic clock.
    ///   - replies: what left in this turn.
    ///   - livesTook: how long those clients were there who left in this turn and had a short life,
    ///     added up, in microseconds.
    ///   - isLarge: whether a portion of a large value has come. Its sender has room for no more
    ///     than that and waits: values of 1 MB would come at 0.7 of nutcracker's rate for 1.1 of its
    ///     CPU, and come at 1.0 for 0.8. Among many small replies these count for more.
    mutating func waits(
        at now: Int64, _ replies: Departures.Turn, livesTook: Int, isLarge: Bool
    ) {
        waitingSince = now
        self.replies = replies
        self.livesTook = livesTook
        let hurries = isLarge && Double(replies.replies) < crowd
        // A long turn has had its batch.
        sleep = isBusy && !hurries ? max(0, shortestTurn - Int(now - wokenAt)) : 0
    }

    /// The loop has waited.
    ///
    /// - Parameter now: microseconds on the monotonic clock.
    mutating func wakes(at now: Int64) {
        let awake = max(0, waitingSince - wokenAt)
        let turn = max(0, now - wokenAt)
        wokenAt = now
        guard turn > 0 else { return }
        share += (Double(awake) / Double(turn) - share) * Self.weight
        let inFlight = Double(replies.microseconds + livesTook) / Double(turn)
        flights += (inFlight - flights) * Self.weight
        if flights >= crowd {
            learnTimes()
            decide()
        } else {
            isBusy = false
            patience = 0
        }
    }

    private mutating func learnTimes() {
        if arrivals > 0 {
            let mean = Double(carriedFor) / Double(arrivals)
            network += (mean - network) * Self.weight
            (arrivals, carriedFor) = (0, 0)
        }
        guard replies.replies > 0 else { return }
        let mean = Double(replies.microseconds) / Double(replies.replies)
        // It rises slowly and falls faster: a few replies of a stalled server are not the rule.
        took += mean > took ? min(mean - took, took + 100) * Self.weight : (mean - took) * Self.fall
    }

    private mutating func decide() {
        let wait = Double(waitMicroseconds)
        let worthwhile = (took - network - Double(sleep)) * Self.queueShare
        let isQueued = worthwhile > wait
        let least = isQueued ? (isBusy ? queuedEnd : queuedBegin) : (isBusy ? end : begin)
        isBusy = share > least
        shortestTurn = Int(min(max(worthwhile, wait), wait * Self.longestSleep))
        let patience = min(took * Self.patienceShare, Self.longestPatience)
        self.patience = isBusy && waitMicroseconds > 0 ? Int64(patience) : 0
    }
}
