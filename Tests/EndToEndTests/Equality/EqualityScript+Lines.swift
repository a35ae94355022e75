extension EqualityScript {
    /// Every command of the table, and the errors that applications meet.
    static let text = #"""
        # strings
        SET a 1
        GET a
        GET nothing
        SET a 2 EX 100
        TTL a
        SET a 3 NX
        SET a 3 NX GET
        SET b 4 XX
        SET a 5 GET
        SET a 6 KEEPTTL
        SET a 1 BOGUS
        SET a 1 EX 0
        SET a 1 EX x
        SETNX n 1
        SETNX n 2
        SETEX e 100 v
        SETEX e 0 v
        PSETEX p 100000 v
        PSETEX p x v
        GETSET a 6
        GETDEL a
        GETDEL a
        GETEX e PERSIST
        GETEX e EX x
        APPEND s hello
        APPEND s " world"
        STRLEN s
        STRLEN nothing
        GETRANGE s 0 4
        GETRANGE s x 4
        SUBSTR s 0 4
        SUBSTR s 0 x
        SETRANGE s 6 there
        SETRANGE s -1 there
        GET s
        INCR i
        INCRBY i 41
        INCRBY i x
        DECR i
        DECRBY i 10
        DECRBY i x
        INCRBYFLOAT i 0.5
        INCRBYFLOAT i x
        INCR s
        DECR s
        LPUSH list a
        GET list
        SET list v
        GETSET list v
        APPEND list v
        STRLEN list
        GETDEL list
        GETEX list
        MGET s i nothing list s
        MGET s
        MSET x 1 y 2 z 3
        MSET x 1 y
        MSETNX {t}x 1 {t}y 2
        MSETNX {t}x 1 {t}z 2
        ! MSETNX a 1 b 2
        MSETNX {t}p 1 {t}q
        SET {t}l ohmytext
        SET {t}m mynewtext
        LCS {t}l {t}m
        LCS {t}l {t}m LEN
        LCS {t}l {t}m IDX MINMATCHLEN 4 WITHMATCHLEN
        LCS {t}l {t}m LEN IDX
        ! LCS a b

        # bits
        SETBIT b 7 1
        SETBIT b 100 1
        SETBIT b -1 1
        GETBIT b 7
        GETBIT b 8
        GETBIT b x
        BITCOUNT b
        BITCOUNT b 0 0
        BITCOUNT b 0 20 BIT
        BITCOUNT b 0
        BITPOS b 1
        BITPOS b 0
        BITPOS b 2
        BITFIELD b SET u8 0 200 GET u8 0 INCRBY u8 0 100
        BITFIELD b OVERFLOW FAIL INCRBY u2 0 3
        BITFIELD b OVERFLOW
        BITFIELD_RO b GET u8 0
        BITFIELD_RO b SET u8 0 1
        BITOP AND {t}d {t}a {t}b
        SET {t}a abc
        BITOP NOT {t}d {t}a
        BITOP NOT {t}d {t}a {t}b
        ! BITOP OR d a b
        GETRANGE b 0 -1

        # hashes
        HSET h a 1 b 2
        HSET h a 3
        HSET h a
        HSETNX h c 4
        HSETNX h c 5
        HGET h a
        HGET h x
        HGET nothing x
        HMSET h d 6 e 7
        HMSET h d
        HMGET h a x e
        HMGET nothing a
        HEXISTS h a
        HEXISTS h x
        HLEN h
        HSTRLEN h a
        HINCRBY h a 5
        HINCRBY h a x
        HINCRBYFLOAT h a 0.5
        HINCRBYFLOAT h a x
        HKEYS h
        HVALS h
        HGETALL h
        HGETALL nothing
        HKEYS nothing
        HDEL h a b x
        HSET one f v
        HRANDFIELD one
        HRANDFIELD one 1
        HRANDFIELD one 1 WITHVALUES
        HRANDFIELD one -2 WITHVALUES
        HRANDFIELD nothing
        HRANDFIELD nothing 1
        HRANDFIELD one x
        HSCAN h 0
        HSCAN h 0 MATCH d* COUNT 10
        HSCAN nothing 0
        HSCAN h x
        SET s v
        HGET s f
        HSET s f v
        HSETNX s f v
        HMGET s f
        HMSET s f v
        HEXISTS s f
        HLEN s
        HSTRLEN s f
        HKEYS s
        HVALS s
        HGETALL s
        HDEL s f
        HRANDFIELD s
        HSCAN s 0

        # lists
        RPUSH l a b c
        LPUSH l z
        LPUSHX l y
        LPUSHX nothing y
        RPUSHX l d
        LRANGE l 0 -1
        LRANGE l 0 x
        LRANGE nothing 0 -1
        LLEN l
        LINDEX l 1
        LINDEX l 99
        LINDEX l x
        LSET l 0 x
        LSET l 99 x
        LSET nothing 0 x
        LINSERT l BEFORE b m
        LINSERT l AFTER nothing m
        LINSERT l NEAR b m
        LREM l 1 m
        LREM l x m
        LPOS l c
        LPOS l nothing
        LPOS l c COUNT 0
        LPOS l c RANK 0
        LTRIM l 0 3
        LTRIM l 0 x
        LPOP l
        RPOP l
        LPOP l 2
        LPOP nothing
        LPOP nothing 2
        LPOP l -1
        RPOP l x
        RPUSH {t}src 1 2 3
        RPOPLPUSH {t}src {t}dst
        LMOVE {t}src {t}dst LEFT RIGHT
        LMOVE {t}src {t}dst LEFT UP
        LMOVE {t}nothing {t}dst LEFT RIGHT
        RPOPLPUSH {t}nothing {t}dst
        LMPOP 2 {t}nothing {t}src LEFT
        LMPOP 1 {t}nothing RIGHT COUNT 2
        LMPOP 0 l LEFT
        LMPOP 1 l UP
        ! RPOPLPUSH a b
        ! LMOVE a b LEFT RIGHT
        ! LMPOP 2 a b LEFT
        SET s v
        LPUSH s x
        RPUSH s x
        LPUSHX s x
        RPUSHX s x
        LLEN s
        LINSERT s BEFORE a b
        LINDEX s 0
        LPOS s a
        LSET s 0 a
        LREM s 0 a
        LTRIM s 0 1
        LPOP s
        RPOP s
        LRANGE s 0 1

        # blocking
        RPUSH {t}l a b c
        BLPOP {t}l 1
        BRPOP {t}nothing {t}l 1
        BLPOP {t}nothing 0.01
        BRPOP {t}nothing 0.01
        BLPOP {t}l x
        BRPOP {t}l -1
        BLMOVE {t}l {t}m LEFT RIGHT 1
        BLMOVE {t}nothing {t}m LEFT RIGHT 0.01
        BLMOVE {t}l {t}m LEFT UP 1
        BRPOPLPUSH {t}m {t}l 1
        BRPOPLPUSH {t}nothing {t}l 0.01
        BRPOPLPUSH {t}m {t}l x
        BLMPOP 1 2 {t}nothing {t}l LEFT COUNT 2
        BLMPOP 0.01 1 {t}nothing LEFT
        BLMPOP 1 0 {t}l LEFT
        ZADD {t}z 1 a 2 b 3 c 4 d
        BZPOPMIN {t}z 1
        BZPOPMAX {t}nothing {t}z 1
        BZPOPMIN {t}nothing 0.01
        BZPOPMAX {t}nothing 0.01
        BZPOPMIN {t}z x
        BZPOPMAX {t}z x
        BZMPOP 1 2 {t}nothing {t}z MIN
        BZMPOP 0.01 1 {t}nothing MAX
        BZMPOP 1 1 {t}z UP
        ! BLPOP a b 0.01
        ! BRPOP a b 0.01
        ! BLMOVE a b LEFT RIGHT 0.01
        ! BRPOPLPUSH a b 0.01
        ! BLMPOP 0.01 2 a b LEFT
        ! BZPOPMIN a b 0.01
        ! BZPOPMAX a b 0.01
        ! BZMPOP 0.01 2 a b MIN
        SET {t}s v
        BLPOP {t}s 1
        BRPOP {t}s 1
        BLMOVE {t}s {t}l LEFT RIGHT 1
        BRPOPLPUSH {t}s {t}l 1
        BLMPOP 1 1 {t}s LEFT
        BZPOPMIN {t}s 1
        BZPOPMAX {t}s 1
        BZMPOP 1 1 {t}s MIN
        ? BLPOP {t}wait 10
        2: RPUSH {t}wait x
        <
        ? BZPOPMIN {t}wait 10
        2: ZADD {t}wait 1.5 x
        <
        ? BZMPOP 10 1 {t}wait MIN
        2: ZADD {t}wait 1.5 x
        <
        ? XREAD BLOCK 10000 STREAMS {t}stream 0
        2: XADD {t}stream 1-1 f v
        <

        # sets
        SADD s a b c
        SADD s a
        SCARD s
        SISMEMBER s a
        SISMEMBER s x
        SMISMEMBER s a x b
        SMEMBERS s
        SREM s a x
        SMEMBERS nothing
        SADD one v
        SMEMBERS one
        SRANDMEMBER one
        SRANDMEMBER one 2
        SRANDMEMBER one -2
        SRANDMEMBER nothing
        SRANDMEMBER nothing 2
        SRANDMEMBER one x
        SPOP one
        SPOP one
        SADD one v
        SPOP one 3
        SPOP nothing 3
        SPOP one x
        SADD {t}a 1 2 3 x
        SADD {t}b 3 4 x
        SINTER {t}a {t}b
        SUNION {t}a {t}b
        SDIFF {t}a {t}b
        SINTER {t}a {t}nothing
        SINTERSTORE {t}d {t}a {t}b
        SDIFFSTORE {t}d {t}a {t}b
        SUNIONSTORE {t}d {t}a {t}nothing
        SINTERCARD 2 {t}a {t}b
        SINTERCARD 2 {t}a {t}b LIMIT 1
        SINTERCARD 0 {t}a
        SINTERCARD 3 {t}a {t}b
        SMOVE {t}a {t}b 1
        SMOVE {t}a {t}b nothing
        ! SINTER a b
        ! SUNION a b
        ! SDIFF a b
        ! SINTERSTORE d a b
        ! SUNIONSTORE d a b
        ! SDIFFSTORE d a b
        ! SINTERCARD 2 a b
        ! SMOVE a b x
        SSCAN {t}d 0 COUNT 100
        SSCAN {t}d 0 MATCH x*
        SSCAN nothing 0
        SSCAN {t}d x
        SET {t}n 1
        SADD {t}n 1
        SCARD {t}n
        SISMEMBER {t}n 1
        SMISMEMBER {t}n 1
        SMEMBERS {t}n
        SREM {t}n 1
        SMOVE {t}n {t}a 1
        SPOP {t}n
        SRANDMEMBER {t}n
        SINTER {t}n {t}a
        SUNION {t}n {t}a
        SDIFF {t}n {t}a
        SINTERSTORE {t}d {t}n
        SUNIONSTORE {t}d {t}n
        SDIFFSTORE {t}d {t}n
        SINTERCARD 1 {t}n
        SSCAN {t}n 0

        # sorted sets
        ZADD z 1 a 2 b 3 c
        ZADD z XX CH 5 a
        ZADD z NX 9 d
        ZADD z INCR 1 a
        ZADD z XX INCR 1 nothing
        ZADD z x a
        ZADD z NX XX 1 a
        ZSCORE z a
        ZSCORE z x
        ZSCORE nothing x
        ZMSCORE z a x
        ZMSCORE nothing a
        ZCARD z
        ZCOUNT z 2 6
        ZCOUNT z x 6
        ZINCRBY z 1.5 b
        ZINCRBY z x b
        ZADD inf inf a -inf b 1e30 c 3.25 d
        ZRANGE inf 0 -1 WITHSCORES
        ZRANK z c
        ZREVRANK z c
        ZRANK z x
        ZREVRANK nothing x
        ZRANGE z 0 -1
        ZRANGE z 0 -1 WITHSCORES
        ZRANGE z 0 -1 REV WITHSCORES
        ZRANGE z 2 5 BYSCORE LIMIT 0 1
        ZRANGE z 2 5 BYSCORE WITHSCORES
        ZRANGE z x 1
        ZRANGE nothing 0 -1 WITHSCORES
        ZREVRANGE z 0 1
        ZREVRANGE z 0 1 WITHSCORES
        ZREVRANGE z x 1
        ZRANGEBYSCORE z -inf (5
        ZRANGEBYSCORE z -inf +inf WITHSCORES LIMIT 1 2
        ZRANGEBYSCORE z x 5
        ZREVRANGEBYSCORE z +inf 3
        ZREVRANGEBYSCORE z +inf 3 WITHSCORES
        ZREVRANGEBYSCORE z x 3
        ZADD lex 0 a 0 b 0 c
        ZRANGEBYLEX lex [a (c
        ZRANGEBYLEX lex a c
        ZREVRANGEBYLEX lex + -
        ZREVRANGEBYLEX lex a c
        ZRANGE lex [a (c BYLEX
        ZLEXCOUNT lex - +
        ZLEXCOUNT lex a c
        ZREM z x d
        ZPOPMIN z
        ZPOPMAX z 1
        ZPOPMIN nothing
        ZPOPMAX nothing 2
        ZPOPMIN z x
        ZPOPMAX z -1
        ZADD z 1 a 2.5 b 3 c
        ZPOPMIN z 2
        ZPOPMAX z 2
        ZREMRANGEBYRANK lex 0 0
        ZREMRANGEBYRANK lex x 0
        ZREMRANGEBYSCORE lex 0 -1
        ZREMRANGEBYSCORE lex x 0
        ZREMRANGEBYLEX lex - +
        ZREMRANGEBYLEX lex a b
        ZADD one 1.5 m
        ZRANDMEMBER one
        ZRANDMEMBER one 1
        ZRANDMEMBER one 1 WITHSCORES
        ZRANDMEMBER one -2 WITHSCORES
        ZRANDMEMBER nothing
        ZRANDMEMBER nothing 1 WITHSCORES
        ZRANDMEMBER one x
        ZSCAN one 0
        ZSCAN nothing 0
        ZSCAN one x
        ZADD {t}a 1 a 2 b 3 c
        ZADD {t}b 10 b 20 c
        ZRANGESTORE {t}copy {t}a 0 -1
        ZRANGESTORE {t}copy {t}a x -1
        ZUNION 2 {t}a {t}b
        ZUNION 2 {t}a {t}b WEIGHTS 2 0.5 WITHSCORES
        ZUNION 2 {t}a {t}b AGGREGATE NONE
        ZINTER 2 {t}a {t}b WITHSCORES
        ZINTER 2 {t}a {t}b
        ZINTER 0 {t}a
        ZDIFF 2 {t}a {t}b WITHSCORES
        ZDIFF 2 {t}a {t}b
        ZDIFF x {t}a
        ZINTERCARD 2 {t}a {t}b
        ZINTERCARD 2 {t}a {t}b LIMIT 1
        ZINTERCARD 2 {t}a {t}b LIMIT x
        ZUNIONSTORE {t}d 2 {t}a {t}b
        ZUNIONSTORE {t}d x {t}a {t}b
        ZINTERSTORE {t}d 2 {t}a {t}b AGGREGATE MAX
        ZINTERSTORE {t}d 0 {t}a {t}b
        ZDIFFSTORE {t}d 2 {t}a {t}b
        ZDIFFSTORE {t}d 3 {t}a {t}b
        ZMPOP 2 {t}nothing {t}a MIN
        ZMPOP 1 {t}a MAX COUNT 2
        ZMPOP 1 {t}nothing MAX
        ZMPOP 1 {t}a UP
        ! ZRANGESTORE a b 0 -1
        ! ZUNION 2 a b
        ! ZINTER 2 a b
        ! ZDIFF 2 a b
        ! ZINTERCARD 2 a b
        ! ZUNIONSTORE d 2 a b
        ! ZINTERSTORE d 2 a b
        ! ZDIFFSTORE d 2 a b
        ! ZMPOP 2 a b MIN
        SET {t}s v
        ZADD {t}s 1 a
        ZINCRBY {t}s 1 a
        ZCARD {t}s
        ZSCORE {t}s a
        ZMSCORE {t}s a
        ZRANK {t}s a
        ZREVRANK {t}s a
        ZRANGE {t}s 0 -1
        ZREM {t}s a
        ZUNION 1 {t}s
        ZINTERCARD 1 {t}s
        ZSCAN {t}s 0

        # streams
        XADD {t}s 1-1 f v
        XADD {t}s 2-1 f v g w
        XADD {t}s 1-1 f v
        XADD {t}s NOMKSTREAM 3-1 f v
        XADD {t}s 4-1 f
        XADD {t}nothing NOMKSTREAM 1-1 f v
        XLEN {t}s
        XRANGE {t}s - +
        XRANGE {t}s - + COUNT 1
        XRANGE {t}nothing - +
        XRANGE {t}s x +
        XREVRANGE {t}s + -
        XREVRANGE {t}s x -
        XREAD COUNT 2 STREAMS {t}s 0
        XREAD STREAMS {t}s {t}nothing 0 0
        XREAD STREAMS {t}nothing 0
        XREAD BLOCK 10 STREAMS {t}nothing $
        XREAD STREAMS {t}s x
        XREAD STREAMS {t}s {t}s 0
        ! XREAD STREAMS a b 0 0
        ! XREAD BLOCK 10 STREAMS a b 0 0
        XGROUP CREATE {t}s g 0
        XGROUP CREATE {t}s g 0
        XGROUP CREATE {t}nothing g 0
        XGROUP CREATECONSUMER {t}s g c
        XREADGROUP GROUP g c COUNT 1 STREAMS {t}s >
        XREADGROUP GROUP g c STREAMS {t}s 0
        XREADGROUP GROUP g c STREAMS {t}s >
        XREADGROUP GROUP g c BLOCK 10 STREAMS {t}s >
        XREADGROUP GROUP nothing c STREAMS {t}s >
        ! XREADGROUP GROUP g c STREAMS a b > >
        XPENDING {t}s g
        XPENDING {t}s g - + 10
        XPENDING {t}s nothing
        XACK {t}s g 1-1
        XACK {t}s g x
        XCLAIM {t}s g d 0 2-1
        XCLAIM {t}s g d 0 2-1 JUSTID
        XCLAIM {t}s g d x 2-1
        XAUTOCLAIM {t}s g c 0 0
        XAUTOCLAIM {t}s g c 0 0 JUSTID
        XAUTOCLAIM {t}s nothing c 0 0
        XINFO STREAM {t}s
        XINFO STREAM {t}s FULL
        XINFO STREAM {t}nothing
        XINFO GROUPS {t}s
        XINFO CONSUMERS {t}s g
        XINFO FOO {t}s
        XGROUP SETID {t}s g 0
        XGROUP DELCONSUMER {t}s g c
        XGROUP DESTROY {t}s g
        XGROUP DESTROY {t}s g
        XGROUP FOO {t}s g
        XSETID {t}s 9-9
        XSETID {t}s 1-1
        XDEL {t}s 1-1 7-7
        XDEL {t}s x
        XTRIM {t}s MAXLEN 1
        XTRIM {t}s MAXLEN x
        SET {t}string v
        XADD {t}string * f v
        XLEN {t}string
        XREAD STREAMS {t}string 0
        XRANGE {t}string - +

        # places
        GEOADD {t}g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania
        GEOADD {t}g 200 38 Nowhere
        GEODIST {t}g Palermo Catania
        GEODIST {t}g Palermo Catania km
        GEODIST {t}g Palermo Nowhere
        GEODIST {t}g Palermo Catania x
        GEOPOS {t}g Palermo Nowhere
        GEOPOS {t}g
        GEOPOS {t}nothing Palermo
        GEOHASH {t}g Palermo Catania Nowhere
        GEORADIUS {t}g 15 37 200 km WITHDIST ASC
        GEORADIUS {t}g 15 37 200 km WITHDIST WITHCOORD WITHHASH ASC
        GEORADIUS {t}g 15 37 200 km ASC
        GEORADIUS {t}g 15 37 200 km STORE {t}d
        GEORADIUS {t}g 15 37 200 km STOREDIST {t}d
        GEORADIUS {t}g 15 37 200 x
        GEORADIUS {t}nothing 15 37 200 km
        ! GEORADIUS a 15 37 200 km STORE b
        GEORADIUS_RO {t}g 15 37 200 km ASC COUNT 1
        GEORADIUS_RO {t}g 15 37 200 km STORE {t}d
        GEORADIUSBYMEMBER {t}g Palermo 200 km ASC
        GEORADIUSBYMEMBER {t}g Palermo 200 km WITHDIST STORE {t}d
        GEORADIUSBYMEMBER {t}g Nowhere 200 km
        ! GEORADIUSBYMEMBER a Palermo 200 km STORE b
        GEORADIUSBYMEMBER_RO {t}g Palermo 200 km WITHCOORD ASC
        GEORADIUSBYMEMBER_RO {t}g Palermo x km
        GEOSEARCH {t}g FROMLONLAT 15 37 BYRADIUS 200 km ASC COUNT 1
        GEOSEARCH {t}g FROMMEMBER Palermo BYBOX 400 400 km ASC WITHDIST WITHCOORD WITHHASH
        GEOSEARCH {t}g FROMLONLAT 15 37 BYRADIUS x km
        GEOSEARCHSTORE {t}d {t}g FROMLONLAT 15 37 BYRADIUS 200 km
        GEOSEARCHSTORE {t}d {t}g FROMLONLAT 15 37 BYRADIUS 200 x
        ! GEOSEARCHSTORE a b FROMLONLAT 15 37 BYRADIUS 200 km
        SET {t}s v
        GEODIST {t}s a b
        GEOHASH {t}s a
        GEOPOS {t}s a

        # hyperloglogs
        PFADD {t}h a b c
        PFADD {t}h a
        PFADD {t}new
        PFCOUNT {t}h
        PFCOUNT {t}nothing
        PFADD {t}h2 c d
        PFCOUNT {t}h {t}h2
        PFMERGE {t}m {t}h {t}h2
        PFCOUNT {t}m
        ! PFCOUNT a b
        ! PFMERGE d a b
        SET {t}s v
        PFADD {t}s x
        PFCOUNT {t}s
        PFMERGE {t}m {t}s
        x PFDEBUG GETREG {t}h
        x PFSELFTEST

        # keys
        SET a 1
        EXISTS a
        EXISTS x
        TYPE a
        TYPE x
        EXPIRE a 100
        EXPIRE a x
        EXPIRE a 100 NX XX
        TTL a
        PTTL a
        PERSIST a
        PERSIST a
        TTL a
        PTTL x
        PEXPIRE a 100000
        PEXPIRE a x
        EXPIREAT a 4102444800
        EXPIREAT a x
        EXPIRETIME a
        EXPIRETIME x
        PEXPIREAT a 4102444800000
        PEXPIREAT a x
        PEXPIRETIME a
        EXPIRE x 100
        OBJECT ENCODING a
        OBJECT REFCOUNT a
        OBJECT IDLETIME a
        OBJECT FREQ a
        OBJECT ENCODING x
        OBJECT FOO a
        OBJECT HELP
        MEMORY USAGE a
        MEMORY USAGE x
        MEMORY USAGE a SAMPLES x
        MEMORY FOO
        MEMORY HELP
        ! MEMORY DOCTOR
        MEMORY PURGE
        COPY {t}a {t}b
        SET {t}a 1
        COPY {t}a {t}b
        COPY {t}a {t}b
        COPY {t}a {t}b REPLACE
        COPY {t}a {t}b FOO
        RENAME {t}a {t}c
        RENAME {t}a {t}c
        RENAMENX {t}c {t}b
        RENAMENX {t}c {t}d
        RENAMENX {t}nothing {t}d
        ! COPY a b
        ! RENAME a b
        ! RENAMENX a b
        TOUCH a b nothing
        UNLINK b a
        SET a 1
        DUMP a
        RESTORE copy 0 $REPLY
        RESTORE copy 0 $REPLY
        RESTORE bad 0 garbage
        RESTORE bad -1 garbage
        GET copy
        DUMP x
        DEL a copy nothing
        DEL a
        x MIGRATE 127.0.0.1 1 a 0 1
        x MOVE a 1
        x RESTORE-ASKING a 0 garbage
        x SWAPDB 0 1
        x WAIT 0 1

        # sorting
        RPUSH {t}l 3 1 2
        SORT {t}l
        SORT {t}l DESC LIMIT 0 2
        SORT {t}l ALPHA
        SORT {t}l BY nosort
        SORT {t}l LIMIT 0
        RPUSH {t}words b a c
        SORT {t}words
        SORT {t}words ALPHA STORE {t}sorted
        LRANGE {t}sorted 0 -1
        SORT nothing
        SORT_RO {t}l DESC
        SORT_RO {t}l STORE {t}d
        MSET {t}w_1 30 {t}w_2 20 {t}w_3 10
        SORT {t}l BY {t}w_* GET # GET {t}w_*
        SORT {t}l BY {t}w_* GET nothing_{t}_*
        SORT_RO {t}l BY {t}w_*
        ! SORT l BY w_*
        ! SORT a STORE b
        ! SORT_RO a GET b_*
        SET {t}s v
        SORT {t}s
        SORT_RO {t}s

        # many
        MSET a 1 b 2 c 3 d 4 e 5
        MGET a b c nothing a d e
        EXISTS a b c nothing a
        TOUCH a b nothing
        DBSIZE
        KEYS *
        KEYS [ab]
        KEYS nothing
        RANDOMKEY
        SCAN 0
        SCAN 0 MATCH a* COUNT 100
        SCAN 0 TYPE string
        SCAN 0 TYPE list
        SCAN x
        SCAN 0 COUNT 0
        SCAN 0 FOO 1
        LPUSH f 1
        SCAN 0 TYPE list
        DEL a nothing b
        UNLINK c nothing
        MGET a b c
        FLUSHDB
        DBSIZE
        RANDOMKEY
        KEYS *
        SCAN 0
        FLUSHDB ASYNC
        FLUSHDB FOO
        MSET a 1 b 2 c 3 d 4
        FLUSHALL SYNC
        FLUSHALL FOO
        DBSIZE

        # scripts
        SET k v
        EVAL "return {KEYS[1],ARGV[1]}" 1 k arg
        EVAL "return redis.call('GET',KEYS[1])" 1 k
        EVAL "return {1,2,{3,'four'},redis.status_reply('fine')}" 1 k
        EVAL "return redis.error_reply('MY failure')" 1 k
        EVAL "return false" 0
        EVAL "return {map={a='1'}}" 0
        EVAL "return {set={a=true}}" 0
        EVAL "return {double=1.5}" 0
        EVAL "return {big_number='12345678901234567890'}" 0
        EVAL "redis.setresp(3) return redis.call('HGETALL',KEYS[1])" 1 h
        EVAL "redis.setresp(3) return true" 0
        EVAL "return redis.call('INCR',KEYS[1])" 1 k
        EVAL "syntax error (" 1 k
        EVAL "return 1" x k
        EVAL "return 1" -1 k
        EVAL "return 1" 2 k
        ! EVAL "return KEYS" 2 a b
        EVAL_RO "return redis.call('GET',KEYS[1])" 1 k
        EVAL_RO "return redis.call('SET',KEYS[1],'x')" 1 k
        ! EVAL_RO "return KEYS" 2 a b
        SCRIPT LOAD "return redis.call('GET',KEYS[1])"
        EVALSHA $REPLY 1 k
        SCRIPT LOAD "return redis.call('GET',KEYS[1])"
        EVALSHA_RO $REPLY 1 k
        SCRIPT LOAD "return redis.call('GET',KEYS[1])"
        SCRIPT EXISTS $REPLY 0000000000000000000000000000000000000000
        EVALSHA 0000000000000000000000000000000000000000 1 k
        EVALSHA_RO 0000000000000000000000000000000000000000 1 k
        SCRIPT LOAD "syntax error ("
        SCRIPT FLUSH
        SCRIPT FLUSH FOO
        SCRIPT KILL
        SCRIPT FOO
        SCRIPT EXISTS 0000000000000000000000000000000000000000
        SCRIPT DEBUG NO
        FUNCTION LOAD "#!lua name=lib\nredis.register_function{function_name='f',callback=function(k,a) return {k,a} end,flags={'no-writes'}}"
        FUNCTION LOAD "#!lua name=lib\nredis.register_function('f',function(k,a) return k end)"
        FUNCTION LOAD REPLACE "#!lua name=lib\nredis.register_function{function_name='f',callback=function(k,a) return {k,a} end,flags={'no-writes'}}"
        FCALL f 1 k arg
        FCALL nothing 1 k
        FCALL f x
        FCALL_RO f 1 k arg
        FCALL_RO nothing 1 k
        ! FCALL f 2 a b
        ! FCALL_RO f 2 a b
        FUNCTION LIST
        FUNCTION LIST WITHCODE LIBRARYNAME lib
        FUNCTION LIST FOO
        FUNCTION STATS
        FUNCTION DUMP
        FUNCTION FLUSH
        FUNCTION RESTORE $REPLY
        FUNCTION DELETE lib
        FUNCTION DELETE lib
        FUNCTION RESTORE garbage
        FUNCTION KILL
        FUNCTION FOO

        # transactions
        MULTI
        SET {t}a 1
        INCR {t}a
        HSET {t}h f v
        HGETALL {t}h
        ZADD {t}z 1.5 m
        ZSCORE {t}z m
        SADD {t}s m
        SMEMBERS {t}s
        GET {t}nothing
        LPUSH {t}a x
        PING
        ECHO hello
        EXEC
        MULTI
        DISCARD
        MULTI
        MULTI
        EXEC
        EXEC
        DISCARD
        MULTI
        FOO
        SET {t}a 9
        EXEC
        MULTI
        SET {t}a
        EXEC
        GET {t}a
        WATCH {t}a
        MULTI
        WATCH {t}a
        SET {t}a 2
        EXEC
        WATCH {t}a {t}b
        SET {t}a changed
        MULTI
        SET {t}a 3
        EXEC
        GET {t}a
        WATCH {t}a
        UNWATCH
        SET {t}a changed
        MULTI
        SET {t}a 3
        EXEC
        UNWATCH
        MULTI
        BLPOP {t}nothing 0
        XREAD BLOCK 0 STREAMS {t}nothing $
        MSET {t}x 1 {t}y 2
        DEL {t}x {t}y {t}z
        EXEC
        ! WATCH a b
        UNWATCH
        MULTI
        SET {t}a 1
        MGET {t}a {t}b
        EVAL "return 1" 0
        PUBLISH {t}a hello
        DISCARD

        SET {t}a 1
        MULTI
        TIME
        INCR {t}a
        ROLE
        CLIENT ID
        CLIENT SETNAME app
        CLIENT GETNAME
        CLIENT NO-EVICT on
        CLIENT GETREDIR
        COMMAND COUNT
        COMMAND GETKEYS GET a
        CONFIG GET save
        SELECT 0
        SELECT 99
        UNWATCH
        INFO nosuch
        INCR {t}a
        EXEC
        CLIENT GETNAME
        WATCH {t}a
        SET {t}a 5
        MULTI
        INCR {t}a
        CLIENT SETNAME other
        EXEC
        CLIENT GETNAME
        WATCH {t}a
        MULTI
        SELECT 0
        EXEC
        MULTI
        CLIENT GETNAME
        SELECT 0
        EXEC
        MULTI
        CLIENT GETNAME
        LPUSH {t}a x
        EXEC
        MULTI
        CLIENT GETNAME x
        EXEC
        MULTI
        CLIENT GETNAME
        FOO
        EXEC
        MULTI
        CLIENT GETNAME
        DISCARD
        MULTI
        x ACL LIST
        x WAIT 0 1

        # subscriptions
        SUBSCRIBE {t}a {t}b
        <
        2: PUBLISH {t}a hello
        <
        2: PUBLISH nobody hello
        PSUBSCRIBE {t}*
        2: PUBLISH {t}b hello
        <
        <
        2: PUBSUB CHANNELS
        2: PUBSUB CHANNELS {t}a*
        2: PUBSUB NUMSUB {t}a nobody
        2: PUBSUB NUMSUB
        2: PUBSUB NUMPAT
        2: PUBSUB SHARDCHANNELS
        2: PUBSUB SHARDNUMSUB a
        2: PUBSUB FOO
        2: PUBSUB HELP
        PING
        PING hello
        UNSUBSCRIBE {t}a
        UNSUBSCRIBE {t}a
        UNSUBSCRIBE
        PUNSUBSCRIBE {t}*
        PUNSUBSCRIBE
        UNSUBSCRIBE
        SSUBSCRIBE {t}a
        2: SPUBLISH {t}a hello
        <
        2: SPUBLISH nobody hello
        SUNSUBSCRIBE {t}a
        SUNSUBSCRIBE
        GET a
        SUBSCRIBE {t}a
        RESET
        GET a

        # subscribers of RESP2 say little else
        SUBSCRIBE {t}a
        GET a
        SUBSCRIBE
        PSUBSCRIBE
        SSUBSCRIBE
        ECHO a
        QUIT

        # silence
        ? CLIENT REPLY OFF
        ? SET {t}a 1
        SUBSCRIBE {t}a
        2: PUBLISH {t}a hello
        <
        ? PING
        PSUBSCRIBE {t}*
        UNSUBSCRIBE {t}a
        2: PUBLISH {t}a hello
        <
        PUNSUBSCRIBE
        UNSUBSCRIBE
        SSUBSCRIBE {t}a
        2: SPUBLISH {t}a hello
        <
        SUNSUBSCRIBE {t}a
        ? FOO
        CLIENT REPLY ON
        GET {t}a
        ? CLIENT REPLY SKIP
        ? GET {t}a
        GET {t}a
        ? CLIENT REPLY SKIP
        SUBSCRIBE {t}a
        PING
        CLIENT ID
        CLIENT REPLY
        OBJECT ENCODING {t}a
        RESET
        ? CLIENT REPLY OFF
        RESET
        PING

        # connection
        PING
        PING hello
        PING a b
        ECHO hello
        ECHO
        SELECT 0
        SELECT x
        SELECT 99
        AUTH default any
        AUTH a b
        AUTH a
        AUTH a b c
        HELLO 9
        HELLO x
        HELLO 3 FOO
        HELLO 3 SETNAME "a b"
        HELLO
        CLIENT ID
        CLIENT ID 1
        CLIENT INFO
        CLIENT LIST
        CLIENT LIST TYPE pubsub
        CLIENT LIST TYPE x
        CLIENT LIST ID x
        CLIENT GETNAME
        CLIENT SETNAME app
        CLIENT GETNAME
        CLIENT SETNAME "a b"
        CLIENT GETREDIR
        CLIENT TRACKINGINFO
        CLIENT NO-EVICT on
        CLIENT NO-EVICT x
        CLIENT NO-TOUCH on
        CLIENT SETINFO lib-name x
        CLIENT REPLY on
        CLIENT REPLY x
        CLIENT KILL 1:2
        CLIENT KILL ID 123456
        CLIENT KILL ID x
        CLIENT KILL FOO x
        CLIENT UNBLOCK 123456
        CLIENT UNBLOCK x
        CLIENT FOO
        CLIENT HELP
        x CLIENT CACHING YES
        x CLIENT PAUSE 1
        x CLIENT UNPAUSE
        x CLIENT TRACKING on
        FOO a b
        foo
        get a
        RESET
        CLIENT GETNAME
        QUIT

        # server
        INFO
        INFO server
        INFO nosuch
        TIME
        TIME x
        ROLE
        ROLE x
        LOLWUT
        LOLWUT VERSION x
        CONFIG GET save
        CONFIG GET maxmemory-policy appendonly
        CONFIG GET nosuch
        CONFIG FOO
        CONFIG HELP
        x CONFIG RESETSTAT
        x CONFIG REWRITE
        x CONFIG SET maxmemory 0
        COMMAND
        COMMAND COUNT
        COMMAND LIST
        COMMAND LIST FILTERBY MODULE x
        COMMAND INFO get mset nosuch
        COMMAND DOCS get
        COMMAND DOCS nosuch
        COMMAND GETKEYS MSET a 1 b 2
        COMMAND GETKEYS PING
        COMMAND GETKEYSANDFLAGS SET a 1
        COMMAND HELP
        COMMAND FOO
        x ACL LIST
        x BGREWRITEAOF
        x BGSAVE
        x DEBUG SLEEP 0
        x FAILOVER
        x LASTSAVE
        LATENCY LATEST
        x MODULE LIST
        x MONITOR
        x PSYNC a 1
        x REPLCONF a
        x REPLICAOF NO ONE
        x SAVE
        x SHUTDOWN
        x SLAVEOF NO ONE
        SLOWLOG GET 0
        x SYNC
        ASKING
        CLUSTER INFO
        CLUSTER SLOTS
        READONLY
        READWRITE
        """#
}
