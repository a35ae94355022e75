/// A configuration file with a known outcome in twemproxy 0.5.0, measured with `nutcracker -t`.
public struct TwemproxyCase: Sendable, CustomStringConvertible {
    /// What is special about it.
    public let title: String
    /// Whether twemproxy takes the file.
    public let isAcceptedByTwemproxy: Bool
    /// Why Martlet, reading the file, decides otherwise, where it does.
    public var difference: String?
    /// The file.
    public let text: String
    /// What Martlet says about it, as `c.yml`; nothing if it accepts.
    public var problems: [String] = []

    /// The title.
    public var description: String { title }
}

extension TwemproxyCase {
    /// The whole collection. Pools listen on 127.0.0.1:31901 and 31902, or below /tmp/martlet.
    public static let all: [TwemproxyCase] = [
        TwemproxyCase(
            title: "ok",
            isAcceptedByTwemproxy: true,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  servers:
                    - 127.0.0.1:31001:1

                """),
        TwemproxyCase(
            title: "unknown directive",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  foo: 1
                  servers:
                    - 127.0.0.1:31001:1

                """,
            problems: [
                "c.yml:3: p1.foo: is not a known key; use one of listen, redis, hash, "
                    + "hash_tag, distribution, timeout, backlog, client_connections, "
                    + "client_idle_timeout, client_output_limit, max_request_size, max_args, "
                    + "max_key_length, disabled_commands, tcpkeepalive, reuseport, redis_db, preconnect, "
                    + "auto_eject_hosts, server_connections, server_retry_timeout, "
                    + "server_failure_limit, min_servers, servers, redis_auth, client_user, "
                    + "client_auth, server_user, server_auth, private_connections, topology, "
                    + "reader, nodes, failover_wait, failover_max_requests, failover_max_bytes, replay, "
                    + "read_from, max_replica_lag, read_your_writes, administration"
            ]),
        TwemproxyCase(
            title: "bad bool",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  redis: yes
                  servers:
                    - 127.0.0.1:31001:1

                """,
            problems: [
                "c.yml:3: p1.redis: \"yes\" is neither true nor false; write one of "
                    + "them"
            ]),
        TwemproxyCase(
            title: "bool TRUE",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  redis: TRUE
                  servers:
                    - 127.0.0.1:31001:1

                """,
            problems: [
                "c.yml:3: p1.redis: \"TRUE\" is neither true nor false; write one of "
                    + "them"
            ]),
        TwemproxyCase(
            title: "quoted bool",
            isAcceptedByTwemproxy: true,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  redis: "true"
                  servers:
                    - 127.0.0.1:31001:1

                """),
        TwemproxyCase(
            title: "num neg",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  timeout: -1
                  servers:
                    - 127.0.0.1:31001:1

                """,
            problems: [
                "c.yml:3: p1.timeout: \"-1\" is not a number in digits; use a number "
                    + "from 0 to 2147483647"
            ]),
        TwemproxyCase(
            title: "num abc",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  timeout: abc
                  servers:
                    - 127.0.0.1:31001:1

                """,
            problems: [
                "c.yml:3: p1.timeout: \"abc\" is not a number in digits; use a number "
                    + "from 0 to 2147483647"
            ]),
        TwemproxyCase(
            title: "num 0",
            isAcceptedByTwemproxy: true,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  timeout: 0
                  servers:
                    - 127.0.0.1:31001:1

                """),
        TwemproxyCase(
            title: "num overflow 2^31",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  timeout: 2147483648
                  servers:
                    - 127.0.0.1:31001:1

                """,
            problems: [
                "c.yml:3: p1.timeout: \"2147483648\" is out of range; use a number from "
                    + "0 to 2147483647"
            ]),
        TwemproxyCase(
            title: "num 2^32+5",
            isAcceptedByTwemproxy: true,
            difference: "twemproxy lets the number wrap to 5",
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  timeout: 4294967301
                  servers:
                    - 127.0.0.1:31001:1

                """,
            problems: [
                "c.yml:3: p1.timeout: \"4294967301\" is out of range; use a number from "
                    + "0 to 2147483647"
            ]),
        TwemproxyCase(
            title: "num hex",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  timeout: 0x10
                  servers:
                    - 127.0.0.1:31001:1

                """,
            problems: [
                "c.yml:3: p1.timeout: \"0x10\" is not a number in digits; use a number "
                    + "from 0 to 2147483647"
            ]),
        TwemproxyCase(
            title: "num float",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  timeout: 1.5
                  servers:
                    - 127.0.0.1:31001:1

                """,
            problems: [
                "c.yml:3: p1.timeout: \"1.5\" is not a number in digits; use a number "
                    + "from 0 to 2147483647"
            ]),
        TwemproxyCase(
            title: "dup directive",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  redis: true
                  redis: true
                  servers:
                    - 127.0.0.1:31001:1

                """,
            problems: [
                "c.yml:4: p1.redis: is given twice, first on line 3; remove one"
            ]),
        TwemproxyCase(
            title: "dup listen",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  listen: 127.0.0.1:31902
                  servers:
                    - 127.0.0.1:31001:1

                """,
            problems: [
                "c.yml:3: p1.listen: is given twice, first on line 2; remove one"
            ]),
        TwemproxyCase(
            title: "server_connections 0",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  server_connections: 0
                  servers:
                    - 127.0.0.1:31001:1

                """,
            problems: [
                "c.yml:3: p1.server_connections: \"0\" is out of range; use a number "
                    + "from 1 to 65535"
            ]),
        TwemproxyCase(
            title: "server_failure_limit 0",
            isAcceptedByTwemproxy: true,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  server_failure_limit: 0
                  servers:
                    - 127.0.0.1:31001:1

                """),
        TwemproxyCase(
            title: "client_connections 5",
            isAcceptedByTwemproxy: true,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  client_connections: 5
                  servers:
                    - 127.0.0.1:31001:1

                """),
        TwemproxyCase(
            title: "hash bad",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  hash: foo
                  servers:
                    - 127.0.0.1:31001:1

                """,
            problems: [
                "c.yml:3: p1.hash: \"foo\" is not a hash; use one of one_at_a_time, "
                    + "md5, crc16, crc32, crc32a, fnv1_64, fnv1a_64, fnv1_32, fnv1a_32, "
                    + "hsieh, murmur, jenkins"
            ]),
        TwemproxyCase(
            title: "hash FNV upper",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  hash: FNV1A_64
                  servers:
                    - 127.0.0.1:31001:1

                """,
            problems: [
                "c.yml:3: p1.hash: \"FNV1A_64\" is not a hash; use one of "
                    + "one_at_a_time, md5, crc16, crc32, crc32a, fnv1_64, fnv1a_64, "
                    + "fnv1_32, fnv1a_32, hsieh, murmur, jenkins (did you mean fnv1a_64?)"
            ]),
        TwemproxyCase(
            title: "dist bad",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  distribution: foo
                  servers:
                    - 127.0.0.1:31001:1

                """,
            problems: [
                "c.yml:3: p1.distribution: \"foo\" is not a distribution; use one of "
                    + "ketama, modula, random"
            ]),
        TwemproxyCase(
            title: "hash_tag 1",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  hash_tag: "{"
                  servers:
                    - 127.0.0.1:31001:1

                """,
            problems: [
                "c.yml:3: p1.hash_tag: \"{\" is not a hash tag; use two characters, "
                    + "such as \"{}\""
            ]),
        TwemproxyCase(
            title: "hash_tag 3",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  hash_tag: "{}}"
                  servers:
                    - 127.0.0.1:31001:1

                """,
            problems: [
                "c.yml:3: p1.hash_tag: \"{}}\" is not a hash tag; use two characters, "
                    + "such as \"{}\""
            ]),
        TwemproxyCase(
            title: "hash_tag same",
            isAcceptedByTwemproxy: true,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  hash_tag: "$$"
                  servers:
                    - 127.0.0.1:31001:1

                """),
        TwemproxyCase(
            title: "no listen",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  servers:
                    - 127.0.0.1:31001:1

                """,
            problems: [
                "c.yml:1: p1.listen: is missing; give host:port or /path"
            ]),
        TwemproxyCase(
            title: "no servers",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901

                """,
            problems: [
                "c.yml:1: p1.servers: is missing; give each server a line \"- "
                    + "host:port:weight [name]\" below \"servers:\""
            ]),
        TwemproxyCase(
            title: "empty servers",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  servers:

                """,
            problems: [
                "c.yml:3: p1.servers: has no servers; give each server a line \"- "
                    + "host:port:weight [name]\" below \"servers:\""
            ]),
        TwemproxyCase(
            title: "servers scalar",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  servers: 127.0.0.1:31001:1

                """,
            problems: [
                "c.yml:3: p1.servers: is not a list; give each server a line \"- "
                    + "host:port:weight [name]\" below \"servers:\""
            ]),
        TwemproxyCase(
            title: "weight 0",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  servers:
                    - 127.0.0.1:31001:0

                """,
            problems: [
                "c.yml:4: p1.servers: \"127.0.0.1:31001:0\" has a weight out of range; "
                    + "use a weight from 1 to 1000000"
            ]),
        TwemproxyCase(
            title: "weight neg",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  servers:
                    - 127.0.0.1:31001:-1

                """,
            problems: [
                "c.yml:4: p1.servers: \"127.0.0.1:31001:-1\" has no valid weight; use "
                    + "host:port:weight [name] or /path:weight [name]"
            ]),
        TwemproxyCase(
            title: "weight huge",
            isAcceptedByTwemproxy: true,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  servers:
                    - 127.0.0.1:31001:100000

                """),
        TwemproxyCase(
            title: "no weight",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  servers:
                    - 127.0.0.1:31001

                """,
            problems: [
                "c.yml:4: p1.servers: \"127.0.0.1:31001\" lacks a port or a weight; use "
                    + "host:port:weight [name] or /path:weight [name]"
            ]),
        TwemproxyCase(
            title: "port 0",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  servers:
                    - 127.0.0.1:0:1

                """,
            problems: [
                "c.yml:4: p1.servers: \"127.0.0.1:0:1\" has no valid port; use a port "
                    + "from 1 to 65535"
            ]),
        TwemproxyCase(
            title: "port 65536",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  servers:
                    - 127.0.0.1:65536:1

                """,
            problems: [
                "c.yml:4: p1.servers: \"127.0.0.1:65536:1\" has no valid port; use a "
                    + "port from 1 to 65535"
            ]),
        TwemproxyCase(
            title: "listen port 0",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:0
                  servers:
                    - 127.0.0.1:31001:1

                """,
            problems: [
                "c.yml:2: p1.listen: \"127.0.0.1:0\" has no valid port; use host:port "
                    + "with a port from 1 to 65535"
            ]),
        TwemproxyCase(
            title: "listen no port",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1
                  servers:
                    - 127.0.0.1:31001:1

                """,
            problems: [
                "c.yml:2: p1.listen: \"127.0.0.1\" has no port; use host:port or /path"
            ]),
        TwemproxyCase(
            title: "listen bad host",
            isAcceptedByTwemproxy: false,
            difference: "names are resolved later, not while reading",
            text: """
                p1:
                  listen: no.such.host.invalid:31901
                  servers:
                    - 127.0.0.1:31001:1

                """),
        TwemproxyCase(
            title: "listen localhost",
            isAcceptedByTwemproxy: true,
            text: """
                p1:
                  listen: localhost:31901
                  servers:
                    - 127.0.0.1:31001:1

                """),
        TwemproxyCase(
            title: "listen ipv6",
            isAcceptedByTwemproxy: true,
            text: """
                p1:
                  listen: ::1:31901
                  servers:
                    - 127.0.0.1:31001:1

                """),
        TwemproxyCase(
            title: "listen ipv6 brackets",
            isAcceptedByTwemproxy: false,
            difference: "brackets are the usual way to write the address",
            text: """
                p1:
                  listen: "[::1]:31901"
                  servers:
                    - 127.0.0.1:31001:1

                """),
        TwemproxyCase(
            title: "listen empty host",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: ":31901"
                  servers:
                    - 127.0.0.1:31001:1

                """,
            problems: [
                "c.yml:2: p1.listen: \":31901\" has no host; use host:port, such as "
                    + "0.0.0.0:31901"
            ]),
        TwemproxyCase(
            title: "listen star",
            isAcceptedByTwemproxy: true,
            text: """
                p1:
                  listen: "*:31901"
                  servers:
                    - 127.0.0.1:31001:1

                """),
        TwemproxyCase(
            title: "listen unix",
            isAcceptedByTwemproxy: true,
            text: """
                p1:
                  listen: /tmp/martlet-case.sock
                  servers:
                    - 127.0.0.1:31001:1

                """),
        TwemproxyCase(
            title: "listen unix 0666",
            isAcceptedByTwemproxy: true,
            text: """
                p1:
                  listen: /tmp/martlet-case.sock 0666
                  servers:
                    - 127.0.0.1:31001:1

                """),
        TwemproxyCase(
            title: "listen unix 1777",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: /tmp/martlet-case.sock 1777
                  servers:
                    - 127.0.0.1:31001:1

                """,
            problems: [
                "c.yml:2: p1.listen: \"1777\" are not file permissions; use an octal "
                    + "number up to 0777"
            ]),
        TwemproxyCase(
            title: "listen unix abc",
            isAcceptedByTwemproxy: true,
            text: """
                p1:
                  listen: /tmp/martlet-case.sock abc
                  servers:
                    - 127.0.0.1:31001:1

                """),
        TwemproxyCase(
            title: "listen unix 0888",
            isAcceptedByTwemproxy: true,
            text: """
                p1:
                  listen: /tmp/martlet-case.sock 0888
                  servers:
                    - 127.0.0.1:31001:1

                """),
        TwemproxyCase(
            title: "listen unix long",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: /tmp/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
                  servers:
                    - 127.0.0.1:31001:1

                """,
            problems: [
                "c.yml:2: p1.listen: "
                    + "\"/tmp/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…\" "
                    + "has 115 bytes; a socket's path can have at most 107"
            ]),
        TwemproxyCase(
            title: "server unix",
            isAcceptedByTwemproxy: true,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  servers:
                    - /tmp/martlet-server.sock:1

                """),
        TwemproxyCase(
            title: "server unix name",
            isAcceptedByTwemproxy: true,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  servers:
                    - /tmp/martlet-server.sock:1 alpha

                """),
        TwemproxyCase(
            title: "server unix colon path",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  servers:
                    - /tmp/martlet:server.sock:1

                """,
            problems: [
                "c.yml:4: p1.servers: \"/tmp/martlet:server.sock:1\" has a colon in its "
                    + "path; use host:port:weight [name] or /path:weight [name]"
            ]),
        TwemproxyCase(
            title: "server ipv6",
            isAcceptedByTwemproxy: true,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  servers:
                    - ::1:31001:1

                """),
        TwemproxyCase(
            title: "server name 2 words",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  servers:
                    - 127.0.0.1:31001:1 alpha beta

                """,
            problems: [
                "c.yml:4: p1.servers: \"127.0.0.1:31001:1 alpha beta\" has a space too "
                    + "many; a name is one word after one space"
            ]),
        TwemproxyCase(
            title: "server name 2 spaces",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  servers:
                    - 127.0.0.1:31001:1  alpha

                """,
            problems: [
                "c.yml:4: p1.servers: \"127.0.0.1:31001:1  alpha\" has a space too "
                    + "many; a name is one word after one space"
            ]),
        TwemproxyCase(
            title: "server name colon",
            isAcceptedByTwemproxy: true,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  servers:
                    - 127.0.0.1:31001:1 alpha:beta

                """),
        TwemproxyCase(
            title: "server unresolvable",
            isAcceptedByTwemproxy: true,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  servers:
                    - no.such.host.invalid:31001:1

                """),
        TwemproxyCase(
            title: "dup server",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  servers:
                    - 127.0.0.1:31001:1
                    - 127.0.0.1:31001:1

                """,
            problems: [
                "c.yml:5: p1.servers: \"127.0.0.1:31001\" is the name of the server on "
                    + "line 4 already; give one of them another name"
            ]),
        TwemproxyCase(
            title: "dup server diff weight",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  servers:
                    - 127.0.0.1:31001:1
                    - 127.0.0.1:31001:2

                """,
            problems: [
                "c.yml:5: p1.servers: \"127.0.0.1:31001\" is the name of the server on "
                    + "line 4 already; give one of them another name"
            ]),
        TwemproxyCase(
            title: "dup server hostport diff name",
            isAcceptedByTwemproxy: true,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  servers:
                    - 127.0.0.1:31001:1 alpha
                    - 127.0.0.1:31001:1 beta

                """),
        TwemproxyCase(
            title: "dup name",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  servers:
                    - 127.0.0.1:31001:1 a
                    - 127.0.0.1:31002:1 a

                """,
            problems: [
                "c.yml:5: p1.servers: \"a\" is the name of the server on line 4 "
                    + "already; give one of them another name"
            ]),
        TwemproxyCase(
            title: "dup 11211 same host",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  servers:
                    - 127.0.0.1:11211:1
                    - 127.0.0.1:11211:2

                """,
            problems: [
                "c.yml:5: p1.servers: \"127.0.0.1\" is the name of the server on line 4 "
                    + "already; give one of them another name"
            ]),
        TwemproxyCase(
            title: "name equals other hostport",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  servers:
                    - 127.0.0.1:31001:1 127.0.0.1:31002
                    - 127.0.0.1:31002:1

                """,
            problems: [
                "c.yml:5: p1.servers: \"127.0.0.1:31002\" is the name of the server on "
                    + "line 4 already; give one of them another name"
            ]),
        TwemproxyCase(
            title: "dup pool name",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  servers:
                    - 127.0.0.1:31001:1
                p1:
                  listen: 127.0.0.1:31902
                  servers:
                    - 127.0.0.1:31001:1

                """,
            problems: [
                "c.yml:5: p1: is the name of a pool on line 1 already; give one of "
                    + "them another name"
            ]),
        TwemproxyCase(
            title: "dup pool listen",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  servers:
                    - 127.0.0.1:31001:1
                p2:
                  listen: 127.0.0.1:31901
                  servers:
                    - 127.0.0.1:31001:1

                """,
            problems: [
                "c.yml:6: p2.listen: \"127.0.0.1:31901\" is where pool p1 listens "
                    + "already (line 2); use another address"
            ]),
        TwemproxyCase(
            title: "redis_auth memcache",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  redis_auth: secret
                  servers:
                    - 127.0.0.1:31001:1

                """,
            problems: [
                "c.yml:3: p1.redis_auth: is only for Redis; remove it or add \"redis: "
                    + "true\""
            ]),
        TwemproxyCase(
            title: "redis_auth empty",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  redis: true
                  redis_auth: ""
                  servers:
                    - 127.0.0.1:31001:1

                """,
            problems: [
                "c.yml:4: p1.redis_auth: has no value; give one or remove the line"
            ]),
        TwemproxyCase(
            title: "redis_db memcache",
            isAcceptedByTwemproxy: true,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  redis_db: 3
                  servers:
                    - 127.0.0.1:31001:1

                """),
        TwemproxyCase(
            title: "redis_db neg",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  redis: true
                  redis_db: -1
                  servers:
                    - 127.0.0.1:31001:1

                """,
            problems: [
                "c.yml:4: p1.redis_db: \"-1\" is not a number in digits; use a number "
                    + "from 0 to 2147483647"
            ]),
        TwemproxyCase(
            title: "reuseport",
            isAcceptedByTwemproxy: false,
            difference: "a key of twemproxy's next version",
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  reuseport: true
                  servers:
                    - 127.0.0.1:31001:1

                """),
        TwemproxyCase(
            title: "tcpkeepalive",
            isAcceptedByTwemproxy: true,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  tcpkeepalive: true
                  servers:
                    - 127.0.0.1:31001:1

                """),
        TwemproxyCase(
            title: "doc start",
            isAcceptedByTwemproxy: false,
            difference: "harmless",
            text: """
                ---
                p1:
                  listen: 127.0.0.1:31901
                  servers:
                    - 127.0.0.1:31001:1

                """),
        TwemproxyCase(
            title: "flow map",
            isAcceptedByTwemproxy: false,
            text: """
                p1: {listen: 127.0.0.1:31901}

                """,
            problems: [
                "c.yml:1: {…} is not allowed; give each key a line of its own, "
                    + "indented"
            ]),
        TwemproxyCase(
            title: "flow seq",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  servers: [127.0.0.1:31001:1]

                """,
            problems: [
                "c.yml:3: […] is not allowed; give each item a line of its own that "
                    + "starts with \"- \""
            ]),
        TwemproxyCase(
            title: "anchor",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: &a 127.0.0.1:31901
                  servers:
                    - 127.0.0.1:31001:1

                """,
            problems: [
                "c.yml:2: anchors (&) are not allowed; write the value itself"
            ]),
        TwemproxyCase(
            title: "tag",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: !!str 127.0.0.1:31901
                  servers:
                    - 127.0.0.1:31001:1

                """,
            problems: [
                "c.yml:2: tags (!) are not allowed; write the value itself"
            ]),
        TwemproxyCase(
            title: "two docs",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  servers:
                    - 127.0.0.1:31001:1
                ---
                p2:
                  listen: 127.0.0.1:31902
                  servers:
                    - 127.0.0.1:31001:1

                """,
            problems: [
                "c.yml:5: here starts a second document; keep everything in one"
            ]),
        TwemproxyCase(
            title: "empty file",
            isAcceptedByTwemproxy: false,
            text: "",
            problems: [
                "c.yml: is empty; a pool must be given"
            ]),
        TwemproxyCase(
            title: "comment only",
            isAcceptedByTwemproxy: false,
            text: """
                # nothing here

                """,
            problems: [
                "c.yml: is empty; a pool must be given"
            ]),
        TwemproxyCase(
            title: "comments inline",
            isAcceptedByTwemproxy: true,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  redis: true  # the protocol
                  # a line of its own
                  servers:
                    - 127.0.0.1:31001:1

                """),
        TwemproxyCase(
            title: "bad yaml",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                \tlisten: 127.0.0.1:31901

                """,
            problems: [
                "c.yml:2: is not YAML: found character that cannot start any token "
                    + "while scanning for the next token"
            ]),
        TwemproxyCase(
            title: "scalar root",
            isAcceptedByTwemproxy: false,
            text: """
                hello

                """,
            problems: [
                "c.yml:1: the file is only \"hello\"; use pool names with their keys "
                    + "indented below"
            ]),
        TwemproxyCase(
            title: "list root",
            isAcceptedByTwemproxy: false,
            text: """
                - p1
                - p2

                """,
            problems: [
                "c.yml:1: the file is a list; use pool names with their keys indented "
                    + "below"
            ]),
        TwemproxyCase(
            title: "nested map",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  hash:
                    name: md5
                  servers:
                    - 127.0.0.1:31001:1

                """,
            problems: [
                "c.yml:3: p1.hash: has keys below it; give a single value"
            ]),
        TwemproxyCase(
            title: "two seqs",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  hash:
                    - md5
                  servers:
                    - 127.0.0.1:31001:1

                """,
            problems: [
                "c.yml:3: p1.hash: is a list; give a single value"
            ]),
        TwemproxyCase(
            title: "empty value",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  hash:
                  servers:
                    - 127.0.0.1:31001:1

                """,
            problems: [
                "c.yml:3: p1.hash: has no value; give one or remove the line"
            ]),
        TwemproxyCase(
            title: "empty pool",
            isAcceptedByTwemproxy: false,
            text: """
                p1:

                """,
            problems: [
                "c.yml:1: p1: has no keys; use keys such as \"listen: 0.0.0.0:22121\" "
                    + "below it"
            ]),
        TwemproxyCase(
            title: "servers first",
            isAcceptedByTwemproxy: true,
            text: """
                p1:
                  servers:
                    - 127.0.0.1:31001:1
                  listen: 127.0.0.1:31901

                """),
        TwemproxyCase(
            title: "multiline scalar",
            isAcceptedByTwemproxy: false,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                    more
                  servers:
                    - 127.0.0.1:31001:1

                """,
            problems: [
                "c.yml:2: p1.listen: \"127.0.0.1:31901 more\" has no valid port; use "
                    + "host:port with a port from 1 to 65535"
            ]),
        TwemproxyCase(
            title: "nul port lead zeros",
            isAcceptedByTwemproxy: true,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  servers:
                    - 127.0.0.1:0031001:1

                """),
        TwemproxyCase(
            title: "server host empty",
            isAcceptedByTwemproxy: true,
            text: """
                p1:
                  listen: 127.0.0.1:31901
                  servers:
                    - ":31001:1"

                """),
    ]
}
