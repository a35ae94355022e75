import Testing

/// Requests of one kind, in an order in which each sees the effects of those before.
struct Conversation: Sendable, CustomTestStringConvertible {
    let name: String
    let requests: [[String]]

    var testDescription: String { name }

    /// A line is a request. Arguments end at a space; a `_` in one stands for a space inside it.
    private init(_ name: String, _ script: String) {
        self.name = name
        requests = script.split(separator: "\n").map { line in
            line.split(separator: " ", omittingEmptySubsequences: false).map { argument in
                String(argument.replacing("_", with: " "))
            }
        }
    }

    static let all = [
        Conversation(
            "strings",
            """
            SET a 1
            GET a
            GET nothing
            SET a 2 EX 100
            SET a 3 NX
            SET b 4 XX
            SET a 5 GET
            SETNX n 1
            SETNX n 2
            SETEX e 100 v
            PSETEX p 100000 v
            GETSET a 6
            GETDEL a
            GETEX e PERSIST
            APPEND s hello
            APPEND s _world
            STRLEN s
            GETRANGE s 0 4
            SETRANGE s 6 there
            GET s
            INCR i
            INCRBY i 41
            DECR i
            DECRBY i 10
            INCRBYFLOAT i 0.5
            INCR s
            SETRANGE empty 0 _
            GET empty
            """),
        Conversation(
            "bits",
            """
            SETBIT b 7 1
            SETBIT b 100 1
            GETBIT b 7
            GETBIT b 8
            BITCOUNT b
            BITCOUNT b 0 0
            BITPOS b 1
            BITPOS b 0
            BITFIELD b SET u8 0 200 GET u8 0 INCRBY u8 0 100
            GETRANGE b 0 -1
            """),
        Conversation(
            "hashes",
            """
            HSET h a 1 b 2
            HSET h a 3
            HSETNX h c 4
            HSETNX h c 5
            HGET h a
            HGET h x
            HMSET h d 6 e 7
            HMGET h a x e
            HEXISTS h a
            HEXISTS h x
            HLEN h
            HSTRLEN h a
            HINCRBY h a 5
            HINCRBYFLOAT h a 0.5
            HKEYS h
            HVALS h
            HGETALL h
            HGETALL nothing
            HDEL h a b x
            HSET one f v
            HRANDFIELD one
            HRANDFIELD one 1 WITHVALUES
            HINCRBY h zz nan
            GET h
            """),
        Conversation(
            "lists",
            """
            RPUSH l a b c
            LPUSH l z
            LPUSHX l y
            LPUSHX nothing y
            RPUSHX l d
            LRANGE l 0 -1
            LLEN l
            LINDEX l 1
            LINDEX l 99
            LSET l 0 x
            LSET l 99 x
            LINSERT l BEFORE b m
            LINSERT l AFTER nothing m
            LREM l 1 m
            LPOS l c
            LTRIM l 0 3
            LPOP l
            RPOP l
            LPOP l 2
            LPOP nothing
            LPOP nothing 2
            RPUSH src 1 2 3
            RPOPLPUSH src src
            LMOVE src src LEFT RIGHT
            LRANGE src 0 -1
            LRANGE nothing 0 -1
            """),
        Conversation(
            "sets",
            """
            SADD s a b c
            SADD s a
            SCARD s
            SISMEMBER s a
            SMISMEMBER s a x b
            SORT s ALPHA
            SREM s a x
            SMEMBERS nothing
            SADD one v
            SMEMBERS one
            SRANDMEMBER one
            SRANDMEMBER one 2
            SADD s2 b
            SINTER s s2
            SDIFF s s2
            SUNION one nothing
            SINTERSTORE d s s2
            SDIFFSTORE d s s2
            SUNIONSTORE d one
            SMOVE s one c
            SCARD one
            SPOP d
            SPOP d
            SPOP nothing 3
            SADD n 1
            LPUSH n x
            """),
        Conversation(
            "sortedSets",
            """
            ZADD z 1 a 2 b 3 c
            ZADD z XX CH 5 a
            ZADD z NX 9 d
            ZADD z INCR 1 a
            ZSCORE z a
            ZSCORE z x
            ZMSCORE z a x
            ZCARD z
            ZCOUNT z 2 6
            ZINCRBY z 1.5 b
            ZRANK z c
            ZREVRANK z c
            ZRANK z x
            ZRANGE z 0 -1
            ZRANGE z 0 -1 WITHSCORES
            ZRANGE z 2 5 BYSCORE LIMIT 0 1
            ZREVRANGE z 0 1
            ZRANGEBYSCORE z -inf (5
            ZREVRANGEBYSCORE z +inf 3
            ZADD lex 0 a 0 b 0 c
            ZRANGEBYLEX lex [a (c
            ZREVRANGEBYLEX lex + -
            ZLEXCOUNT lex - +
            ZREM z x d
            ZPOPMIN z
            ZPOPMAX z 1
            ZREMRANGEBYRANK lex 0 0
            ZREMRANGEBYSCORE z 0 100
            ZREMRANGEBYLEX lex - +
            ZCARD z
            ZADD one 1 m
            ZRANDMEMBER one
            ZRANDMEMBER one 1 WITHSCORES
            ZRANGESTORE copy one 0 -1
            ZADD z notanumber a
            """),
        Conversation(
            "scripts",
            """
            SET k v
            EVAL return_{KEYS[1],ARGV[1]} 1 k arg
            EVAL return_redis.call('GET',KEYS[1]) 1 k
            EVAL return_{1,2,{3,'four'},redis.status_reply('fine')} 1 k
            EVAL return_redis.error_reply('MY_failure') 1 k
            EVAL return_false 1 k
            EVALSHA 620cd258c2c9c88c9d10db67812ccf663d96bdc6 1 k
            EVALSHA 0000000000000000000000000000000000000000 1 k
            EVAL return_redis.call('INCR',KEYS[1]) 1 k
            EVAL syntax_error_( 1 k
            """),
        Conversation(
            "hyperLogLogs",
            """
            PFADD h a b c
            PFADD h a
            PFCOUNT h
            PFADD nothing
            PFADD h2 c d
            PFMERGE m h h2
            PFCOUNT m
            """),
        Conversation(
            "places",
            """
            GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania
            GEODIST g Palermo Catania
            GEODIST g Palermo Catania km
            GEODIST g Palermo Nowhere
            GEOPOS g Palermo Nowhere
            GEOHASH g Palermo Catania
            GEORADIUS g 15 37 200 km WITHDIST ASC
            GEORADIUSBYMEMBER g Palermo 200 km ASC
            GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200 km ASC COUNT 1
            GEOSEARCHSTORE d g FROMLONLAT 15 37 BYRADIUS 200 km
            ZCARD d
            """),
        Conversation(
            "keys",
            """
            SET a 1
            EXISTS a
            EXISTS x
            TYPE a
            TYPE x
            EXPIRE a 100
            TTL a
            PERSIST a
            TTL a
            TTL x
            PEXPIRE a 100000
            PERSIST a
            EXPIREAT a 4102444800
            PEXPIREAT a 4102444800000
            EXPIRE x 100
            COPY a b
            GET b
            COPY a b
            COPY a b REPLACE
            TOUCH a
            UNLINK b
            DEL a
            DEL a
            DUMP x
            RESTORE bad 0 garbage
            EXPIRE a notanumber
            """),
        Conversation(
            "sorting",
            """
            RPUSH l 3 1 2
            SORT l
            SORT l DESC LIMIT 0 2
            SORT l ALPHA
            RPUSH words b a c
            SORT words
            SORT words ALPHA STORE sorted
            LRANGE sorted 0 -1
            SORT nothing
            """),
        Conversation(
            "scans",
            """
            HSET h a 1 b 2
            HSCAN h 0
            HSCAN h 0 MATCH a* COUNT 10
            SADD s v
            SSCAN s 0
            ZADD z 1 a 2 b
            ZSCAN z 0
            ZSCAN nothing 0
            HSCAN h notacursor
            """),
        Conversation(
            "many",
            """
            MSET a 1 b 2 c 3
            MGET a b c nothing a
            EXISTS a b c nothing a
            TOUCH a b nothing
            DEL a nothing b
            UNLINK c nothing
            MGET a b c
            """),
        Conversation(
            "wrongTypes",
            """
            SET a 1
            LPUSH a x
            HGET a f
            SADD a x
            ZADD a 1 x
            PFADD a x
            GET a
            INCR a
            SET a 1 BOGUS
            SET a 1 EX 0
            """),
    ]
}
