import Testing
import Wire

struct RedisCommandTests {
    /// The commands that twemproxy 0.5.0 serves with one certain number of arguments, as measured.
    private static let exactInTwemproxy: [(count: Int, names: String)] = [
        (
            1,
            """
            decr dump get getdel hgetall hkeys hlen hvals incr llen persist pttl scard smembers
            strlen ttl type zcard
            """
        ),
        (
            2,
            """
            append decrby expire expireat getbit getset hexists hget hstrlen incrby incrbyfloat
            lindex pexpire pexpireat rpoplpush setnx sismember zrank zrevrank zscore
            """
        ),
        (
            3,
            """
            getrange hincrby hincrbyfloat hsetnx lrange lrem lset ltrim psetex setbit setex
            setrange smove zcount zincrby zlexcount zremrangebylex zremrangebyrank
            zremrangebyscore
            """
        ),
        (
            4,
            """
            linsert lmove
            """
        ),
    ]

    /// The commands that twemproxy 0.5.0 serves with various numbers of arguments, as measured.
    private static let variousInTwemproxy = """
        bitcount bitfield bitpos copy del eval evalsha exists geoadd geodist geohash geopos
        georadius georadiusbymember geosearch geosearchstore getex hdel hmget hmset
        hrandfield hscan hset lolwut lpop lpos lpush lpushx mget pfadd pfcount pfmerge
        restore rpop rpush rpushx sadd sdiff sdiffstore set sinter sinterstore smismember
        sort spop srandmember srem sscan sunion sunionstore touch unlink zadd zdiff
        zdiffstore zinter zinterstore zmscore zpopmax zpopmin zrandmember zrange zrangebylex
        zrangebyscore zrangestore zrem zrevrange zrevrangebylex zrevrangebyscore zscan
        zunion zunionstore
        """

    @Test func everyCommandOfTwemproxyIsServedWithItsArity() throws {
        for (count, names) in Self.exactInTwemproxy {
            for name in names.split(whereSeparator: \.isWhitespace) {
                let line = try #require(command(named: name))
                #expect(line.isServed, "\(name)")
                #expect(line.accepts(argumentCount: count + 1), "\(name)")
                #expect(!line.accepts(argumentCount: count), "\(name)")
            }
        }
        for name in Self.variousInTwemproxy.split(whereSeparator: \.isWhitespace) {
            let line = try #require(command(named: name))
            #expect(line.isServed, "\(name)")
            #expect(line.arity < 0, "\(name)")
        }
    }

    @Test(arguments: [
        ("mget", RedisCommand.Handling.mget), ("mset", .mset), ("del", .sum), ("unlink", .sum),
        ("touch", .sum),
        ("exists", .sum), ("ping", .local(.ping)), ("echo", .local(.echo)), ("quit", .local(.quit)),
        ("auth", .local(.auth)), ("command", .local(.command)), ("select", .local(.select)),
        ("lolwut", .anyServer), ("get", .forward), ("rename", .forward), ("copy", .forward),
        ("bitop", .forward),
        ("object", .forward), ("xadd", .forward), ("xread", .forward), ("lmpop", .forward),
        ("getex", .forward),
        ("msetnx", .forward), ("fcall", .forward), ("expiretime", .forward), ("sort_ro", .forward),
        ("blpop", .blocking), ("multi", .local(.multi)), ("subscribe", .local(.subscribe)),
        ("client", .local(.client)), ("hello", .local(.hello)), ("config", .local(.config)),
        ("keys", .everywhere(.join)), ("scan", .scan), ("migrate", .refused(.moving)),
        ("flushall", .everywhere(.same)), ("wait", .refused(.waiting)), ("move", .refused(.moving)),
        ("memory", .subcommands), ("info", .everywhere(.information(true))),
        ("reset", .local(.reset)),
    ])
    func commandsAreHandledAsPromised(name: String, handling: RedisCommand.Handling) {
        #expect(command(named: name)?.handling == handling)
    }

    @Test func namesAreFoundInAnyCase() {
        for name in [
            "get", "GET", "gEt", "georadiusbymember_ro", "GEORADIUSBYMEMBER_RO", "RESTORE-ASKING",
        ] {
            #expect(command(named: name)?.name == name.lowercased())
        }
        let unknown = [
            "", "ge", "gett", "g\0t", "get\0", "get ", "eval\u{7F}ro", "EVAL?RO", "restore\rasking",
            "georadiusbymember_ro_", String(repeating: "a", count: 25),
            String(repeating: "a", count: 1000),
        ]
        for name in unknown {
            #expect(command(named: name) == nil, "\(name)")
        }
    }

