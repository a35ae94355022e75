extension RedisManual {
    /// One line for each command and for the subcommands of those that the proxy serves, in the
    /// order of their names. Fields, as a 7.0 server's COMMAND INFO and COMMAND DOCS tell them, but
    /// for the words of the last one, which are ours:
    ///
    ///     name|arity|flags|first, last, step|categories|tips|key specifications|
    ///     group|since|complexity|deprecated|arguments|summary
    ///
    /// A key specification is `flags@index`, or `@KEYWORD,start`, or `@?`, and then
    /// `:last,step,limit` or `#count index,first,step`. An argument is
    /// `name,type,token,flags,key specification,since,deprecated (arguments)` with what is empty at
    /// its end left out; types are named by their first letters, text by none; flags are `?`
    /// (optional), `*` (multiple) and `+` (each with its token).
    static let text: StaticString = """
        acl|-2||0 0 0|slow|||server|6.0.0||||Manages users and what they may do
        append|3|write denyoom fast|1 1 1|write string fast||RW insert@1:0,1,0|string|2.0.0|O(1)||key,k,,,0 value|Adds text to the end of a string
        asking|1|fast|0 0 0|fast connection|||cluster|3.0.0|O(1)|||Lets the next request reach a slot that is being imported
        auth|-2|noscript loading stale fast no_auth allow_busy|0 0 0|fast connection|||connection|1.0.0|O(N)||username,,,?,,6.0.0 password|Logs in
        bgrewriteaof|1|admin noscript no_async_loading|0 0 0|admin slow dangerous|||server|1.0.0|O(1)|||Rewrites the append-only file in the background
        bgsave|-1|admin noscript no_async_loading|0 0 0|admin slow dangerous|||server|1.0.0|O(1)||schedule,t,SCHEDULE,?,,3.2.2|Saves the data set in the background
        bitcount|-2|readonly|1 1 1|read bitmap slow||RO access@1:0,1,0|bitmap|2.6.0|O(N)||key,k,,,0 index,b,,?(start,i end,i index_unit,o,,?,,7.0.0(byte,t,BYTE bit,t,BIT))|Counts the bits that are set
        bitfield|-2|write denyoom|1 1 1|write bitmap slow||RW access update variable_flags@1:0,1,0|bitmap|3.2.0|O(1)||key,k,,,0 operation,o,,?*(encoding_offset,b,GET(encoding offset,i) write,b(wrap_sat_fail,o,OVERFLOW,?(wrap,t,WRAP sat,t,SAT fail,t,FAIL) write_operation,o(encoding_offset_value,b,SET(encoding offset,i value,i) encoding_offset_increment,b,INCRBY(encoding offset,i increment,i))))|Reads and writes integers of any width inside a string
        bitfield_ro|-2|readonly fast|1 1 1|read bitmap fast||RO access@1:0,1,0|bitmap|6.0.0|O(1)||key,k,,,0 encoding_offset,b,GET,?*+(encoding offset,i)|Reads integers of any width inside a string
        bitop|-4|write denyoom|2 -1 1|write bitmap slow||OW update@2:0,1,0;RO access@3:-1,1,0|bitmap|2.6.0|O(N)||operation destkey,k,,,0 key,k,,*,1|Combines strings bit by bit and stores the result
        bitpos|-3|readonly|1 1 1|read bitmap slow||RO access@1:0,1,0|bitmap|2.8.7|O(N)||key,k,,,0 bit,i index,b,,?(start,i end_index,b,,?(end,i index_unit,o,,?,,7.0.0(byte,t,BYTE bit,t,BIT)))|Finds the first bit that is set or clear
        blmove|6|write denyoom noscript blocking|1 2 1|write list slow blocking||RW access delete@1:0,1,0;RW insert@2:0,1,0|list|6.2.0|O(1)||source,k,,,0 destination,k,,,1 wherefrom,o(left,t,LEFT right,t,RIGHT) whereto,o(left,t,LEFT right,t,RIGHT) timeout,d|Moves an element from list to list, waiting for one
        blmpop|-5|write blocking movablekeys|0 0 0|write list slow blocking||RW access delete@2#0,1,1|list|7.0.0|O(N+M)||timeout,d numkeys,i key,k,,*,0 where,o(left,t,LEFT right,t,RIGHT) count,i,COUNT,?|Takes elements from the first list that has any, waiting for one
        blpop|-3|write noscript blocking|1 -2 1|write list slow blocking||RW access delete@1:-2,1,0|list|2.0.0|O(N)||key,k,,*,0 timeout,d|Takes the first element of the first list that has any, waiting for one
        brpop|-3|write noscript blocking|1 -2 1|write list slow blocking||RW access delete@1:-2,1,0|list|2.0.0|O(N)||key,k,,*,0 timeout,d|Takes the last element of the first list that has any, waiting for one
        brpoplpush|4|write denyoom noscript blocking|1 2 1|write list slow blocking||RW access delete@1:0,1,0;RW insert@2:0,1,0|list|2.2.0|O(1)|deprecated 6.2.0 `BLMOVE` with the `RIGHT` and `LEFT` arguments|source,k,,,0 destination,k,,,1 timeout,d|Moves the last element of a list to the front of another, waiting for one
        bzmpop|-5|write blocking movablekeys|0 0 0|write sortedset slow blocking||RW access delete@2#0,1,1|sorted-set|7.0.0|O(K)||timeout,d numkeys,i key,k,,*,0 where,o(min,t,MIN max,t,MAX) count,i,COUNT,?|Takes members from the first sorted set that has any, waiting for one
        bzpopmax|-3|write noscript blocking fast|1 -2 1|write sortedset fast blocking||RW access delete@1:-2,1,0|sorted-set|5.0.0|O(log(N))||key,k,,*,0 timeout,d|Takes the member with the highest score, waiting for one
        bzpopmin|-3|write noscript blocking fast|1 -2 1|write sortedset fast blocking||RW access delete@1:-2,1,0|sorted-set|5.0.0|O(log(N))||key,k,,*,0 timeout,d|Takes the member with the lowest score, waiting for one
        client|-2||0 0 0|slow|||connection|2.4.0||||Tells of connections and changes them
        client caching|3|noscript loading stale|0 0 0|slow connection|||connection|6.0.0|O(1)||mode,o(yes,t,YES no,t,NO)|Says whether the next request's keys are tracked
        client getname|2|noscript loading stale|0 0 0|slow connection|||connection|2.6.9|O(1)|||Tells the name of this connection
        client getredir|2|noscript loading stale|0 0 0|slow connection|||connection|6.0.0|O(1)|||Tells whom invalidations are redirected to
        client help|2|loading stale|0 0 0|slow connection|||connection|5.0.0|O(1)|||Lists the subcommands
        client id|2|noscript loading stale|0 0 0|slow connection|||connection|5.0.0|O(1)|||Tells the number of this connection
        client info|2|noscript loading stale|0 0 0|slow connection|nondeterministic_output||connection|6.2.0|O(1)|||Describes this connection
        client kill|-3|admin noscript loading stale|0 0 0|admin slow dangerous connection|||connection|2.4.0|O(N)||filter,o(ip:port,,,,,,2.8.12 new-format,o,,*(client-id,i,ID,?,,2.8.12 normal_master_slave_pubsub,o,TYPE,?,,2.8.12(normal,t,NORMAL master,t,MASTER,,,3.2.0 slave,t,SLAVE replica,t,REPLICA,,,5.0.0 pubsub,t,PUBSUB) username,,USER,? ip:port,,ADDR,? ip:port,,LADDR,?,,6.2.0 yes/no,,SKIPME,?))|Ends connections
        client list|-2|admin noscript loading stale|0 0 0|admin slow dangerous connection|nondeterministic_output||connection|2.4.0|O(N)||normal_master_replica_pubsub,o,TYPE,?,,5.0.0(normal,t,NORMAL master,t,MASTER replica,t,REPLICA pubsub,t,PUBSUB) id,b,ID,?,,6.2.0(client-id,i,,*)|Describes connections
        client no-evict|3|admin noscript loading stale|0 0 0|admin slow dangerous connection|||connection|7.0.0|O(1)||enabled,o(on,t,ON off,t,OFF)|Spares this connection when memory is short
        client no-touch|3|noscript loading stale|0 0 0|slow connection|||connection|7.2.0|O(1)||enabled,o(on,t,ON off,t,OFF)|Leaves the age of keys as it is
        client pause|-3|admin noscript loading stale|0 0 0|admin slow dangerous connection|||connection|2.9.50|O(1)||timeout,i mode,o,,?,,6.2.0(write,t,WRITE all,t,ALL)|Makes clients wait for a time
        client reply|3|noscript loading stale|0 0 0|slow connection|||connection|3.2.0|O(1)||on_off_skip,o(on,t,ON off,t,OFF skip,t,SKIP)|Chooses which requests are answered
        client setinfo|4|noscript loading stale|0 0 0|slow connection|||connection|7.2.0|O(1)||attr,o(libname,,LIB-NAME libver,,LIB-VER)|Says which library speaks
        client setname|3|noscript loading stale|0 0 0|slow connection|||connection|2.6.9|O(1)||connection-name|Names this connection
        client tracking|-3|noscript loading stale|0 0 0|slow connection|||connection|6.0.0|O(1)||status,o(on,t,ON off,t,OFF) client-id,i,REDIRECT,? prefix,,PREFIX,?*+ bcast,t,BCAST,? optin,t,OPTIN,? optout,t,OPTOUT,? noloop,t,NOLOOP,?|Turns client side caching on or off
        client trackinginfo|2|noscript loading stale|0 0 0|slow connection|||connection|6.2.0|O(1)|||Tells how client side caching is set
        client unblock|-3|admin noscript loading stale|0 0 0|admin slow dangerous connection|||connection|5.0.0|O(log N)||client-id,i timeout_error,o,,?(timeout,t,TIMEOUT error,t,ERROR)|Ends another client's waiting
        client unpause|2|admin noscript loading stale|0 0 0|admin slow dangerous connection|||connection|6.2.0|O(N)|||Ends a pause of clients
        cluster|-2||0 0 0|slow|||cluster|3.0.0||||Tells of a cluster and changes it
        command|-1|loading stale|0 0 0|slow connection|nondeterministic_output_order||server|2.8.13|O(N)|||Describes commands
        command count|2|loading stale|0 0 0|slow connection|||server|2.8.13|O(1)|||Tells how many commands there are
        command docs|-2|loading stale|0 0 0|slow connection|nondeterministic_output_order||server|7.0.0|O(N)||command-name,,,?*|Explains commands
        command getkeys|-4|loading stale|0 0 0|slow connection|||server|2.8.13|O(N)|||Finds the keys of a request
        command getkeysandflags|-4|loading stale|0 0 0|slow connection|||server|7.0.0|O(N)|||Finds the keys of a request and what is done to them
        command help|2|loading stale|0 0 0|slow connection|||server|5.0.0|O(1)|||Lists the subcommands
        command info|-2|loading stale|0 0 0|slow connection|nondeterministic_output_order||server|2.8.13|O(N)||command-name,,,?*|Describes some commands
        command list|-2|loading stale|0 0 0|slow connection|nondeterministic_output_order||server|7.0.0|O(N)||filterby,o,FILTERBY,?(module-name,,MODULE category,,ACLCAT pattern,p,PATTERN)|Lists the names of commands
        config|-2||0 0 0|slow|||server|2.0.0||||Tells of parameters and changes them
        config get|-3|admin noscript loading stale|0 0 0|admin slow dangerous|||server|2.0.0|O(N)||parameter,b,,*(parameter)|Tells the values of parameters
        config help|2|loading stale|0 0 0|slow|||server|5.0.0|O(1)|||Lists the subcommands
        config resetstat|2|admin noscript loading stale|0 0 0|admin slow dangerous|||server|2.0.0|O(1)|||Sets figures back to zero
        config rewrite|2|admin noscript loading stale|0 0 0|admin slow dangerous|||server|2.8.0|O(1)|||Writes the configuration file
        config set|-4|admin noscript loading stale|0 0 0|admin slow dangerous|request_policy:all_nodes response_policy:all_succeeded||server|2.0.0|O(N)||parameter_value,b,,*(parameter value)|Changes parameters
        copy|-3|write denyoom|1 2 1|keyspace write slow||RO access@1:0,1,0;OW update@2:0,1,0|generic|6.2.0|O(N)||source,k,,,0 destination,k,,,1 destination-db,i,DB,? replace,t,REPLACE,?|Copies a key's value to another key
        dbsize|1|readonly fast|0 0 0|keyspace read fast|request_policy:all_shards response_policy:agg_sum||server|1.0.0|O(1)|||Counts the keys
        debug|-2|admin noscript loading stale|0 0 0|admin slow dangerous|||server|1.0.0||syscmd||For those who develop the server
        decr|2|write denyoom fast|1 1 1|write string fast||RW access update@1:0,1,0|string|1.0.0|O(1)||key,k,,,0|Takes one from a number
        decrby|3|write denyoom fast|1 1 1|write string fast||RW access update@1:0,1,0|string|1.0.0|O(1)||key,k,,,0 decrement,i|Takes an amount from a number
        del|-2|write|1 -1 1|keyspace write slow|request_policy:multi_shard response_policy:agg_sum|RM delete@1:-1,1,0|generic|1.0.0|O(N)||key,k,,*,0|Removes keys
        discard|1|noscript loading stale fast allow_busy|0 0 0|fast transaction|||transactions|2.0.0|O(N)|||Drops the transaction
        dump|2|readonly|1 1 1|keyspace read slow|nondeterministic_output|RO access@1:0,1,0|generic|2.6.0|O(1)||key,k,,,0|Gives a value as bytes that RESTORE takes
        echo|2|loading stale fast|0 0 0|fast connection|||connection|1.0.0|O(1)||message|Says a text back
        eval|-3|noscript stale skip_monitor no_mandatory_keys movablekeys|0 0 0|slow scripting||RW access update@2#0,1,1|scripting|2.6.0|||script numkeys,i key,k,,?*,0 arg,,,?*|Runs a script
        eval_ro|-3|readonly noscript stale skip_monitor no_mandatory_keys movablekeys|0 0 0|slow scripting||RO access@2#0,1,1|scripting|7.0.0|||script numkeys,i key,k,,?*,0 arg,,,?*|Runs a script that only reads
        evalsha|-3|noscript stale skip_monitor no_mandatory_keys movablekeys|0 0 0|slow scripting||RW access update@2#0,1,1|scripting|2.6.0|||sha1 numkeys,i key,k,,?*,0 arg,,,?*|Runs a script by its digest
        evalsha_ro|-3|readonly noscript stale skip_monitor no_mandatory_keys movablekeys|0 0 0|slow scripting||RO access@2#0,1,1|scripting|7.0.0|||sha1 numkeys,i key,k,,?*,0 arg,,,?*|Runs a script that only reads, by its digest
        exec|1|noscript loading stale skip_slowlog|0 0 0|slow transaction|||transactions|1.2.0||||Runs the transaction
        exists|-2|readonly fast|1 -1 1|keyspace read fast|request_policy:multi_shard response_policy:agg_sum|RO@1:-1,1,0|generic|1.0.0|O(N)||key,k,,*,0|Counts those of the keys that exist
        expire|-3|write fast|1 1 1|keyspace write fast||RW update@1:0,1,0|generic|1.0.0|O(1)||key,k,,,0 seconds,i condition,o,,?,,7.0.0(nx,t,NX xx,t,XX gt,t,GT lt,t,LT)|Gives a key some seconds to live
        expireat|-3|write fast|1 1 1|keyspace write fast||RW update@1:0,1,0|generic|1.2.0|O(1)||key,k,,,0 unix-time-seconds,u condition,o,,?,,7.0.0(nx,t,NX xx,t,XX gt,t,GT lt,t,LT)|Gives a key a second to die in
        expiretime|2|readonly fast|1 1 1|keyspace read fast||RO access@1:0,1,0|generic|7.0.0|O(1)||key,k,,,0|Tells the second in which a key dies
        failover|-1|admin noscript stale|0 0 0|admin slow dangerous|||server|6.2.0|O(1)||target,b,TO,?(host port,i force,t,FORCE,?) abort,t,ABORT,? milliseconds,i,TIMEOUT,?|Hands over to a replica
        fcall|-3|noscript stale skip_monitor no_mandatory_keys movablekeys|0 0 0|slow scripting||RW access update@2#0,1,1|scripting|7.0.0|||function numkeys,i key,k,,?*,0 arg,,,?*|Calls a function
        fcall_ro|-3|readonly noscript stale skip_monitor no_mandatory_keys movablekeys|0 0 0|slow scripting||RO access@2#0,1,1|scripting|7.0.0|||function numkeys,i key,k,,?*,0 arg,,,?*|Calls a function that only reads
        flushall|-1|write|0 0 0|keyspace write slow dangerous|request_policy:all_shards response_policy:all_succeeded||server|1.0.0|O(N)||async,o,,?(async,t,ASYNC,,,4.0.0 sync,t,SYNC,,,6.2.0)|Removes all keys of all databases
        flushdb|-1|write|0 0 0|keyspace write slow dangerous|request_policy:all_shards response_policy:all_succeeded||server|1.0.0|O(N)||async,o,,?(async,t,ASYNC,,,4.0.0 sync,t,SYNC,,,6.2.0)|Removes all keys of a database
        function|-2||0 0 0|slow|||scripting|7.0.0||||Manages functions
        function delete|3|write noscript|0 0 0|write slow scripting|request_policy:all_shards response_policy:all_succeeded||scripting|7.0.0|O(1)||library-name|Removes a library
        function dump|2|noscript|0 0 0|slow scripting|||scripting|7.0.0|O(N)|||Gives all libraries as bytes
        function flush|-2|write noscript|0 0 0|write slow scripting|request_policy:all_shards response_policy:all_succeeded||scripting|7.0.0|O(N)||async,o,,?(async,t,ASYNC sync,t,SYNC)|Removes all libraries
        function help|2|loading stale|0 0 0|slow scripting|||scripting|7.0.0|O(1)|||Lists the subcommands
        function kill|2|noscript allow_busy|0 0 0|slow scripting|request_policy:all_shards response_policy:one_succeeded||scripting|7.0.0|O(1)|||Stops the function that runs
        function list|-2|noscript|0 0 0|slow scripting|nondeterministic_output_order||scripting|7.0.0|O(N)||library-name-pattern,,LIBRARYNAME,? withcode,t,WITHCODE,?|Describes the libraries
        function load|-3|write denyoom noscript|0 0 0|write slow scripting|request_policy:all_shards response_policy:all_succeeded||scripting|7.0.0|O(1)||replace,t,REPLACE,? function-code|Adds a library
        function restore|-3|write denyoom noscript|0 0 0|write slow scripting|request_policy:all_shards response_policy:all_succeeded||scripting|7.0.0|O(N)||serialized-value policy,o,,?(flush,t,FLUSH append,t,APPEND replace,t,REPLACE)|Adds dumped libraries
        function stats|2|noscript allow_busy|0 0 0|slow scripting|nondeterministic_output request_policy:all_shards response_policy:special||scripting|7.0.0|O(1)|||Tells of the function that runs
        geoadd|-5|write denyoom|1 1 1|write geo slow||RW update@1:0,1,0|geo|3.2.0|O(log(N))||key,k,,,0 condition,o,,?,,6.2.0(nx,t,NX xx,t,XX) change,t,CH,?,,6.2.0 longitude_latitude_member,b,,*(longitude,d latitude,d member)|Adds places to a set of places
        geodist|-4|readonly|1 1 1|read geo slow||RO access@1:0,1,0|geo|3.2.0|O(log(N))||key,k,,,0 member1 member2 unit,o,,?(m,t,M km,t,KM ft,t,FT mi,t,MI)|Tells how far two places are apart
        geohash|-2|readonly|1 1 1|read geo slow||RO access@1:0,1,0|geo|3.2.0|O(log(N))||key,k,,,0 member,,,*|Tells places as geohashes
        geopos|-2|readonly|1 1 1|read geo slow||RO access@1:0,1,0|geo|3.2.0|O(N)||key,k,,,0 member,,,*|Tells where places are
        georadius|-6|write denyoom movablekeys|1 1 1|write geo slow||RO access@1:0,1,0;OW update@STORE,6:0,1,0;OW update@STOREDIST,6:0,1,0|geo|3.2.0|O(N+log(M))|deprecated 6.2.0 `GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` argument|key,k,,,0 longitude,d latitude,d radius,d unit,o(m,t,M km,t,KM ft,t,FT mi,t,MI) withcoord,t,WITHCOORD,? withdist,t,WITHDIST,? withhash,t,WITHHASH,? count,b,,?(count,i,COUNT any,t,ANY,?,,6.2.0) order,o,,?(asc,t,ASC desc,t,DESC) key,k,STORE,?,1 key,k,STOREDIST,?,2|Finds places around a point
        georadius_ro|-6|readonly|1 1 1|read geo slow||RO access@1:0,1,0|geo|3.2.10|O(N+log(M))|deprecated 6.2.0 `GEOSEARCH` with the `BYRADIUS` argument|key,k,,,0 longitude,d latitude,d radius,d unit,o(m,t,M km,t,KM ft,t,FT mi,t,MI) withcoord,t,WITHCOORD,? withdist,t,WITHDIST,? withhash,t,WITHHASH,? count,b,,?(count,i,COUNT any,t,ANY,?,,6.2.0) order,o,,?(asc,t,ASC desc,t,DESC)|Finds places around a point, without storing them
        georadiusbymember|-5|write denyoom movablekeys|1 1 1|write geo slow||RO access@1:0,1,0;OW update@STORE,5:0,1,0;OW update@STOREDIST,5:0,1,0|geo|3.2.0|O(N+log(M))|deprecated 6.2.0 `GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` and `FROMMEMBER` arguments|key,k,,,0 member radius,d unit,o(m,t,M km,t,KM ft,t,FT mi,t,MI) withcoord,t,WITHCOORD,? withdist,t,WITHDIST,? withhash,t,WITHHASH,? count,b,,?(count,i,COUNT any,t,ANY,?) order,o,,?(asc,t,ASC desc,t,DESC) key,k,STORE,?,1 key,k,STOREDIST,?,2|Finds places around a place
        georadiusbymember_ro|-5|readonly|1 1 1|read geo slow||RO access@1:0,1,0|geo|3.2.10|O(N+log(M))|deprecated 6.2.0 `GEOSEARCH` with the `BYRADIUS` and `FROMMEMBER` arguments|key,k,,,0 member radius,d unit,o(m,t,M km,t,KM ft,t,FT mi,t,MI) withcoord,t,WITHCOORD,? withdist,t,WITHDIST,? withhash,t,WITHHASH,? count,b,,?(count,i,COUNT any,t,ANY,?) order,o,,?(asc,t,ASC desc,t,DESC)|Finds places around a place, without storing them
        geosearch|-7|readonly|1 1 1|read geo slow||RO access@1:0,1,0|geo|6.2.0|O(N+log(M))||key,k,,,0 from,o(member,,FROMMEMBER longitude_latitude,b,FROMLONLAT(longitude,d latitude,d)) by,o(circle,b(radius,d,BYRADIUS unit,o(m,t,M km,t,KM ft,t,FT mi,t,MI)) box,b(width,d,BYBOX height,d unit,o(m,t,M km,t,KM ft,t,FT mi,t,MI))) order,o,,?(asc,t,ASC desc,t,DESC) count,b,,?(count,i,COUNT any,t,ANY,?) withcoord,t,WITHCOORD,? withdist,t,WITHDIST,? withhash,t,WITHHASH,?|Finds places inside a box or circle
        geosearchstore|-8|write denyoom|1 2 1|write geo slow||OW update@1:0,1,0;RO access@2:0,1,0|geo|6.2.0|O(N+log(M))||destination,k,,,0 source,k,,,1 from,o(member,,FROMMEMBER longitude_latitude,b,FROMLONLAT(longitude,d latitude,d)) by,o(circle,b(radius,d,BYRADIUS unit,o(m,t,M km,t,KM ft,t,FT mi,t,MI)) box,b(width,d,BYBOX height,d unit,o(m,t,M km,t,KM ft,t,FT mi,t,MI))) order,o,,?(asc,t,ASC desc,t,DESC) count,b,,?(count,i,COUNT any,t,ANY,?) storedist,t,STOREDIST,?|Stores places inside a box or circle
        get|2|readonly fast|1 1 1|read string fast||RO access@1:0,1,0|string|1.0.0|O(1)||key,k,,,0|Tells the value of a string
        getbit|3|readonly fast|1 1 1|read bitmap fast||RO access@1:0,1,0|bitmap|2.2.0|O(1)||key,k,,,0 offset,i|Tells a bit
        getdel|2|write fast|1 1 1|write string fast||RW access delete@1:0,1,0|string|6.2.0|O(1)||key,k,,,0|Tells the value of a string and removes it
        getex|-2|write fast|1 1 1|write string fast||RW access update@1:0,1,0|string|6.2.0|O(1)||key,k,,,0 expiration,o,,?(seconds,i,EX milliseconds,i,PX unix-time-seconds,u,EXAT unix-time-milliseconds,u,PXAT persist,t,PERSIST)|Tells the value of a string and changes its time to live
        getrange|4|readonly|1 1 1|read string slow||RO access@1:0,1,0|string|2.4.0|O(N)||key,k,,,0 start,i end,i|Tells a part of a string
        getset|3|write denyoom fast|1 1 1|write string fast||RW access update@1:0,1,0|string|1.0.0|O(1)|deprecated 6.2.0 `SET` with the `!GET` argument|key,k,,,0 value|Replaces a string and tells what it was
        hdel|-3|write fast|1 1 1|write hash fast||RW delete@1:0,1,0|hash|2.0.0|O(N)||key,k,,,0 field,,,*|Removes fields of a hash
        hello|-1|noscript loading stale fast no_auth allow_busy|0 0 0|fast connection|||connection|6.0.0|O(1)||arguments,b,,?(protover,i username_password,b,AUTH,?(username password) clientname,,SETNAME,?)|Chooses the protocol and introduces the client
        hexists|3|readonly fast|1 1 1|read hash fast||RO@1:0,1,0|hash|2.0.0|O(1)||key,k,,,0 field|Tells whether a hash has a field
        hget|3|readonly fast|1 1 1|read hash fast||RO access@1:0,1,0|hash|2.0.0|O(1)||key,k,,,0 field|Tells the value of a field
        hgetall|2|readonly|1 1 1|read hash slow|nondeterministic_output_order|RO access@1:0,1,0|hash|2.0.0|O(N)||key,k,,,0|Tells all fields and their values
        hincrby|4|write denyoom fast|1 1 1|write hash fast||RW access update@1:0,1,0|hash|2.0.0|O(1)||key,k,,,0 field increment,i|Adds an amount to the number in a field
        hincrbyfloat|4|write denyoom fast|1 1 1|write hash fast||RW access update@1:0,1,0|hash|2.6.0|O(1)||key,k,,,0 field increment,d|Adds a fraction to the number in a field
        hkeys|2|readonly|1 1 1|read hash slow|nondeterministic_output_order|RO access@1:0,1,0|hash|2.0.0|O(N)||key,k,,,0|Lists the fields of a hash
        hlen|2|readonly fast|1 1 1|read hash fast||RO@1:0,1,0|hash|2.0.0|O(1)||key,k,,,0|Counts the fields of a hash
        hmget|-3|readonly fast|1 1 1|read hash fast||RO access@1:0,1,0|hash|2.0.0|O(N)||key,k,,,0 field,,,*|Tells the values of several fields
        hmset|-4|write denyoom fast|1 1 1|write hash fast||RW update@1:0,1,0|hash|2.0.0|O(N)|deprecated 4.0.0 `HSET` with multiple field-value pairs|key,k,,,0 field_value,b,,*(field value)|Sets several fields
        hrandfield|-2|readonly|1 1 1|read hash slow|nondeterministic_output|RO access@1:0,1,0|hash|6.2.0|O(N)||key,k,,,0 options,b,,?(count,i withvalues,t,WITHVALUES,?)|Picks fields at random
        hscan|-3|readonly|1 1 1|read hash slow|nondeterministic_output|RO access@1:0,1,0|hash|2.8.0|O(1)||key,k,,,0 cursor,i pattern,p,MATCH,? count,i,COUNT,?|Walks over a hash
        hset|-4|write denyoom fast|1 1 1|write hash fast||RW update@1:0,1,0|hash|2.0.0|O(1)||key,k,,,0 field_value,b,,*(field value)|Sets fields of a hash
        hsetnx|4|write denyoom fast|1 1 1|write hash fast||RW insert@1:0,1,0|hash|2.0.0|O(1)||key,k,,,0 field value|Sets a field that is not there
        hstrlen|3|readonly fast|1 1 1|read hash fast||RO@1:0,1,0|hash|3.2.0|O(1)||key,k,,,0 field|Tells the length of a field's value
        hvals|2|readonly|1 1 1|read hash slow|nondeterministic_output_order|RO access@1:0,1,0|hash|2.0.0|O(N)||key,k,,,0|Lists the values of a hash
        incr|2|write denyoom fast|1 1 1|write string fast||RW access update@1:0,1,0|string|1.0.0|O(1)||key,k,,,0|Adds one to a number
        incrby|3|write denyoom fast|1 1 1|write string fast||RW access update@1:0,1,0|string|1.0.0|O(1)||key,k,,,0 increment,i|Adds an amount to a number
        incrbyfloat|3|write denyoom fast|1 1 1|write string fast||RW access update@1:0,1,0|string|2.6.0|O(1)||key,k,,,0 increment,d|Adds a fraction to a number
        info|-1|loading stale|0 0 0|slow dangerous|nondeterministic_output request_policy:all_shards response_policy:special||server|1.0.0|O(1)||section,,,?*|Tells how the server is
        keys|2|readonly|0 0 0|keyspace read slow dangerous|request_policy:all_shards nondeterministic_output_order||generic|1.0.0|O(N)||pattern,p|Lists the keys that fit a pattern
        lastsave|1|loading stale fast|0 0 0|admin fast dangerous|nondeterministic_output||server|1.0.0|O(1)|||Tells when the data set was last saved
        latency|-2||0 0 0|slow|||server|2.8.13||||Tells what took long
        latency doctor|2|admin noscript loading stale|0 0 0|admin slow dangerous|nondeterministic_output request_policy:all_nodes response_policy:special||server|2.8.13|O(1)|||Explains what took long and gives advice
        latency graph|3|admin noscript loading stale|0 0 0|admin slow dangerous|nondeterministic_output request_policy:all_nodes response_policy:special||server|2.8.13|O(1)||event|Draws what took long of an event
        latency help|2|loading stale|0 0 0|slow|||server|2.8.13|O(1)|||Lists the subcommands
        latency histogram|-2|admin noscript loading stale|0 0 0|admin slow dangerous|nondeterministic_output request_policy:all_nodes response_policy:special||server|7.0.0|O(N)||command,,,?*|Tells how long commands took
        latency history|3|admin noscript loading stale|0 0 0|admin slow dangerous|nondeterministic_output request_policy:all_nodes response_policy:special||server|2.8.13|O(1)||event|Tells when an event took long, and how long
        latency latest|2|admin noscript loading stale|0 0 0|admin slow dangerous|nondeterministic_output request_policy:all_nodes response_policy:special||server|2.8.13|O(1)|||Tells what took long last, of each event
        latency reset|-2|admin noscript loading stale|0 0 0|admin slow dangerous|request_policy:all_nodes response_policy:all_succeeded||server|2.8.13|O(1)||event,,,?*|Forgets what took long
        lcs|-3|readonly|1 2 1|read string slow||RO access@1:1,1,0|string|7.0.0|O(N*M)||key1,k,,,0 key2,k,,,0 len,t,LEN,? idx,t,IDX,? len,i,MINMATCHLEN,? withmatchlen,t,WITHMATCHLEN,?|Finds the longest common subsequence of two strings
        lindex|3|readonly|1 1 1|read list slow||RO access@1:0,1,0|list|1.0.0|O(N)||key,k,,,0 index,i|Tells the element at an index
        linsert|5|write denyoom|1 1 1|write list slow||RW insert@1:0,1,0|list|2.2.0|O(N)||key,k,,,0 where,o(before,t,BEFORE after,t,AFTER) pivot element|Puts an element before or behind another
        llen|2|readonly fast|1 1 1|read list fast||RO@1:0,1,0|list|1.0.0|O(1)||key,k,,,0|Counts the elements of a list
        lmove|5|write denyoom|1 2 1|write list slow||RW access delete@1:0,1,0;RW insert@2:0,1,0|list|6.2.0|O(1)||source,k,,,0 destination,k,,,1 wherefrom,o(left,t,LEFT right,t,RIGHT) whereto,o(left,t,LEFT right,t,RIGHT)|Moves an element from list to list
        lmpop|-4|write movablekeys|0 0 0|write list slow||RW access delete@1#0,1,1|list|7.0.0|O(N+M)||numkeys,i key,k,,*,0 where,o(left,t,LEFT right,t,RIGHT) count,i,COUNT,?|Takes elements from the first list that has any
        lolwut|-1|readonly fast|0 0 0|read fast|||server|5.0.0|||version,i,VERSION,?|Draws, and tells the version
        lpop|-2|write fast|1 1 1|write list fast||RW access delete@1:0,1,0|list|1.0.0|O(N)||key,k,,,0 count,i,,?,,6.2.0|Takes the first elements of a list
        lpos|-3|readonly|1 1 1|read list slow||RO access@1:0,1,0|list|6.0.6|O(N)||key,k,,,0 element rank,i,RANK,? num-matches,i,COUNT,? len,i,MAXLEN,?|Finds an element in a list
        lpush|-3|write denyoom fast|1 1 1|write list fast||RW insert@1:0,1,0|list|1.0.0|O(1)||key,k,,,0 element,,,*|Puts elements at the front of a list
        lpushx|-3|write denyoom fast|1 1 1|write list fast||RW insert@1:0,1,0|list|2.2.0|O(1)||key,k,,,0 element,,,*|Puts elements at the front of a list that exists
        lrange|4|readonly|1 1 1|read list slow||RO access@1:0,1,0|list|1.0.0|O(S+N)||key,k,,,0 start,i stop,i|Lists a part of a list
        lrem|4|write|1 1 1|write list slow||RW delete@1:0,1,0|list|1.0.0|O(N+M)||key,k,,,0 count,i element|Removes equal elements from a list
        lset|4|write denyoom|1 1 1|write list slow||RW update@1:0,1,0|list|1.0.0|O(N)||key,k,,,0 index,i element|Replaces the element at an index
        ltrim|4|write|1 1 1|write list slow||RW delete@1:0,1,0|list|1.0.0|O(N)||key,k,,,0 start,i stop,i|Keeps only a part of a list
        memory|-2||0 0 0|slow|||server|4.0.0||||Tells what memory is used for
        memory doctor|2||0 0 0|slow|nondeterministic_output request_policy:all_shards response_policy:special||server|4.0.0|O(1)|||Gives advice on memory
        memory help|2|loading stale|0 0 0|slow|||server|4.0.0|O(1)|||Lists the subcommands
        memory malloc-stats|2||0 0 0|slow|nondeterministic_output request_policy:all_shards response_policy:special||server|4.0.0||||Tells the allocator's figures
        memory purge|2||0 0 0|slow|request_policy:all_shards response_policy:all_succeeded||server|4.0.0||||Gives memory back
        memory stats|2||0 0 0|slow|nondeterministic_output request_policy:all_shards response_policy:special||server|4.0.0|O(1)|||Tells what memory is used for
        memory usage|-3|readonly|2 2 1|read slow||RO@2:0,1,0|server|4.0.0|O(N)||key,k,,,0 count,i,SAMPLES,?|Tells what memory a key uses
        mget|-2|readonly fast|1 -1 1|read string fast|request_policy:multi_shard|RO access@1:-1,1,0|string|1.0.0|O(N)||key,k,,*,0|Tells the values of several strings
        migrate|-6|write movablekeys|3 3 1|keyspace write slow dangerous|nondeterministic_output|RW access delete@3:0,1,0;RW access delete incomplete@KEYS,-2:-1,1,0|generic|2.6.0|O(N)||host port,i key_or_empty_string,o(key,k,,,0 empty_string,t,"") destination-db,i timeout,i copy,t,COPY,?,,3.0.0 replace,t,REPLACE,?,,3.0.0 authentication,o,,?(password,,AUTH,?,,4.0.7 username_password,b,AUTH2,?,,6.0.0(username password)) key,k,KEYS,?*,1,3.0.6|Moves keys to another server
        module|-2||0 0 0|slow|||server|4.0.0||||Manages modules
        monitor|1|admin noscript loading stale|0 0 0|admin slow dangerous|||server|1.0.0||||Shows all requests
        move|3|write fast|1 1 1|keyspace write fast||RW access update@1:0,1,0|generic|1.0.0|O(1)||key,k,,,0 db,i|Moves a key to another database
        mset|-3|write denyoom|1 -1 2|write string slow|request_policy:multi_shard response_policy:all_succeeded|OW update@1:-1,2,0|string|1.0.1|O(N)||key_value,b,,*(key,k,,,0 value)|Sets several strings
        msetnx|-3|write denyoom|1 -1 2|write string slow|request_policy:multi_shard response_policy:agg_min|OW insert@1:-1,2,0|string|1.0.1|O(N)||key_value,b,,*(key,k,,,0 value)|Sets several strings if none of them is there
        multi|1|noscript loading stale fast allow_busy|0 0 0|fast transaction|||transactions|1.2.0|O(1)|||Begins a transaction
        object|-2||0 0 0|slow|||generic|2.2.3||||Tells of a value's inside
        object encoding|3|readonly|2 2 1|keyspace read slow|nondeterministic_output|RO@2:0,1,0|generic|2.2.3|O(1)||key,k,,,0|Tells how a value is stored
        object freq|3|readonly|2 2 1|keyspace read slow|nondeterministic_output|RO@2:0,1,0|generic|4.0.0|O(1)||key,k,,,0|Tells how often a key is used
        object help|2|loading stale|0 0 0|keyspace slow|||generic|6.2.0|O(1)|||Lists the subcommands
        object idletime|3|readonly|2 2 1|keyspace read slow|nondeterministic_output|RO@2:0,1,0|generic|2.2.3|O(1)||key,k,,,0|Tells how long a key has not been used
        object refcount|3|readonly|2 2 1|keyspace read slow|nondeterministic_output|RO@2:0,1,0|generic|2.2.3|O(1)||key,k,,,0|Counts the references to a value
        persist|2|write fast|1 1 1|keyspace write fast||RW update@1:0,1,0|generic|2.2.0|O(1)||key,k,,,0|Takes away a key's time to live
        pexpire|-3|write fast|1 1 1|keyspace write fast||RW update@1:0,1,0|generic|2.6.0|O(1)||key,k,,,0 milliseconds,i condition,o,,?,,7.0.0(nx,t,NX xx,t,XX gt,t,GT lt,t,LT)|Gives a key some milliseconds to live
        pexpireat|-3|write fast|1 1 1|keyspace write fast||RW update@1:0,1,0|generic|2.6.0|O(1)||key,k,,,0 unix-time-milliseconds,u condition,o,,?,,7.0.0(nx,t,NX xx,t,XX gt,t,GT lt,t,LT)|Gives a key a millisecond to die in
        pexpiretime|2|readonly fast|1 1 1|keyspace read fast||RO access@1:0,1,0|generic|7.0.0|O(1)||key,k,,,0|Tells the millisecond in which a key dies
        pfadd|-2|write denyoom fast|1 1 1|write hyperloglog fast||RW insert@1:0,1,0|hyperloglog|2.8.9|O(1)||key,k,,,0 element,,,?*|Counts elements into a HyperLogLog
        pfcount|-2|readonly|1 -1 1|read hyperloglog slow||RW access@1:-1,1,0|hyperloglog|2.8.9|O(1)||key,k,,*,0|Tells about how many elements were counted
        pfdebug|3|write denyoom admin|2 2 1|write hyperloglog admin slow dangerous||RW access@2:0,1,0|hyperloglog|2.8.9||syscmd|subcommand key,k,,,0|For those who develop the server
        pfmerge|-2|write denyoom|1 -1 1|write hyperloglog slow||RW access insert@1:0,1,0;RO access@2:-1,1,0|hyperloglog|2.8.9|O(N)||destkey,k,,,0 sourcekey,k,,*,1|Merges HyperLogLogs
        pfselftest|1|admin|0 0 0|hyperloglog admin slow dangerous|||hyperloglog|2.8.9||syscmd||For those who develop the server
        ping|-1|fast|0 0 0|fast connection|request_policy:all_shards response_policy:all_succeeded||connection|1.0.0|O(1)||message,,,?|Tells whether the server is there
        psetex|4|write denyoom|1 1 1|write string slow||OW update@1:0,1,0|string|2.6.0|O(1)||key,k,,,0 milliseconds,i value|Sets a string and its milliseconds to live
        psubscribe|-2|pubsub noscript loading stale|0 0 0|pubsub slow|||pubsub|2.0.0|O(N)||pattern,b,,*(pattern,p)|Listens to the channels that fit patterns
        psync|-3|admin noscript no_async_loading no_multi|0 0 0|admin slow dangerous|||server|2.8.0|||replicationid offset,i|Begins a replication
        pttl|2|readonly fast|1 1 1|keyspace read fast|nondeterministic_output|RO access@1:0,1,0|generic|2.6.0|O(1)||key,k,,,0|Tells how many milliseconds a key has to live
        publish|3|pubsub loading stale fast|0 0 0|pubsub fast|||pubsub|2.0.0|O(N+M)||channel message|Sends a message to a channel
        pubsub|-2||0 0 0|slow|||pubsub|2.8.0||||Tells of publishing and subscribing
        pubsub channels|-2|pubsub loading stale|0 0 0|pubsub slow|||pubsub|2.8.0|O(N)||pattern,p,,?|Lists the channels that somebody listens to
        pubsub help|2|loading stale|0 0 0|slow|||pubsub|6.2.0|O(1)|||Lists the subcommands
        pubsub numpat|2|pubsub loading stale|0 0 0|pubsub slow|||pubsub|2.8.0|O(1)|||Counts the patterns that are listened to
        pubsub numsub|-2|pubsub loading stale|0 0 0|pubsub slow|||pubsub|2.8.0|O(N)||channel,,,?*|Counts who listens to channels
        pubsub shardchannels|-2|pubsub loading stale|0 0 0|pubsub slow|||pubsub|7.0.0|O(N)||pattern,p,,?|Lists the shard channels that somebody listens to
        pubsub shardnumsub|-2|pubsub loading stale|0 0 0|pubsub slow|||pubsub|7.0.0|O(N)||shardchannel,,,?*|Counts who listens to shard channels
        punsubscribe|-1|pubsub noscript loading stale|0 0 0|pubsub slow|||pubsub|2.0.0|O(N+M)||pattern,p,,?*|Listens no more to patterns
        quit|-1|noscript loading stale fast no_auth allow_busy|0 0 0|fast connection|||connection|1.0.0|O(1)|||Ends the connection
        randomkey|1|readonly|0 0 0|keyspace read slow|request_policy:all_shards nondeterministic_output||generic|1.0.0|O(1)|||Picks a key at random
        readonly|1|loading stale fast|0 0 0|fast connection|||cluster|3.0.0|O(1)|||Lets a replica of a cluster answer reads
        readwrite|1|loading stale fast|0 0 0|fast connection|||cluster|3.0.0|O(1)|||Lets a replica of a cluster answer reads no more
        rename|3|write|1 2 1|keyspace write slow||RW access delete@1:0,1,0;OW update@2:0,1,0|generic|1.0.0|O(1)||key,k,,,0 newkey,k,,,1|Renames a key
        renamenx|3|write fast|1 2 1|keyspace write fast||RW access delete@1:0,1,0;OW insert@2:0,1,0|generic|1.0.0|O(1)||key,k,,,0 newkey,k,,,1|Renames a key if the new name is free
        replconf|-1|admin noscript loading stale allow_busy|0 0 0|admin slow dangerous|||server|3.0.0|O(1)|syscmd||A word between servers
        replicaof|3|admin noscript stale no_async_loading|0 0 0|admin slow dangerous|||server|5.0.0|O(1)||args,o(host-port,b(host port,i) no-one,b(no,t,NO one,t,ONE))|Makes the server a replica
        reset|1|noscript loading stale fast no_auth allow_busy|0 0 0|fast connection|||connection|6.2.0|O(1)|||Makes the connection what it was at its beginning
        restore|-4|write denyoom|1 1 1|keyspace write slow dangerous||OW update@1:0,1,0|generic|2.6.0|O(1)||key,k,,,0 ttl,i serialized-value replace,t,REPLACE,?,,3.0.0 absttl,t,ABSTTL,?,,5.0.0 seconds,i,IDLETIME,?,,5.0.0 frequency,i,FREQ,?,,5.0.0|Makes a value of dumped bytes
        restore-asking|-4|write denyoom asking|1 1 1|keyspace write slow dangerous||OW update@1:0,1,0|server|3.0.0|O(1)|syscmd|key,k,,,0 ttl,i serialized-value replace,t,REPLACE,?,,3.0.0 absttl,t,ABSTTL,?,,5.0.0 seconds,i,IDLETIME,?,,5.0.0 frequency,i,FREQ,?,,5.0.0|RESTORE, into a slot that is being imported
        role|1|noscript loading stale fast|0 0 0|admin fast dangerous|||server|2.8.12|O(1)|||Tells the server's place in its replication
        rpop|-2|write fast|1 1 1|write list fast||RW access delete@1:0,1,0|list|1.0.0|O(N)||key,k,,,0 count,i,,?,,6.2.0|Takes the last elements of a list
        rpoplpush|3|write denyoom|1 2 1|write list slow||RW access delete@1:0,1,0;RW insert@2:0,1,0|list|1.2.0|O(1)|deprecated 6.2.0 `LMOVE` with the `RIGHT` and `LEFT` arguments|source,k,,,0 destination,k,,,1|Moves the last element of a list to the front of another
        rpush|-3|write denyoom fast|1 1 1|write list fast||RW insert@1:0,1,0|list|1.0.0|O(1)||key,k,,,0 element,,,*|Puts elements at the end of a list
        rpushx|-3|write denyoom fast|1 1 1|write list fast||RW insert@1:0,1,0|list|2.2.0|O(1)||key,k,,,0 element,,,*|Puts elements at the end of a list that exists
        sadd|-3|write denyoom fast|1 1 1|write set fast||RW insert@1:0,1,0|set|1.0.0|O(1)||key,k,,,0 member,,,*|Adds members to a set
        save|1|admin noscript no_async_loading no_multi|0 0 0|admin slow dangerous|||server|1.0.0|O(N)|||Saves the data set and keeps everyone waiting
        scan|-2|readonly|0 0 0|keyspace read slow|nondeterministic_output request_policy:special||generic|2.8.0|O(1)||cursor,i pattern,p,MATCH,? count,i,COUNT,? type,,TYPE,?,,6.0.0|Walks over the keys
        scard|2|readonly fast|1 1 1|read set fast||RO@1:0,1,0|set|1.0.0|O(1)||key,k,,,0|Counts the members of a set
        script|-2||0 0 0|slow|||scripting|2.6.0||||Manages scripts
        script debug|3|noscript|0 0 0|slow scripting|||scripting|3.2.0|O(1)||mode,o(yes,t,YES sync,t,SYNC no,t,NO)|Chooses how scripts are debugged
        script exists|-3|noscript|0 0 0|slow scripting|request_policy:all_shards response_policy:agg_logical_and||scripting|2.6.0|O(N)||sha1,,,*|Tells which scripts are known
        script flush|-2|noscript|0 0 0|slow scripting|request_policy:all_nodes response_policy:all_succeeded||scripting|2.6.0|O(N)||async,o,,?,,6.2.0(async,t,ASYNC sync,t,SYNC)|Forgets all scripts
        script help|2|loading stale|0 0 0|slow scripting|||scripting|5.0.0|O(1)|||Lists the subcommands
        script kill|2|noscript allow_busy|0 0 0|slow scripting|request_policy:all_shards response_policy:one_succeeded||scripting|2.6.0|O(1)|||Stops the script that runs
        script load|3|noscript stale|0 0 0|slow scripting|request_policy:all_nodes response_policy:all_succeeded||scripting|2.6.0|O(N)||script|Makes a script known
        sdiff|-2|readonly|1 -1 1|read set slow|nondeterministic_output_order|RO access@1:-1,1,0|set|1.0.0|O(N)||key,k,,*,0|Lists what is in the first set only
        sdiffstore|-3|write denyoom|1 -1 1|write set slow||OW update@1:0,1,0;RO access@2:-1,1,0|set|1.0.0|O(N)||destination,k,,,0 key,k,,*,1|Stores what is in the first set only
        select|2|loading stale fast|0 0 0|fast connection|||connection|1.0.0|O(1)||index,i|Chooses a database
        set|-3|write denyoom|1 1 1|write string slow||RW access update variable_flags@1:0,1,0|string|1.0.0|O(1)||key,k,,,0 value condition,o,,?,,2.6.12(nx,t,NX xx,t,XX) get,t,GET,?,,6.2.0 expiration,o,,?(seconds,i,EX,,,2.6.12 milliseconds,i,PX,,,2.6.12 unix-time-seconds,u,EXAT,,,6.2.0 unix-time-milliseconds,u,PXAT,,,6.2.0 keepttl,t,KEEPTTL,,,6.0.0)|Sets a string
        setbit|4|write denyoom|1 1 1|write bitmap slow||RW access update@1:0,1,0|bitmap|2.2.0|O(1)||key,k,,,0 offset,i value,i|Sets or clears a bit
        setex|4|write denyoom|1 1 1|write string slow||OW update@1:0,1,0|string|2.0.0|O(1)||key,k,,,0 seconds,i value|Sets a string and its seconds to live
        setnx|3|write denyoom fast|1 1 1|write string fast||OW insert@1:0,1,0|string|1.0.0|O(1)||key,k,,,0 value|Sets a string that is not there
        setrange|4|write denyoom|1 1 1|write string slow||RW update@1:0,1,0|string|2.2.0|O(1)||key,k,,,0 offset,i value|Overwrites a part of a string
        shutdown|-1|admin noscript loading stale no_multi allow_busy|0 0 0|admin slow dangerous|||server|1.0.0|O(N)||nosave_save,o,,?(nosave,t,NOSAVE save,t,SAVE) now,t,NOW,?,,7.0.0 force,t,FORCE,?,,7.0.0 abort,t,ABORT,?,,7.0.0|Ends the server
        sinter|-2|readonly|1 -1 1|read set slow|nondeterministic_output_order|RO access@1:-1,1,0|set|1.0.0|O(N*M)||key,k,,*,0|Lists what is in all the sets
        sintercard|-3|readonly movablekeys|0 0 0|read set slow||RO access@1#0,1,1|set|7.0.0|O(N*M)||numkeys,i key,k,,*,0 limit,i,LIMIT,?|Counts what is in all the sets
        sinterstore|-3|write denyoom|1 -1 1|write set slow||RW update@1:0,1,0;RO access@2:-1,1,0|set|1.0.0|O(N*M)||destination,k,,,0 key,k,,*,1|Stores what is in all the sets
        sismember|3|readonly fast|1 1 1|read set fast||RO@1:0,1,0|set|1.0.0|O(1)||key,k,,,0 member|Tells whether a set has a member
        slaveof|3|admin noscript stale no_async_loading|0 0 0|admin slow dangerous|||server|1.0.0|O(1)|deprecated 5.0.0 `REPLICAOF`|args,o(host-port,b(host port,i) no-one,b(no,t,NO one,t,ONE))|Makes the server a replica
        slowlog|-2||0 0 0|slow|||server|2.2.12||||Tells which requests were slow
        slowlog get|-2|admin loading stale|0 0 0|admin slow dangerous|request_policy:all_nodes nondeterministic_output||server|2.2.12|O(N)||count,i,,?|Tells the latest slow requests
        slowlog help|2|loading stale|0 0 0|slow|||server|6.2.0|O(1)|||Lists the subcommands
        slowlog len|2|admin loading stale|0 0 0|admin slow dangerous|request_policy:all_nodes response_policy:agg_sum nondeterministic_output||server|2.2.12|O(1)|||Counts the slow requests that are kept
        slowlog reset|2|admin loading stale|0 0 0|admin slow dangerous|request_policy:all_nodes response_policy:all_succeeded||server|2.2.12|O(N)|||Forgets the slow requests
        smembers|2|readonly|1 1 1|read set slow|nondeterministic_output_order|RO access@1:0,1,0|set|1.0.0|O(N)||key,k,,,0|Lists the members of a set
        smismember|-3|readonly fast|1 1 1|read set fast||RO access@1:0,1,0|set|6.2.0|O(N)||key,k,,,0 member,,,*|Tells which of the members a set has
        smove|4|write fast|1 2 1|write set fast||RW access delete@1:0,1,0;RW insert@2:0,1,0|set|1.0.0|O(1)||source,k,,,0 destination,k,,,1 member|Moves a member from set to set
        sort|-2|write denyoom movablekeys|1 1 1|write set sortedset list slow dangerous||RO access@1:0,1,0;RO access@?;OW update@?|generic|1.0.0|O(N+M*log(M))||key,k,,,0 pattern,p,BY,?,1 offset_count,b,LIMIT,?(offset,i count,i) pattern,p,GET,?*+,1 order,o,,?(asc,t,ASC desc,t,DESC) sorting,t,ALPHA,? destination,k,STORE,?,2|Sorts a list, a set or a sorted set, and may store the result
        sort_ro|-2|readonly movablekeys|1 1 1|read set sortedset list slow dangerous||RO access@1:0,1,0;RO access@?|generic|7.0.0|O(N+M*log(M))||key,k,,,0 pattern,p,BY,?,1 offset_count,b,LIMIT,?(offset,i count,i) pattern,p,GET,?*+,1 order,o,,?(asc,t,ASC desc,t,DESC) sorting,t,ALPHA,?|Sorts a list, a set or a sorted set
        spop|-2|write fast|1 1 1|write set fast|nondeterministic_output|RW access delete@1:0,1,0|set|1.0.0|O(1)||key,k,,,0 count,i,,?,,3.2.0|Takes members at random
        spublish|3|pubsub loading stale fast|1 1 1|pubsub fast||not_key@1:0,1,0|pubsub|7.0.0|O(N)||shardchannel message|Sends a message to a shard channel
        srandmember|-2|readonly|1 1 1|read set slow|nondeterministic_output|RO access@1:0,1,0|set|1.0.0|O(1)||key,k,,,0 count,i,,?,,2.6.0|Picks members at random
        srem|-3|write fast|1 1 1|write set fast||RW delete@1:0,1,0|set|1.0.0|O(N)||key,k,,,0 member,,,*|Removes members of a set
        sscan|-3|readonly|1 1 1|read set slow|nondeterministic_output|RO access@1:0,1,0|set|2.8.0|O(1)||key,k,,,0 cursor,i pattern,p,MATCH,? count,i,COUNT,?|Walks over a set
        ssubscribe|-2|pubsub noscript loading stale|1 -1 1|pubsub slow||not_key@1:-1,1,0|pubsub|7.0.0|O(N)||shardchannel,,,*|Listens to shard channels
        strlen|2|readonly fast|1 1 1|read string fast||RO@1:0,1,0|string|2.2.0|O(1)||key,k,,,0|Tells the length of a string
        subscribe|-2|pubsub noscript loading stale|0 0 0|pubsub slow|||pubsub|2.0.0|O(N)||channel,,,*|Listens to channels
        substr|4|readonly|1 1 1|read string slow||RO access@1:0,1,0|string|1.0.0|O(N)|deprecated 2.0.0 `GETRANGE`|key,k,,,0 start,i end,i|Tells a part of a string
        sunion|-2|readonly|1 -1 1|read set slow|nondeterministic_output_order|RO access@1:-1,1,0|set|1.0.0|O(N)||key,k,,*,0|Lists what is in any of the sets
        sunionstore|-3|write denyoom|1 -1 1|write set slow||OW update@1:0,1,0;RO access@2:-1,1,0|set|1.0.0|O(N)||destination,k,,,0 key,k,,*,1|Stores what is in any of the sets
        sunsubscribe|-1|pubsub noscript loading stale|1 -1 1|pubsub slow||not_key@1:-1,1,0|pubsub|7.0.0|O(N)||shardchannel,,,?*|Listens no more to shard channels
        swapdb|3|write fast|0 0 0|keyspace write fast dangerous|||server|4.0.0|O(N)||index1,i index2,i|Exchanges two databases
        sync|1|admin noscript no_async_loading no_multi|0 0 0|admin slow dangerous|||server|1.0.0||||Begins a replication
        time|1|loading stale fast|0 0 0|fast|nondeterministic_output||server|2.6.0|O(1)|||Tells the time
        touch|-2|readonly fast|1 -1 1|keyspace read fast|request_policy:multi_shard response_policy:agg_sum|RO@1:-1,1,0|generic|3.2.1|O(N)||key,k,,*,0|Marks keys as used and counts them
        ttl|2|readonly fast|1 1 1|keyspace read fast|nondeterministic_output|RO access@1:0,1,0|generic|1.0.0|O(1)||key,k,,,0|Tells how many seconds a key has to live
        type|2|readonly fast|1 1 1|keyspace read fast||RO@1:0,1,0|generic|1.0.0|O(1)||key,k,,,0|Tells the type of a value
        unlink|-2|write fast|1 -1 1|keyspace write fast|request_policy:multi_shard response_policy:agg_sum|RM delete@1:-1,1,0|generic|4.0.0|O(1)||key,k,,*,0|Removes keys, freeing their memory in the background
        unsubscribe|-1|pubsub noscript loading stale|0 0 0|pubsub slow|||pubsub|2.0.0|O(N)||channel,,,?*|Listens no more to channels
        unwatch|1|noscript loading stale fast allow_busy|0 0 0|fast transaction|||transactions|2.2.0|O(1)|||Watches no key any more
        wait|3|noscript|0 0 0|slow connection|request_policy:all_shards response_policy:agg_min||generic|3.0.0|O(1)||numreplicas,i timeout,i|Waits for replicas to have the client's writes
        watch|-2|noscript loading stale fast allow_busy|1 -1 1|fast transaction||RO@1:-1,1,0|transactions|2.2.0|O(1)||key,k,,*,0|Makes the transaction fail if keys change
        xack|-4|write fast|1 1 1|write stream fast||RW update@1:0,1,0|stream|5.0.0|O(1)||key,k,,,0 group id,,,*|Marks messages of a group as done
        xadd|-5|write denyoom fast|1 1 1|write stream fast|nondeterministic_output|RW update@1:0,1,0|stream|5.0.0|O(1)||key,k,,,0 nomkstream,t,NOMKSTREAM,?,,6.2.0 trim,b,,?(strategy,o(maxlen,t,MAXLEN minid,t,MINID,,,6.2.0) operator,o,,?(equal,t,= approximately,t,~) threshold count,i,LIMIT,?,,6.2.0) id_or_auto,o(auto_id,t,* id) field_value,b,,*(field value)|Adds a message to a stream
        xautoclaim|-6|write fast|1 1 1|write stream fast|nondeterministic_output|RW delete@1:0,1,0|stream|6.2.0|O(1)||key,k,,,0 group consumer min-idle-time start count,i,COUNT,? justid,t,JUSTID,?|Takes over messages that others have left undone
        xclaim|-6|write fast|1 1 1|write stream fast|nondeterministic_output|RW update@1:0,1,0|stream|5.0.0|O(log N)||key,k,,,0 group consumer min-idle-time id,,,* ms,i,IDLE,? unix-time-milliseconds,u,TIME,? count,i,RETRYCOUNT,? force,t,FORCE,? justid,t,JUSTID,? id,,LASTID,?|Takes over messages of another consumer
        xdel|-3|write fast|1 1 1|write stream fast||RW delete@1:0,1,0|stream|5.0.0|O(1)||key,k,,,0 id,,,*|Removes messages
        xgroup|-2||0 0 0|slow|||stream|5.0.0||||Manages consumer groups
        xgroup create|-5|write denyoom|2 2 1|write stream slow||RW insert@2:0,1,0|stream|5.0.0|O(1)||key,k,,,0 groupname id,o(id new_id,t,$) mkstream,t,MKSTREAM,? entries_read,i,ENTRIESREAD,?|Makes a consumer group
        xgroup createconsumer|5|write denyoom|2 2 1|write stream slow||RW insert@2:0,1,0|stream|6.2.0|O(1)||key,k,,,0 groupname consumername|Makes a consumer
        xgroup delconsumer|5|write|2 2 1|write stream slow||RW delete@2:0,1,0|stream|5.0.0|O(1)||key,k,,,0 groupname consumername|Removes a consumer
        xgroup destroy|4|write|2 2 1|write stream slow||RW delete@2:0,1,0|stream|5.0.0|O(N)||key,k,,,0 groupname|Removes a consumer group
        xgroup help|2|loading stale|0 0 0|stream slow|||stream|5.0.0|O(1)|||Lists the subcommands
        xgroup setid|-5|write|2 2 1|write stream slow||RW update@2:0,1,0|stream|5.0.0|O(1)||key,k,,,0 groupname id,o(id new_id,t,$) entries_read,i,ENTRIESREAD,?|Sets what a group has last been given
        xinfo|-2||0 0 0|slow|||stream|5.0.0||||Tells of streams, groups and consumers
        xinfo consumers|4|readonly|2 2 1|read stream slow|nondeterministic_output|RO access@2:0,1,0|stream|5.0.0|O(1)||key,k,,,0 groupname|Lists the consumers of a group
        xinfo groups|3|readonly|2 2 1|read stream slow||RO access@2:0,1,0|stream|5.0.0|O(1)||key,k,,,0|Lists the groups of a stream
        xinfo help|2|loading stale|0 0 0|stream slow|||stream|5.0.0|O(1)|||Lists the subcommands
        xinfo stream|-3|readonly|2 2 1|read stream slow||RO access@2:0,1,0|stream|5.0.0|O(1)||key,k,,,0 full,b,FULL,?(count,i,COUNT,?)|Describes a stream
        xlen|2|readonly fast|1 1 1|read stream fast||RO@1:0,1,0|stream|5.0.0|O(1)||key,k,,,0|Counts the messages of a stream
        xpending|-3|readonly|1 1 1|read stream slow|nondeterministic_output|RO access@1:0,1,0|stream|5.0.0|O(N)||key,k,,,0 group filters,b,,?(min-idle-time,i,IDLE,?,,6.2.0 start end count,i consumer,,,?)|Tells which messages of a group are not done
        xrange|-4|readonly|1 1 1|read stream slow||RO access@1:0,1,0|stream|5.0.0|O(N)||key,k,,,0 start end count,i,COUNT,?|Lists messages of a stream
        xread|-4|readonly blocking movablekeys|0 0 0|read stream slow blocking||RO access@STREAMS,1:-1,1,2|stream|5.0.0|O(N)||count,i,COUNT,? milliseconds,i,BLOCK,? streams,b,STREAMS(key,k,,*,0 id,,,*)|Reads messages from streams
        xreadgroup|-7|write blocking movablekeys|0 0 0|write stream slow blocking||RO access@STREAMS,4:-1,1,2|stream|5.0.0|O(M)||group_consumer,b,GROUP(group consumer) count,i,COUNT,? milliseconds,i,BLOCK,? noack,t,NOACK,? streams,b,STREAMS(key,k,,*,0 id,,,*)|Reads messages as a consumer of a group
        xrevrange|-4|readonly|1 1 1|read stream slow||RO access@1:0,1,0|stream|5.0.0|O(N)||key,k,,,0 end start count,i,COUNT,?|Lists messages of a stream, the newest first
        xsetid|-3|write denyoom fast|1 1 1|write stream fast||RW update@1:0,1,0|stream|5.0.0|O(1)||key,k,,,0 last-id entries_added,i,ENTRIESADDED,?,,7.0.0 max_deleted_entry_id,,MAXDELETEDID,?,,7.0.0|Sets a stream's last number, as replication does
        xtrim|-4|write|1 1 1|write stream slow|nondeterministic_output|RW delete@1:0,1,0|stream|5.0.0|O(N)||key,k,,,0 trim,b(strategy,o(maxlen,t,MAXLEN minid,t,MINID,,,6.2.0) operator,o,,?(equal,t,= approximately,t,~) threshold count,i,LIMIT,?,,6.2.0)|Removes the oldest messages
        zadd|-4|write denyoom fast|1 1 1|write sortedset fast||RW update@1:0,1,0|sorted-set|1.2.0|O(log(N))||key,k,,,0 condition,o,,?,,3.0.2(nx,t,NX xx,t,XX) comparison,o,,?,,6.2.0(gt,t,GT lt,t,LT) change,t,CH,?,,3.0.2 increment,t,INCR,?,,3.0.2 score_member,b,,*(score,d member)|Adds members to a sorted set, or changes their scores
        zcard|2|readonly fast|1 1 1|read sortedset fast||RO@1:0,1,0|sorted-set|1.2.0|O(1)||key,k,,,0|Counts the members of a sorted set
        zcount|4|readonly fast|1 1 1|read sortedset fast||RO access@1:0,1,0|sorted-set|2.0.0|O(log(N))||key,k,,,0 min,d max,d|Counts the members with scores in a range
        zdiff|-3|readonly movablekeys|0 0 0|read sortedset slow||RO access@1#0,1,1|sorted-set|6.2.0|O(L + (N-K)log(N))||numkeys,i key,k,,*,0 withscores,t,WITHSCORES,?|Lists what is in the first sorted set only
        zdiffstore|-4|write denyoom movablekeys|1 1 1|write sortedset slow||OW update@1:0,1,0;RO access@2#0,1,1|sorted-set|6.2.0|O(L + (N-K)log(N))||destination,k,,,0 numkeys,i key,k,,*,1|Stores what is in the first sorted set only
        zincrby|4|write denyoom fast|1 1 1|write sortedset fast||RW access update@1:0,1,0|sorted-set|1.2.0|O(log(N))||key,k,,,0 increment,i member|Adds an amount to a member's score
        zinter|-3|readonly movablekeys|0 0 0|read sortedset slow||RO access@1#0,1,1|sorted-set|6.2.0|O(N*K)||numkeys,i key,k,,*,0 weight,i,WEIGHTS,?* aggregate,o,AGGREGATE,?(sum,t,SUM min,t,MIN max,t,MAX) withscores,t,WITHSCORES,?|Lists what is in all the sorted sets
        zintercard|-3|readonly movablekeys|0 0 0|read sortedset slow||RO access@1#0,1,1|sorted-set|7.0.0|O(N*K)||numkeys,i key,k,,*,0 limit,i,LIMIT,?|Counts what is in all the sorted sets
        zinterstore|-4|write denyoom movablekeys|1 1 1|write sortedset slow||OW update@1:0,1,0;RO access@2#0,1,1|sorted-set|2.0.0|O(N*K)||destination,k,,,0 numkeys,i key,k,,*,1 weight,i,WEIGHTS,?* aggregate,o,AGGREGATE,?(sum,t,SUM min,t,MIN max,t,MAX)|Stores what is in all the sorted sets
        zlexcount|4|readonly fast|1 1 1|read sortedset fast||RO access@1:0,1,0|sorted-set|2.8.9|O(log(N))||key,k,,,0 min max|Counts the members between two names
        zmpop|-4|write movablekeys|0 0 0|write sortedset slow||RW access delete@1#0,1,1|sorted-set|7.0.0|O(K)||numkeys,i key,k,,*,0 where,o(min,t,MIN max,t,MAX) count,i,COUNT,?|Takes members from the first sorted set that has any
        zmscore|-3|readonly fast|1 1 1|read sortedset fast||RO access@1:0,1,0|sorted-set|6.2.0|O(N)||key,k,,,0 member,,,*|Tells the scores of several members
        zpopmax|-2|write fast|1 1 1|write sortedset fast||RW access delete@1:0,1,0|sorted-set|5.0.0|O(log(N)*M)||key,k,,,0 count,i,,?|Takes the members with the highest scores
        zpopmin|-2|write fast|1 1 1|write sortedset fast||RW access delete@1:0,1,0|sorted-set|5.0.0|O(log(N)*M)||key,k,,,0 count,i,,?|Takes the members with the lowest scores
        zrandmember|-2|readonly|1 1 1|read sortedset slow|nondeterministic_output|RO access@1:0,1,0|sorted-set|6.2.0|O(N)||key,k,,,0 options,b,,?(count,i withscores,t,WITHSCORES,?)|Picks members at random
        zrange|-4|readonly|1 1 1|read sortedset slow||RO access@1:0,1,0|sorted-set|1.2.0|O(log(N)+M)||key,k,,,0 start stop sortby,o,,?,,6.2.0(byscore,t,BYSCORE bylex,t,BYLEX) rev,t,REV,?,,6.2.0 offset_count,b,LIMIT,?,,6.2.0(offset,i count,i) withscores,t,WITHSCORES,?|Lists a range of members
        zrangebylex|-4|readonly|1 1 1|read sortedset slow||RO access@1:0,1,0|sorted-set|2.8.9|O(log(N)+M)|deprecated 6.2.0 `ZRANGE` with the `BYLEX` argument|key,k,,,0 min max offset_count,b,LIMIT,?(offset,i count,i)|Lists the members between two names
        zrangebyscore|-4|readonly|1 1 1|read sortedset slow||RO access@1:0,1,0|sorted-set|1.0.5|O(log(N)+M)|deprecated 6.2.0 `ZRANGE` with the `BYSCORE` argument|key,k,,,0 min,d max,d withscores,t,WITHSCORES,?,,2.0.0 offset_count,b,LIMIT,?(offset,i count,i)|Lists the members with scores in a range
        zrangestore|-5|write denyoom|1 2 1|write sortedset slow||OW update@1:0,1,0;RO access@2:0,1,0|sorted-set|6.2.0|O(log(N)+M)||dst,k,,,0 src,k,,,1 min max sortby,o,,?(byscore,t,BYSCORE bylex,t,BYLEX) rev,t,REV,? offset_count,b,LIMIT,?(offset,i count,i)|Stores a range of members
        zrank|3|readonly fast|1 1 1|read sortedset fast||RO access@1:0,1,0|sorted-set|2.0.0|O(log(N))||key,k,,,0 member|Tells a member's place
        zrem|-3|write fast|1 1 1|write sortedset fast||RW delete@1:0,1,0|sorted-set|1.2.0|O(M*log(N))||key,k,,,0 member,,,*|Removes members of a sorted set
        zremrangebylex|4|write|1 1 1|write sortedset slow||RW delete@1:0,1,0|sorted-set|2.8.9|O(log(N)+M)||key,k,,,0 min max|Removes the members between two names
        zremrangebyrank|4|write|1 1 1|write sortedset slow||RW delete@1:0,1,0|sorted-set|2.0.0|O(log(N)+M)||key,k,,,0 start,i stop,i|Removes the members in a range of places
        zremrangebyscore|4|write|1 1 1|write sortedset slow||RW delete@1:0,1,0|sorted-set|1.2.0|O(log(N)+M)||key,k,,,0 min,d max,d|Removes the members with scores in a range
        zrevrange|-4|readonly|1 1 1|read sortedset slow||RO access@1:0,1,0|sorted-set|1.2.0|O(log(N)+M)|deprecated 6.2.0 `ZRANGE` with the `REV` argument|key,k,,,0 start,i stop,i withscores,t,WITHSCORES,?|Lists a range of members, the highest scores first
        zrevrangebylex|-4|readonly|1 1 1|read sortedset slow||RO access@1:0,1,0|sorted-set|2.8.9|O(log(N)+M)|deprecated 6.2.0 `ZRANGE` with the `REV` and `BYLEX` arguments|key,k,,,0 max min offset_count,b,LIMIT,?(offset,i count,i)|Lists the members between two names, the last first
        zrevrangebyscore|-4|readonly|1 1 1|read sortedset slow||RO access@1:0,1,0|sorted-set|2.2.0|O(log(N)+M)|deprecated 6.2.0 `ZRANGE` with the `REV` and `BYSCORE` arguments|key,k,,,0 max,d min,d withscores,t,WITHSCORES,? offset_count,b,LIMIT,?(offset,i count,i)|Lists the members with scores in a range, the highest first
        zrevrank|3|readonly fast|1 1 1|read sortedset fast||RO access@1:0,1,0|sorted-set|2.0.0|O(log(N))||key,k,,,0 member|Tells a member's place, counted from the highest score
        zscan|-3|readonly|1 1 1|read sortedset slow|nondeterministic_output|RO access@1:0,1,0|sorted-set|2.8.0|O(1)||key,k,,,0 cursor,i pattern,p,MATCH,? count,i,COUNT,?|Walks over a sorted set
        zscore|3|readonly fast|1 1 1|read sortedset fast||RO access@1:0,1,0|sorted-set|1.2.0|O(1)||key,k,,,0 member|Tells a member's score
        zunion|-3|readonly movablekeys|0 0 0|read sortedset slow||RO access@1#0,1,1|sorted-set|6.2.0|O(N)||numkeys,i key,k,,*,0 weight,i,WEIGHTS,?* aggregate,o,AGGREGATE,?(sum,t,SUM min,t,MIN max,t,MAX) withscores,t,WITHSCORES,?|Lists what is in any of the sorted sets
        zunionstore|-4|write denyoom movablekeys|1 1 1|write sortedset slow||OW update@1:0,1,0;RO access@2#0,1,1|sorted-set|2.0.0|O(N)||destination,k,,,0 numkeys,i key,k,,*,1 weight,i,WEIGHTS,?* aggregate,o,AGGREGATE,?(sum,t,SUM min,t,MIN max,t,MAX)|Stores what is in any of the sorted sets
        """
}
