#!/usr/bin/env bash
# A running example on loopback: three redis-server and three memcached nodes with martlet in front.
# Everything is stopped and removed again when the script ends, by Ctrl-C for instance.
#
# From the environment: MARTLET (the binary), MEMCACHED_POOL_PORT, REDIS_POOL_PORT, STATS_PORT, and
# the first of three consecutive ports each: REDIS_NODES_PORT, MEMCACHED_NODES_PORT.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
martlet=${MARTLET:-$root/.build/release/martlet}
memcached_pool=${MEMCACHED_POOL_PORT:-22121}
redis_pool=${REDIS_POOL_PORT:-22122}
stats=${STATS_PORT:-22222}
redis_first=${REDIS_NODES_PORT:-7001}
memcached_first=${MEMCACHED_NODES_PORT:-7011}
redis_nodes=("$redis_first" $((redis_first + 1)) $((redis_first + 2)))
memcached_nodes=("$memcached_first" $((memcached_first + 1)) $((memcached_first + 2)))

pids=()
last_log=
directory=$(mktemp -d "${TMPDIR:-/tmp}/martlet-demo.XXXXXX")

stop() {
    trap - EXIT
    if ((${#pids[@]} > 0)); then
        kill "${pids[@]}" 2>/dev/null || true
        wait "${pids[@]}" 2>/dev/null || true
    fi
    rm -rf "$directory"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
    printf 'demo: %s\n' "$*" >&2
    exit 1
}

# Whether something listens on the port.
listens() {
    { (exec 3<>"/dev/tcp/127.0.0.1/$1"); } 2>/dev/null
}

# Whether request $2, sent to port $1, is answered by a line that starts with $3.
answers() {
    local line
    line=$({
        exec 3<>"/dev/tcp/127.0.0.1/$1"
        printf '%b' "$2" >&3
        timeout 1 head -c "${#3}" <&3
    } 2>/dev/null) && [[ $line == "$3" ]]
}

# Tries a command for ten seconds; $1 says what is waited for. The last one started has to live on.
wait_until() {
    local what=$1 attempt
    shift
    for ((attempt = 0; attempt < 200; attempt++)); do
        if "$@"; then
            return
        fi
        kill -0 "${pids[-1]}" 2>/dev/null || break
        sleep 0.05
    done
    tail -n 20 "$last_log" >&2
    fail "$what does not answer"
}

start() {
    last_log=$directory/$1.log
    shift
    "$@" </dev/null >"$last_log" 2>&1 &
    pids+=($!)
}

check() {
    local port
    command -v "$martlet" >/dev/null || fail "no program $martlet; run make build"
    for port in "${redis_nodes[@]}" "${memcached_nodes[@]}" \
        "$memcached_pool" "$redis_pool" "$stats"; do
        ! listens "$port" || fail "port $port is taken (the head of $0 says how to choose others)"
    done
}

start_nodes() {
    local port
    for port in "${redis_nodes[@]}"; do
        start "redis-$port" redis-server --port "$port" --bind 127.0.0.1 --save '' \
            --appendonly no --dir "$directory"
        wait_until "redis-server on port $port" answers "$port" 'PING\r\n' '+PONG'
    done
    local user=()
    if ((EUID == 0)); then
        user=(-u nobody)
    fi
    for port in "${memcached_nodes[@]}"; do
        start "memcached-$port" memcached -p "$port" -l 127.0.0.1 -U 0 "${user[@]}"
        wait_until "memcached on port $port" answers "$port" 'version\r\n' 'VERSION'
    done
}

pool() {
    local name=$1 port=$2 redis=$3 number=0 node
    shift 3
    cat <<YAML
$name:
  listen: 127.0.0.1:$port
  redis: $redis
  hash: fnv1a_64
  distribution: ketama
  auto_eject_hosts: true
  server_retry_timeout: 2000
  server_failure_limit: 3
  timeout: 400
  servers:
YAML
    for node; do
        number=$((number + 1))
        printf '    - 127.0.0.1:%s:1 %s%s\n' "$node" "$name" "$number"
    done
}

start_martlet() {
    {
        pool memcached "$memcached_pool" false "${memcached_nodes[@]}"
        pool redis "$redis_pool" true "${redis_nodes[@]}"
    } >"$directory/martlet.yml"
    start martlet "$martlet" -c "$directory/martlet.yml" -a 127.0.0.1 -s "$stats"
    wait_until "the memcached pool" answers "$memcached_pool" 'get demo\r\n' 'END'
    wait_until "the redis pool" answers "$redis_pool" \
        '*2\r\n$3\r\nGET\r\n$4\r\ndemo\r\n' '$-1'
    wait_until "the stats port" listens "$stats"
}

explain() {
    cat <<TEXT
martlet runs in front of three Redis nodes (${redis_nodes[*]}) and three memcached nodes (${memcached_nodes[*]}).

  redis-cli -p $redis_pool set greeting hello
  redis-cli -p $redis_pool get greeting
  printf 'set greeting 0 0 5\r\nhello\r\nget greeting\r\n' | nc -q 1 127.0.0.1 $memcached_pool

  nc 127.0.0.1 $stats                          the statistics, as JSON
  curl http://127.0.0.1:$stats/stats.json      the same over HTTP
  curl http://127.0.0.1:$stats/healthz
  curl http://127.0.0.1:$stats/metrics

Configuration and logs: $directory
Ctrl-C stops all of it.
TEXT
}

check
start_nodes
start_martlet
explain
status=0
wait "${pids[-1]}" || status=$?
tail -n 20 "$last_log" >&2
fail "martlet ended with status $status"