    @Test func readsAndWritesAreToldApart() throws {
        for name in ["get", "mget", "xread", "sort_ro", "object", "eval_ro", "exists"] {
            #expect(command(named: name)?.isReadOnly == true, "\(name)")
            #expect(command(named: name)?.isWrite == false, "\(name)")
        }
        for name in ["set", "del", "eval", "fcall", "xreadgroup", "sort", "getex", "xgroup"] {
            #expect(command(named: name)?.isWrite == true, "\(name)")
            #expect(command(named: name)?.isReadOnly == false, "\(name)")
        }
    }

    @Test func pairsMustBeComplete() throws {
        for name in ["mset", "msetnx"] {
            let line = try #require(command(named: name))
            #expect(line.accepts(argumentCount: 3))
            #expect(line.accepts(argumentCount: 5))
            #expect(!line.accepts(argumentCount: 1))
            #expect(!line.accepts(argumentCount: 4))
        }
    }

    // MARK: - COMMAND

    private func reply(_ arguments: String...) throws -> String {
        let bytes = resp(arguments)
        let found = try #require(request(in: bytes))
        return text(RedisCommand.reply(to: found, in: bytes.span))
    }

    @Test func infoDescribesServedCommandsOnly() throws {
        let get =
            "*10\r\n$3\r\nget\r\n:2\r\n*2\r\n+readonly\r\n+fast\r\n:1\r\n:1\r\n:1\r\n"
            + "*3\r\n+@read\r\n+@string\r\n+@fast\r\n*0\r\n"

        #expect(try reply("COMMAND", "INFO", "GET").hasPrefix("*1\r\n" + get))
        let several = try reply("command", "info", "nosuch", "get", "save")
        #expect(several.hasPrefix("*3\r\n$-1\r\n" + get) && several.hasSuffix("$-1\r\n"))
    }

    @Test func commandDescribesAsManyCommandsAsItCounts() throws {
        let all = utf8(try reply("COMMAND"))
        let header = try #require(arrayHeader(in: all))

        #expect(try reply("COMMAND", "COUNT") == ":\(header.count)\r\n")
        #expect(try reply("COMMAND", "INFO") == text(all))
        #expect(elementLength(at: 0, in: all) == all.count)
        let docs = utf8(try reply("COMMAND", "DOCS"))
        #expect(arrayHeader(in: docs)?.count == header.count * 2)
        #expect(elementLength(at: 0, in: docs) == docs.count)
    }

    @Test(arguments: [
        ("COMMAND foo", "ERR unknown subcommand 'foo'. Try COMMAND HELP."),
        ("COMMAND COUNT 1", "ERR wrong number of arguments for 'command|count' command"),
        ("CLIENT id x", "ERR wrong number of arguments for 'client|id' command"),
        (
            "CLIENT PAUSE 1",
            "ERR 'CLIENT|PAUSE' is not served: it would stop a server for the clients of every "
                + "proxy before it"
        ),
    ])
    func subcommandsAreRefusedInRedisWords(line: String, words: String) throws {
        let bytes = resp(line.split(separator: " ").map(String.init))
        let found = try #require(request(in: bytes))
        let command = try #require(found.command.command)

        let error = try #require(subcommandError(in: found, of: command, bytes))

        #expect(text(error) == "-\(words)\r\n")
    }

    @Test func subcommandsInOrderHaveNoError() throws {
        for line in ["COMMAND", "COMMAND COUNT", "CLIENT ID", "MEMORY USAGE a", "CONFIG GET a b"] {
            let bytes = resp(line.split(separator: " ").map(String.init))
            let found = try #require(request(in: bytes))
            let command = try #require(found.command.command)
            #expect(command.hasSubcommands)
            #expect(subcommandError(in: found, of: command, bytes) == nil)
        }
    }

    @Test func everyRefusalHasAReason() {
        for refusal in RedisRefusal.allCases {
            #expect(!refusal.reason.isEmpty)
            #expect(text(refusal.reply(to: "foo")).hasPrefix("-ERR "))
        }
    }
}
