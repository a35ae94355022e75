#!/usr/bin/env python3
"""A soak: mixed load from well-behaved, rude and hostile clients while cache nodes stall, die and return.

Starts four redis-server, three memcached and martlet on free loopback ports. Every client owns its keys and writes
values that spell out key and version, so each reply can be judged. Two kinds of findings:

- Hard ones fail at once, whatever happened to the nodes: a value of another key, wrong bytes, a wrong reply type, a
  missing or surplus reply, an answer out of order, a version that was never written.
- Soft ones fail unless a node of that pool was disturbed between the write that was expected to be seen (or the
  request's sending) and the reply: a stale value, a miss, a gap in a counter, a server error, a closed connection.

Soft findings are judged at the end, against the recorded disturbances. Exit status 0: nothing was found.
"""

import argparse
import asyncio
import collections
import http.client
import json
import multiprocessing
import os
import queue
import random
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
import zlib

# After a disturbance ends: probes, back-off, late writes of closed connections. Ejected nodes come back within
# server_retry_timeout (1 s) and a probe.
SETTLE = 5.0
# A reply that takes longer is missing.
PATIENCE = 60.0
# One pipeline's requests and replies together, far below the proxy's bound for held replies.
PIPELINE_BYTES = 24 << 20
# The same in pools with a timeout, which a client that takes long over several megabytes makes others miss: they
# wait behind its reply on the server connection that all share.
SMALL_BYTES = 3 << 20
PASSWORD = "soak secret"
DATABASE = 3
# What workers keep for the next burst, and what the allocator does not give back.
RSS_GROWTH_KB = 96 << 10
DRAIN_SECONDS = 12
BAD_SERVER_WORDS = re.compile(
    rb"invalid reply|another key|another length|nobody asked|another command|Protocol error")
SERVER_WORDS = re.compile(rb"ERR server |ERR connection to |SERVER_ERROR server |LOADING ")
SANITIZER_WORDS = re.compile(
    r"ERROR: \w+Sanitizer|WARNING: ThreadSanitizer|runtime error:|Fatal error|SUMMARY: \w+Sanitizer|\*\*\* Signal")

Pool = collections.namedtuple("Pool", "name port is_redis password can_wait")


class Hard(Exception):
    """What no disturbance excuses."""


class Hurried(Exception):
    """The client leaves on purpose."""


# --- Values -----------------------------------------------------------------------------------------------------------


class Values:
    """The value of every key and version: its size and its bytes follow from the two."""

    def __init__(self, seed):
        self.noise = random.Random(seed).randbytes((16 << 20) + 8192)

    @staticmethod
    def size(name, version):
        draw = random.Random(zlib.crc32(b"%s/%d" % (name, version)))
        rare = draw.random()
        if rare < 0.08:
            return 0
        if rare < 0.62:
            return draw.randint(1, 120)
        if rare < 0.92:
            return draw.randint(120, 10_000)
        if rare < 0.993:
            return draw.randint(10_000, 200_000)
        # In pools that do not wait, a value must be through before the timeout, sanitizers and all.
        if b":cache:" in name or b":pages:" in name:
            return draw.randint(200_000, SMALL_BYTES)
        if rare < 0.9997:
            return draw.randint(200_000, 4 << 20)
        return 16 << 20

    def bytes(self, name, version):
        size = self.size(name, version)
        if size == 0:
            return b""
        head = b"%s|soak|%d|" % (name, version)
        start = zlib.crc32(head) % 4096
        return head + self.noise[start:start + max(0, size - len(head))]

    HEAD = re.compile(rb"([^|]{1,250})\|soak\|(\d+)\|")

    def version(self, name, value):
        """Which version of the key the value is; Hard if it is none."""
        head = self.HEAD.match(value[:300])
        if not head:
            raise Hard(f"a value that nobody wrote: {value[:80]!r}, {len(value)} bytes")
        if head[1] != name:
            raise Hard(f"a value of another key: {head[1]!r} version {head[2]!r}")
        version = int(head[2])
        if self.bytes(name, version) != value:
            raise Hard(f"version {version} in {len(value)} bytes that differ from what was written")
        return version


UNKNOWN = object()


class Key:
    """What one client knows of a key of its own: `state` is a version or number, None (no value) or UNKNOWN."""

    def __init__(self, name):
        self.name = name
        self.state = None
        # When the request was sent that made the state so.
        self.since = 0.0
        self.unsafe_until = 0.0
        self.issued = 0
        self.may_be_empty = False
        # Bytes of the largest value that it may have.
        self.largest = 0

    def wrote(self, state, sent):
        """A write was acknowledged."""
        self.state = state if sent >= self.unsafe_until else UNKNOWN
        self.since = sent

    def lost(self):
        """A write may happen, may have happened, or not."""
        self.state = UNKNOWN
        self.unsafe_until = time.monotonic() + SETTLE

    def next_version(self):
        self.issued += 1
        size = Values.size(self.name, self.issued)
        self.may_be_empty |= size == 0
        self.largest = max(self.largest, size)
        return self.issued


# --- Requests ---------------------------------------------------------------------------------------------------------


class Request:
    """Bytes, what to do with the reply, and the keys that it writes."""

    def __init__(self, data, check, writes=(), silent=False, cost=0):
        self.data = data
        self.check = check
        self.writes = writes
        self.silent = silent
        self.cost = cost + len(data)


class Failure(bytes):
    """A Redis error reply, without its dash."""


class Status(bytes):
    """A Redis simple string."""


def array(*words):
    parts = [b"*%d\r\n" % len(words)]
    for word in words:
        word = word if isinstance(word, bytes) else str(word).encode()
        parts += [b"$%d\r\n" % len(word), word, b"\r\n"]
    return b"".join(parts)


def want(expected):
    """The reply must be just this."""

    def check(reply, sent):
        if reply != expected or type(reply) is not type(expected):
            raise Hard(f"{reply!r:.200} instead of {expected!r:.200}")

    return check


def want_failure(start):
    def check(reply, sent):
        if not isinstance(reply, Failure) or not reply.startswith(start):
            raise Hard(f"{reply!r:.200} instead of an error {start!r}")

    return check


class Actor:
    """One client at a time, for ever connecting, talking and leaving; its keys and what it found."""

    KEYS = 24

    def __init__(self, number, pool, values, seed, tally):
        self.number = number
        self.pool = pool
        self.values = values
        self.random = random.Random(f"{seed}:{number}")
        self.tally = tally
        self.is_server_error = self.is_redis_error if pool.is_redis else self.is_memcached_error
        tag = b"soak:%d:%s" % (number, pool.name.encode())
        self.strings = [Key(b"%s:%d" % (tag, n)) for n in range(self.KEYS)]
        self.counters = [Key(b"%s:c%d" % (tag, n)) for n in range(4)]
        self.lists = [Key(b"%s:l%d" % (tag, n)) for n in range(3)]
        self.hashes = [Key(b"%s:h%d" % (tag, n)) for n in range(6)]

    # --- Judging

    def soft(self, kind, since, text):
        self.tally.soft(self.pool.name, kind, since, time.monotonic(), text)

    @staticmethod
    def is_redis_error(reply):
        return isinstance(reply, Failure) and SERVER_WORDS.match(reply)

    @staticmethod
    def is_memcached_error(reply):
        return isinstance(reply, bytes) and SERVER_WORDS.match(reply)

    def failed(self, reply, sent, writes=()):
        """Whether the reply is a server's failure, which is noted."""
        if not self.is_server_error(reply):
            return False
        if BAD_SERVER_WORDS.search(reply):
            raise Hard(f"the proxy lost step with a server: {reply!r}")
        for key in writes:
            key.lost()
        words = reply.decode("latin-1")
        kind = "timeout" if "timed out" in words else "server error"
        self.soft(kind, sent, re.sub(r":\d+", ":*", words))
        return True

    def saw(self, key, found, sent, what):
        """Compares a state that a reply shows with the known one."""
        if key.state is not UNKNOWN and found != key.state:
            kind = "miss" if found is None else "stale"
            self.soft(kind, key.since, f"{key.name.decode()} {what}: {found}, expected {key.state}")
            key.lost()

    def saw_value(self, key, value, sent):
        if value is None:
            return self.saw(key, None, sent, "value")
        if not isinstance(value, bytes) or isinstance(value, (Failure, Status)):
            raise Hard(f"{value!r:.200} is no value of {key.name!r}")
        if value == b"":
            if not key.may_be_empty:
                raise Hard(f"{key.name!r} is empty and never was")
            is_right = key.state is UNKNOWN or (
                key.state is not None and Values.size(key.name, key.state) == 0)
            return None if is_right else self.saw(key, b"", sent, "value")
        version = self.values.version(key.name, value)
        if not 1 <= version <= key.issued:
            raise Hard(f"{key.name!r} has version {version} of {key.issued}")
        self.saw(key, version, sent, "value")

    def saw_number(self, key, number, sent, step):
        if type(number) is not int:
            raise Hard(f"{number!r:.200} is no number, for {key.name!r}")
        if not 0 <= number <= key.issued:
            raise Hard(f"{key.name!r} is {number} after {key.issued} increments")
        if key.state is not UNKNOWN:
            self.saw(key, number - step or None, sent, "before the increment")
        if key.state is UNKNOWN and sent < key.unsafe_until:
            return
        key.wrote(number or None, sent)

    # --- What to ask

    def pipeline(self, budget):
        longest = self.random.choice((1, 1, 4, 16, 16, 64, 64, 500))
        make = self.redis_request if self.pool.is_redis else self.memcached_request
        requests = []
        for _ in range(self.random.randint(1, longest)):
            request = make()
            # What is left out leaves a number unused, which no check minds.
            if request.cost <= max(budget, 1000):
                budget -= request.cost
                requests.append(request)
            elif budget <= 0:
                break
        # Nothing may hide behind a silent request: the last one is answered, by the proxy or a node.
        requests.append(self.marker())
        return requests

    def marker(self):
        if self.pool.is_redis:
            token = b"mark %d" % self.random.getrandbits(60)
            return Request(array("ECHO", token), want(token))
        word = b"set %s:%d" % (b"x" * 260, self.random.getrandbits(60))
        return Request(word + b" 0 0 1\r\nx\r\n", want(b"CLIENT_ERROR bad command line format"))

    def redis_request(self):
        choices = (
            self.redis_get, self.redis_get, self.redis_get, self.redis_set, self.redis_set, self.redis_incr,
            self.redis_del, self.redis_mget, self.redis_mset, self.redis_exists, self.redis_push,
            self.redis_hset, self.redis_hget, self.redis_local, self.redis_everywhere)
        return self.random.choice(choices)()

    def redis_get(self):
        key = self.random.choice(self.strings)

        def check(reply, sent):
            if not self.failed(reply, sent):
                self.saw_value(key, reply, sent)

        return Request(array("GET", key.name), check, cost=key.largest)

    def redis_set(self):
        key = self.random.choice(self.strings)
        version = key.next_version()

        def check(reply, sent):
            if self.failed(reply, sent, [key]):
                return
            want(Status(b"OK"))(reply, sent)
            key.wrote(version, sent)

        return Request(array("SET", key.name, self.values.bytes(key.name, version)), check, [key])

    def redis_incr(self):
        key = self.random.choice(self.counters)
        key.issued += 1

        def check(reply, sent):
            if not self.failed(reply, sent, [key]):
                self.saw_number(key, reply, sent, 1)

        line = b"INCR %s\r\n" % key.name if self.random.random() < 0.1 else array("INCR", key.name)
        return Request(line, check, [key])

    def redis_push(self):
        key = self.random.choice(self.lists)
        if self.random.random() < 0.1:
            return self.delete([key])
        key.issued += 1

        def check(reply, sent):
            if not self.failed(reply, sent, [key]):
                self.saw_number(key, reply, sent, 1)

        return Request(array("LPUSH", key.name, b"element"), check, [key])

    def redis_hset(self):
        key = self.random.choice(self.hashes)
        version = key.next_version()

        def check(reply, sent):
            if self.failed(reply, sent, [key]):
                return
            if type(reply) is not int or reply not in (0, 1):
                raise Hard(f"{reply!r:.200} answers HSET")
            key.wrote(version, sent)

        return Request(array("HSET", key.name, "f", self.values.bytes(key.name, version)), check, [key])

    def redis_hget(self):
        key = self.random.choice(self.hashes)

        def check(reply, sent):
            if not self.failed(reply, sent):
                self.saw_value(key, reply, sent)

        return Request(array("HGET", key.name, "f"), check, cost=key.largest)

    def redis_del(self):
        return self.delete(self.random.sample(self.strings, self.random.choice((1, 1, 5))))

    def delete(self, keys):
        def check(reply, sent):
            if self.failed(reply, sent, keys):
                return
            self.saw_count(reply, keys)
            for key in keys:
                key.wrote(None, sent)

        return Request(array(self.random.choice(("DEL", "UNLINK")), *(k.name for k in keys)), check, keys)

    def redis_exists(self):
        keys = [self.random.choice(self.strings) for _ in range(self.random.choice((1, 3, 12)))]

        def check(reply, sent):
            if not self.failed(reply, sent):
                self.saw_count(reply, keys)

        return Request(array("EXISTS", *(k.name for k in keys)), check)

    def saw_count(self, reply, keys):
        if type(reply) is not int or not 0 <= reply <= len(keys):
            raise Hard(f"{reply!r:.200} counts {len(keys)} keys")
        if any(key.state is UNKNOWN for key in keys):
            return
        expected = sum(key.state is not None for key in keys)
        if reply != expected:
            since = min(key.since for key in keys)
            self.soft("count", since, f"{reply} of {len(keys)} keys, expected {expected}")
            for key in keys:
                key.lost()

    def redis_mget(self):
        keys = [self.random.choice(self.strings) for _ in range(self.random.choice((1, 3, 10, 60)))]

        def check(reply, sent):
            if self.failed(reply, sent):
                return
            if not isinstance(reply, list) or len(reply) != len(keys):
                raise Hard(f"{reply!r:.200} answers MGET of {len(keys)} keys")
            for key, value in zip(keys, reply):
                self.saw_value(key, value, sent)

        return Request(array("MGET", *(k.name for k in keys)), check, cost=sum(key.largest for key in keys))

    def redis_mset(self):
        keys = self.random.sample(self.strings, self.random.choice((1, 3, 10)))
        pairs = [(key, key.next_version()) for key in keys]

        def check(reply, sent):
            if self.failed(reply, sent, keys):
                return
            want(Status(b"OK"))(reply, sent)
            for key, version in pairs:
                key.wrote(version, sent)

        words = [w for key, version in pairs for w in (key.name, self.values.bytes(key.name, version))]
        return Request(array("MSET", *words), check, keys)

    def redis_local(self):
        token = b"%x" % self.random.getrandbits(64)
        return self.random.choice((
            lambda: Request(array("PING"), want(Status(b"PONG"))),
            lambda: Request(b"PING\r\n", want(Status(b"PONG"))),
            lambda: Request(b"ping %s\n" % token, want(token)),
            lambda: Request(b"\r\n" + array("pInG", token), want(token)),
            lambda: Request(array("ECHO", token * 50), want(token * 50)),
            lambda: Request(array("NOSUCH" + token.decode(), "x"), want_failure(b"ERR unknown command")),
            lambda: Request(array("GET"), want_failure(b"ERR wrong number of arguments for 'get'")),
            lambda: Request(array("SET", token), want_failure(b"ERR wrong number of arguments for 'set'")),
            lambda: Request(array("MONITOR"), want_failure(b"ERR 'MONITOR' is not served")),
            lambda: Request(array("SWAPDB", 0, 1), want_failure(b"ERR 'SWAPDB' is not served")),
            lambda: Request(array("SELECT", 99), want_failure(b"ERR DB index is out of range")),
        ))()

    def redis_everywhere(self):
        """What asks every server, or one over a connection of the client's own."""
        prefix = self.strings[0].name.rsplit(b":", 1)[0] + b":"
        absent = prefix + b"absent"

        def check_names(reply, sent):
            if self.failed(reply, sent):
                return
            if not isinstance(reply, list) or not all(name.startswith(prefix) for name in reply):
                raise Hard(f"{reply!r:.200} answers KEYS {prefix}*")

        def check_none(reply, sent):
            if not self.failed(reply, sent) and reply is not None:
                raise Hard(f"{reply!r:.200} answers BLPOP of an absent list")

        def check_count(reply, sent):
            if not self.failed(reply, sent) and not isinstance(reply, int):
                raise Hard(f"{reply!r:.200} is no number")

        choices = [
            lambda: Request(array("KEYS", prefix + b"*"), check_names, cost=20_000),
            lambda: Request(array("DBSIZE"), check_count),
            lambda: Request(array("PUBLISH", absent, b"message" * 100), check_count)]
        # Whoever closes its half while it is blocked has left.
        if self.mood != "half-closer":
            choices.append(lambda: Request(array("BLPOP", absent, "0.01"), check_none))
        return self.random.choice(choices)()

    # --- memcached

    def memcached_request(self):
        choices = (
            self.cache_get, self.cache_get, self.cache_multiget, self.cache_set, self.cache_set, self.cache_incr,
            self.cache_delete, self.cache_touch, self.cache_mistake)
        return self.random.choice(choices)()

    def saw_values(self, reply, keys, sent, has_unique):
        """A retrieval's reply: values in the order of the keys, and a miss for each that is not there."""
        if not isinstance(reply, list):
            raise Hard(f"{reply!r:.200} answers a get")
        position = 0
        for key in keys:
            if position < len(reply) and reply[position][0] == key.name:
                _, value, unique = reply[position]
                if (unique is not None) != has_unique:
                    raise Hard(f"unique number {unique!r} in the answer to get or gets")
                self.saw_value(key, value, sent)
                position += 1
            else:
                self.saw(key, None, sent, "value")
        if position < len(reply):
            raise Hard(f"a VALUE out of order or not asked for: {reply[position][0]!r}")

    def cache_get(self, keys=None):
        keys = keys or [self.random.choice(self.strings)]
        has_unique = self.random.random() < 0.3
        command = b"gets" if has_unique else b"get"

        def check(reply, sent):
            if not self.failed(reply, sent):
                self.saw_values(reply, keys, sent, has_unique)

        line = b"%s %s\r\n" % (command, b" ".join(key.name for key in keys))
        return Request(line, check, cost=sum(key.largest for key in keys))

    def cache_multiget(self):
        count = self.random.choice((2, 5, self.KEYS))
        return self.cache_get(self.random.sample(self.strings, count))

    def cache_set(self):
        key = self.random.choice(self.strings)
        version = key.next_version()
        value = self.values.bytes(key.name, version)
        is_silent = self.random.random() < 0.2
        is_too_large = len(value) > 7 << 20

        def check(reply, sent):
            if is_too_large:
                # memcached drops the old value then, if the request reached it.
                key.lost()
                if reply is not None and b"too large" not in reply and not self.failed(reply, sent):
                    raise Hard(f"{reply!r:.200} answers a value that is too large")
                return
            if not is_silent:
                if self.failed(reply, sent, [key]):
                    return
                want(b"STORED")(reply, sent)
            key.wrote(version, sent)

        line = b"set %s 0 0 %d%s\r\n" % (key.name, len(value), b" noreply" if is_silent else b"")
        return Request(line + value + b"\r\n", check, [key], silent=is_silent)

    def cache_incr(self):
        key = self.random.choice(self.counters)
        if key.state is None or self.random.random() < 0.05:
            def check_set(reply, sent):
                if self.failed(reply, sent, [key]):
                    return
                want(b"STORED")(reply, sent)
                key.wrote(0, sent)

            return Request(b"set %s 0 0 1\r\n0\r\n" % key.name, check_set, [key])
        key.issued += 1

        def check(reply, sent):
            if self.failed(reply, sent, [key]):
                return
            if reply == b"NOT_FOUND":
                return self.saw(key, None, sent, "counter")
            if not isinstance(reply, bytes) or not reply.isdigit() or int(reply) > key.issued:
                raise Hard(f"{reply!r:.200} answers incr after {key.issued}")
            if key.state is None:
                return self.saw(key, int(reply), sent, "counter")
            if key.state is not UNKNOWN:
                self.saw(key, int(reply) - 1, sent, "counter before the increment")
            if sent >= key.unsafe_until:
                key.wrote(int(reply), sent)

        return Request(b"incr %s 1\r\n" % key.name, check, [key])

    def cache_delete(self):
        key = self.random.choice(self.strings)

        def check(reply, sent):
            if self.failed(reply, sent, [key]):
                return
            self.saw_presence(reply, (b"DELETED", b"NOT_FOUND"), key, sent)
            key.wrote(None, sent)

        return Request(b"delete %s\r\n" % key.name, check, [key])

    def cache_touch(self):
        key = self.random.choice(self.strings)

        def check(reply, sent):
            if not self.failed(reply, sent):
                self.saw_presence(reply, (b"TOUCHED", b"NOT_FOUND"), key, sent)

        return Request(b"touch %s 0\r\n" % key.name, check)

    def saw_presence(self, reply, words, key, sent):
        if reply not in words:
            raise Hard(f"{reply!r:.200} instead of one of {words}")
        is_there = reply == words[0]
        if key.state is not UNKNOWN and is_there != (key.state is not None):
            self.soft("miss" if not is_there else "stale", key.since, f"{key.name.decode()}: {reply}")
            key.lost()

    def cache_mistake(self):
        name = self.random.choice(self.strings).name
        bad_line = b"CLIENT_ERROR bad command line format"
        return self.random.choice((
            lambda: Request(b"nosuch %s\r\n" % name, want(b"ERROR")),
            lambda: Request(b"get\r\n", want(b"ERROR")),
            lambda: Request(b"get %s\r\n" % (b"k" * 251), want(bad_line)),
            lambda: Request(b"set %s 0 0 9\r\nflush_all\r\n" % (b"k" * 251), want(bad_line)),
            lambda: Request(b"incr %s many\r\n" % name, want(b"CLIENT_ERROR invalid numeric delta argument")),
            lambda: Request(b"get %s\rflush_all\r\n" % name, want(bad_line)),
            lambda: Request(b"get %s\0flush_all\r\n" % name, want(bad_line)),
        ))()

    # --- Talking

    async def live(self, stop):
        while not stop.is_set():
            try:
                await self.session(stop)
            except (ConnectionError, asyncio.IncompleteReadError, OSError) as error:
                raise Hard(f"connecting: {error!r}") from error
            await asyncio.sleep(self.random.random() * 0.6)

    async def session(self, stop):
        mood = self.random.choices(
            ("plain", "pieces", "bytes", "slow", "leaver", "half-closer"), (40, 12, 4, 8, 20, 10))[0]
        self.tally.count(f"session {mood}")
        self.mood = mood
        options = socket.socket()
        if mood == "slow":
            options.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 10)
        options.setblocking(False)
        await asyncio.get_running_loop().sock_connect(options, ("127.0.0.1", self.pool.port))
        limit = 16 << 10 if mood == "slow" else 256 << 10
        self.reader, self.writer = await asyncio.open_connection(sock=options, limit=limit)
        # Keys of silent requests whose execution nothing has shown yet.
        self.silent_keys = []
        began = time.monotonic()
        try:
            if self.pool.password:
                await self.exchange(self.greeting())
            for _ in range(self.random.randint(1, 8)):
                if stop.is_set():
                    break
                budget = PIPELINE_BYTES if self.pool.can_wait else SMALL_BYTES
                await self.exchange(self.pipeline(300 if mood == "bytes" else budget))
                if not self.pool.is_redis and self.random.random() < 0.2:
                    await self.compare_and_swap()
                await asyncio.sleep(self.random.random() * 0.5)
            await self.part()
        except Hurried:
            self.tally.count("left early")
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            # A reply that had begun cannot be completed when its server dies.
            is_slow = mood == "slow" and self.pool.can_wait
            kind = "slow reader closed" if is_slow else "closed"
            self.soft(kind, began if is_slow else self.sent, f"{mood} client: {error!r:.100}")
        finally:
            for key in self.silent_keys:
                key.lost()
            self.writer.transport.abort()

    def greeting(self):
        failure = want_failure(b"NOAUTH")
        requests = []
        if self.random.random() < 0.3:
            requests.append(Request(array("GET", "x"), failure))
            requests.append(Request(array("AUTH", "wrong"), want_failure(b"WRONGPASS")))
            requests.append(Request(array("PING"), failure))
        requests.append(Request(array("AUTH", PASSWORD), want(Status(b"OK"))))
        requests.append(Request(array("SELECT", DATABASE), want(Status(b"OK"))))
        return requests

    async def exchange(self, requests):
        """Sends a pipeline and checks every reply; the model follows the replies, in order."""
        self.sent = time.monotonic()
        data = b"".join(request.data for request in requests)
        is_leaving = self.mood == "leaver" and self.random.random() < 0.5
        cut = self.random.randrange(len(data) + 1) if is_leaving else len(data)
        answered = self.random.randrange(len(requests) + 1) if is_leaving else len(requests)
        sending = asyncio.create_task(self.send(data[:cut]))
        done = 0
        try:
            async with asyncio.timeout(PATIENCE):
                size = 0
                for request in requests:
                    size += len(request.data)
                    if size > cut or done >= answered:
                        break
                    await self.check(request)
                    done += 1
                await sending
        except TimeoutError:
            raise Hard(f"no reply within {PATIENCE:.0f} s, {len(requests) - done} due") from None
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            for request in requests[done:]:
                for key in request.writes:
                    key.lost()
        if is_leaving:
            if self.random.random() < 0.3 and self.writer.can_write_eof():
                self.writer.write_eof()
            raise Hurried

    async def check(self, request):
        if request.silent:
            self.silent_keys += request.writes
            return request.check(None, self.sent)
        if self.mood == "slow":
            await asyncio.sleep(self.random.random() * 0.02)
        reply = await (self.read_redis() if self.pool.is_redis else self.read_memcached())
        self.tally.replies += 1
        try:
            request.check(reply, self.sent)
        except Hard as error:
            raise Hard(f"{request.data[:120]!r}: {error}") from None

    async def send(self, data):
        self.tally.bytes += len(data)
        if self.mood == "bytes" and len(data) < 4000:
            for index in range(len(data)):
                self.writer.write(data[index:index + 1])
                await asyncio.sleep(0)
        elif self.mood == "pieces":
            at = 0
            while at < len(data):
                size = self.random.choice((1, 7, 100, 1460, 16384, 65536, 1 << 20))
                self.writer.write(data[at:at + size])
                await self.writer.drain()
                await asyncio.sleep(self.random.random() * 0.002)
                at += size
        else:
            self.writer.write(data)
            await self.writer.drain()

    async def compare_and_swap(self):
        key = self.random.choice(self.strings)
        seen = []

        def note(reply, sent):
            if not self.failed(reply, sent):
                self.saw_values(reply, [key], sent, True)
                seen.extend(reply)

        await self.exchange([Request(b"gets %s\r\n" % key.name, note)])
        if not seen:
            return
        unique = seen[0][2]
        is_right = self.random.random() < 0.7
        version = key.next_version()
        value = self.values.bytes(key.name, version)
        if len(value) > 4 << 20:
            return

        def check(reply, sent):
            if self.failed(reply, sent, [key]):
                return
            if reply not in (b"STORED", b"EXISTS", b"NOT_FOUND"):
                raise Hard(f"{reply!r:.200} answers cas")
            if not is_right and reply == b"STORED":
                raise Hard("a cas with a wrong unique number was stored")
            expected = b"STORED" if is_right else b"EXISTS"
            if reply != expected and key.state is not UNKNOWN:
                self.soft("stale", key.since, f"cas: {reply} instead of {expected}")
                key.lost()
            if reply == b"STORED":
                key.wrote(version, sent)

        line = b"cas %s 0 0 %d %d\r\n" % (key.name, len(value), unique if is_right else unique + (1 << 40))
        await self.exchange([Request(line + value + b"\r\n", check, [key])])

    async def part(self):
        """Leaves in order: nothing may come but what is due."""
        if self.mood == "half-closer":
            requests = self.pipeline(1 << 20)
            self.sent = time.monotonic()
            sending = asyncio.create_task(self.send_and_close(b"".join(r.data for r in requests)))
            done = 0
            try:
                async with asyncio.timeout(PATIENCE):
                    for request in requests:
                        await self.check(request)
                        done += 1
                    await self.expect_end()
            except TimeoutError:
                raise Hard(f"after a half-close: {len(requests) - done} replies or the end missing") from None
            finally:
                await asyncio.gather(sending, return_exceptions=True)
                for request in requests[done:]:
                    for key in request.writes:
                        key.lost()
        elif self.random.random() < 0.3:
            self.writer.write(array("QUIT") if self.pool.is_redis else b"quit\r\n")
            async with asyncio.timeout(PATIENCE):
                if self.pool.is_redis:
                    want(Status(b"OK"))(await self.read_redis(), 0)
                await self.expect_end()

    async def send_and_close(self, data):
        self.writer.write(data)
        await self.writer.drain()
        self.writer.write_eof()

    async def expect_end(self):
        surplus = await self.reader.read(200)
        if surplus:
            raise Hard(f"surplus bytes: {surplus!r}")

    async def line(self):
        try:
            return (await self.reader.readuntil(b"\r\n"))[:-2]
        except asyncio.LimitOverrunError:
            raise Hard("a reply line without end") from None

    async def block(self, size):
        if self.mood == "slow" and size > 4096 and (self.pool.can_wait or size < SMALL_BYTES // 8):
            parts = []
            left = size
            while left > 0:
                part = await self.reader.readexactly(min(left, 64 << 10))
                parts.append(part)
                left -= len(part)
                await asyncio.sleep(0.005)
            value = b"".join(parts)
        else:
            value = await self.reader.readexactly(size)
        if await self.reader.readexactly(2) != b"\r\n":
            raise Hard(f"no CRLF behind {size} bytes")
        return value

    async def read_redis(self):
        line = await self.line()
        mark, rest = line[:1], line[1:]
        if mark == b"+":
            return Status(rest)
        if mark == b"-":
            return Failure(rest)
        if not re.fullmatch(rb"-?\d{1,19}", rest):
            raise Hard(f"no Redis reply: {line[:100]!r}")
        number = int(rest)
        if mark == b":":
            return number
        if mark == b"$":
            return None if number == -1 else await self.block(number)
        if mark == b"*":
            return None if number == -1 else [await self.read_redis() for _ in range(number)]
        raise Hard(f"no Redis reply: {line[:100]!r}")

    async def read_memcached(self):
        """A line, or a list of (key, value, unique) for END and what came before it."""
        values = []
        while True:
            line = await self.line()
            if line.startswith(b"VALUE "):
                words = line.split(b" ")
                if len(words) not in (4, 5) or not words[3].isdigit():
                    raise Hard(f"no VALUE line: {line[:100]!r}")
                value = await self.block(int(words[3]))
                values.append((words[1], value, int(words[4]) if len(words) == 5 else None))
            elif line == b"END":
                return values
            elif values:
                # A reply that began and failed; the proxy closes then rather than mix.
                raise Hard(f"{line[:100]!r} behind {len(values)} values")
            else:
                return line


class Vandal:
    """Sends what is no protocol; whatever comes back must not hold anyone's value."""

    def __init__(self, number, pool, seed, tally):
        self.pool = pool
        self.random = random.Random(f"{seed}:vandal:{number}")
        self.tally = tally

    async def live(self, stop):
        while not stop.is_set():
            await self.attack()
            await asyncio.sleep(0.05 + self.random.random() * 0.4)

    def garbage(self):
        pick = self.random
        noise = pick.randbytes(pick.choice((1, 10, 1000, 100_000)))
        redis = (
            noise, b"*3\r\n$3\r\nSET\r\n$-5\r\n", b"*1\r\n$4\r\nPING\r\n*x\r\n", b"*999999999\r\n",
            b"*2\r\n$3\r\nGET\r\n$3\r\nabcdef\r\n", b"*1\r\n:1\r\n", b'GET "unbalanced\r\n',
            b"POST / HTTP/1.1\r\nHost: x\r\n\r\n", b"x" * 70_000, b"*2\r\n$3\r\nGET\r\n$600000000\r\n",
            b"*2\r\n$3\r\nGET\r\n$20\r\nx\r\n", b"*-1\r\n*0\r\n\r\n" * 50, b"$5\r\nhello\r\n",
            array("SET", b"v\r\n*1\r\n$8\r\nFLUSHALL\r\n", b"x") + b"*1\r\n$4\r\nPING\r",
            array("EVAL", "return redis.call('x')", "-1"), array("GET", noise), array(*[noise[:3]] * 5))
        memcached = (
            noise, b"set vandal 0 0 -1\r\nx\r\n", b"set vandal 0 0 99999999999999999999\r\nx\r\n",
            b"set vandal 0 0 5\r\nabcdefgh\r\n", b"set vandal 0 0 300\r\nabc\r\n", b"get " + b"k" * 3000 + b"\r\n",
            b"\x80\x01\0\0" + noise, b"get a\rflush_all\r\n", b"get a\0\rflush_all\r\n",
            b"set vandal\rflush_all 0 0 1\r\n1\r\n",
            b"x" * 3000, b"get " + b"k " * 20_000 + b"\r\n", b"VALUE a 0 1\r\nx\r\nEND\r\n", b"mg a v\r\n",
            b"incr vandal 18446744073709551616\r\n", b"gat x y\r\n", b"verbosity\r\n", b"shutdown\r\n",
            b"set vandal 0 99999999999 1\r\nx\r\n", b"delete vandal 0 0 0\r\n", b"  get vandal\n\r\n")
        return b"".join(pick.choice(redis if self.pool.is_redis else memcached) for _ in range(pick.randint(1, 4)))

    async def attack(self):
        self.tally.count("attacks")
        reader, writer = await asyncio.open_connection("127.0.0.1", self.pool.port)
        try:
            if self.pool.password and self.random.random() < 0.7:
                writer.write(array("AUTH", PASSWORD))
            writer.write(self.garbage())
            if self.random.random() < 0.2:
                writer.write_eof()
            if self.random.random() < 0.7:
                async with asyncio.timeout(0.2 + self.random.random() * 1.5):
                    while data := await reader.read(1 << 16):
                        if b"|soak|" in data:
                            raise Hard(f"a vandal got someone's value: {data[:200]!r}")
        except (TimeoutError, ConnectionError):
            pass
        finally:
            writer.transport.abort()


# --- A process of clients ---------------------------------------------------------------------------------------------


class Tally:
    """What one process did and found."""

    def __init__(self):
        self.replies = 0
        self.bytes = 0
        self.counts = collections.Counter()
        self.hard = []
        self.findings = {}

    def count(self, what):
        self.counts[what] += 1

    def soft(self, pool, kind, since, until, text):
        """Findings of one moment are kept as one."""
        spot = (pool, kind, round(since, 1), round(until, 1))
        entry = self.findings.setdefault(spot, [since, until, 0, text])
        entry[0] = max(entry[0], since)
        entry[1] = min(entry[1], until)
        entry[2] += 1


def clients(number, options, pools, stop, broken, results):
    """The body of one process of clients."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    tally = Tally()
    values = Values(options.seed)

    async def guarded(actor, label):
        try:
            await actor.live(stop)
        except Exception as error:  # Any end but the agreed one is a finding.
            text = str(error) if isinstance(error, Hard) else repr(error)
            tally.hard.append(f"{time.monotonic():.3f} {label}: {text}")
            broken.set()

    async def run():
        people = []
        for place in range(options.clients):
            if place % options.processes != number:
                continue
            pool = pools[place // options.processes % len(pools)]
            people.append((Actor(place, pool, values, options.seed, tally), f"client {place} ({pool.name})"))
        for place, pool in enumerate(pools):
            if place % options.processes == number:
                people.append((Vandal(place, pool, options.seed, tally), f"vandal ({pool.name})"))
        await asyncio.gather(*(guarded(*person) for person in people))

    asyncio.run(run())
    results.put((tally.replies, tally.bytes, tally.counts, tally.hard, tally.findings))


# --- Nodes and the proxy ----------------------------------------------------------------------------------------------


def free_ports(count):
    """Ports of the loopback address that nobody listens on, below those from which the kernel takes the ports of
    outgoing connections: of these there are thousands here, and one must not take a port while its node is down."""
    with open("/proc/sys/net/ipv4/ip_local_port_range") as file:
        first = int(file.read().split()[0])
    candidates = list(range(12_000, first)) if first > 13_000 else list(range(1_200, 65_000))
    random.SystemRandom().shuffle(candidates)
    ports = []
    for port in candidates:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        ports.append(port)
        if len(ports) == count:
            return ports
    raise RuntimeError("no free ports")


def own_directory():
    """A directory beside the program's build rather than in /tmp, which others clean up."""
    build = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", ".build")
    os.makedirs(build, exist_ok=True)
    return tempfile.mkdtemp(prefix="soak.", dir=os.path.realpath(build))


class Node:
    """A cache server that can be stalled, killed and restarted."""

    def __init__(self, name, port, is_redis, password, directory):
        self.name, self.port, self.is_redis, self.password = name, port, is_redis, password
        self.directory = directory
        self.process = None

    def start(self):
        if self.is_redis:
            command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
                       "--appendonly", "no", "--dir", self.directory, "--loglevel", "warning"]
            if self.password:
                command += ["--requirepass", self.password]
        else:
            command = ["memcached", "-p", str(self.port), "-l", "127.0.0.1", "-U", "0", "-t", "1",
                       "-m", "1024", "-I", "8m"]
            if os.geteuid() == 0:
                command += ["-u", "nobody"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while not self.answers(1):
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise RuntimeError(f"{self.name} on port {self.port} does not start")
            time.sleep(0.02)

    def answers(self, timeout):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout) as link:
                link.settimeout(timeout)
                link.sendall(b"PING\r\n" if self.is_redis else b"version\r\n")
                return link.recv(100)[:1] in (b"+", b"-", b"V")
        except OSError:
            return False

    def stop(self, number):
        self.process.send_signal(number)
        self.process.wait()

    def stall(self, seconds):
        self.process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        self.process.send_signal(signal.SIGCONT)

    def end(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait()


class Proxy:
    """The martlet under test."""

    def __init__(self, binary, configuration, stats_port, directory):
        self.log = os.path.join(directory, "martlet.log")
        self.errors = os.path.join(directory, "martlet.stderr")
        self.stats_port = stats_port
        environment = dict(os.environ)
        # The library's Mutex is not instrumented, so what it guards looks unguarded.
        suppressions = os.path.join(directory, "suppressions")
        with open(suppressions, "w") as file:
            file.write("race_top:Mailbox\nrace_top:LogWriter\n")
        environment.setdefault("TSAN_OPTIONS", f"halt_on_error=0:exitcode=66:suppressions={suppressions}")
        # What the workers' objects still hold when the process ends is no leak to speak of; `check_words` looks for
        # what nothing holds.
        environment.setdefault("LSAN_OPTIONS", "exitcode=0")
        with open(self.errors, "wb") as errors:
            self.process = subprocess.Popen(
                [binary, "-c", configuration, "-a", "127.0.0.1", "-s", str(stats_port), "-o", self.log,
                 "--workers", "2", "-v", "5"], stdout=errors, stderr=errors, env=environment)
        self.rotations = 0
        self.late_pages = 0

    def status(self):
        """RSS in KB, descriptors, threads."""
        pid = self.process.pid
        with open(f"/proc/{pid}/status") as file:
            lines = dict(line.split(":", 1) for line in file if ":" in line)
        descriptors = len(os.listdir(f"/proc/{pid}/fd"))
        return int(lines["VmRSS"].split()[0]), descriptors, int(lines["Threads"])

    def stats(self):
        with socket.create_connection(("127.0.0.1", self.stats_port), 10) as link:
            link.settimeout(10)
            data = b""
            while part := link.recv(1 << 16):
                data += part
        return json.loads(data)

    def http(self, path):
        for _ in range(3):
            try:
                return self.ask_http(path)
            except http.client.BadStatusLine:
                # On a machine that stalls, the request may come after the moment in which it would be told from the
                # silence that asks for twemproxy's statistics.
                self.late_pages += 1
        return self.ask_http(path)

    def ask_http(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.stats_port}{path}", timeout=10) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def rotate_log(self):
        """As logrotate does."""
        self.rotations += 1
        os.rename(self.log, f"{self.log}.{self.rotations}")
        self.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 10
        while not os.path.exists(self.log):
            if time.monotonic() > deadline:
                raise Hard("SIGHUP did not reopen the log")
            time.sleep(0.05)

    def words(self):
        """All that it has logged and said."""
        text = ""
        for path in [self.errors, self.log] + [f"{self.log}.{n + 1}" for n in range(self.rotations)]:
            if os.path.exists(path):
                with open(path, errors="replace") as file:
                    text += file.read()
        return text


# --- The soak ---------------------------------------------------------------------------------------------------------


class Soak:
    """One run: everything it starts, the disturbances, and the verdict."""

    def __init__(self, options):
        self.options = options
        self.random = random.Random(f"{options.seed}:chaos")
        self.directory = own_directory()
        os.chmod(self.directory, 0o755)
        self.failures = []
        self.events = collections.Counter()
        # (pools, begin, end): when a pool's nodes were not well; an end of None is still to come.
        self.windows = []
        self.quiet = threading.Event()
        self.polls = 0
        self.peak = 0
        self.proxy = None
        self.set_up()

    def set_up(self):
        ports = free_ports(12)
        self.redis = [
            Node(f"redis{n}", ports[n], True, PASSWORD if n >= 2 else None, self.directory) for n in range(4)]
        self.caches = [Node(f"memcached{n}", ports[4 + n], False, None, self.directory) for n in range(3)]
        self.nodes = self.redis + self.caches
        self.pools = [
            Pool("cache", ports[7], True, None, False), Pool("store", ports[8], True, PASSWORD, True),
            Pool("pages", ports[9], False, None, False), Pool("plain", ports[10], False, None, True)]
        self.stats_port = ports[11]
        self.members = {
            "cache": self.redis[:2], "store": self.redis[2:], "pages": self.caches,
            "plain": [self.caches[2], self.caches[0]]}
        timeout = self.options.timeout or (1500 if self.options.sanitizer else 400)
        ejecting = [f"timeout: {timeout}", "auto_eject_hosts: true", "server_retry_timeout: 1000"]
        extra = {
            "cache": ejecting,
            "store": [f'redis_auth: "{PASSWORD}"', f"redis_db: {DATABASE}", "preconnect: true", 'hash_tag: "{}"'],
            "pages": ejecting + ["hash: md5"], "plain": ["server_connections: 2", "distribution: modula"]}
        lines = []
        for pool in self.pools:
            lines += [f"{pool.name}:", f"  listen: 127.0.0.1:{pool.port}",
                      f"  redis: {'true' if pool.is_redis else 'false'}"]
            lines += [f"  {line}" for line in extra[pool.name]]
            lines += ["  servers:"]
            # A name makes its servers primaries that are followed, and requests wait for those that are away.
            host = "localhost" if pool.name == "store" else "127.0.0.1"
            lines += [f"    - {host}:{node.port}:1 {node.name}" for node in self.members[pool.name]]
        self.configuration = os.path.join(self.directory, "martlet.yml")
        with open(self.configuration, "w") as file:
            file.write("\n".join(lines) + "\n")

    def fail(self, text):
        self.failures.append(text)

    def say(self, text):
        print(text, flush=True)

    # --- Disturbances

    def disturb(self):
        """Breaks one node after the other until told to be quiet."""
        while not self.quiet.wait(self.random.uniform(4, 12)):
            node = self.random.choice(self.nodes)
            pools = {pool for pool, members in self.members.items() if node in members}
            window = [pools, time.monotonic(), None]
            self.windows.append(window)
            kind = self.random.choice(("stall", "stall", "kill", "restart"))
            self.events[kind] += 1
            try:
                if kind == "stall":
                    node.stall(self.random.uniform(0.2, 2))
                else:
                    node.stop(signal.SIGKILL if kind == "kill" else signal.SIGTERM)
                    time.sleep(self.random.uniform(0, 2))
                    node.start()
            except RuntimeError as error:
                self.fail(str(error))
            window[2] = time.monotonic() + SETTLE

    def watch_machine(self):
        """A machine that withholds the processor disturbs all pools: no fault of the proxy's."""
        waited = {}
        while not self.quiet.is_set():
            before = time.monotonic()
            time.sleep(0.1)
            late = time.monotonic() - before - 0.1
            for thread, total in self.processor_waits():
                late = max(late, total - waited.get(thread, total))
                waited[thread] = total
            if late > 0.2:
                self.events["machine stalls"] += 1
                now = time.monotonic()
                self.windows.append([set(self.members), now - late - 0.5, now + SETTLE])

    def processor_waits(self):
        """For each thread of the proxy and the nodes: for how long it was ready and had no processor, in seconds."""
        for process in [self.proxy.process] + [node.process for node in self.nodes]:
            try:
                for thread in os.listdir(f"/proc/{process.pid}/task"):
                    with open(f"/proc/{process.pid}/task/{thread}/schedstat") as file:
                        yield thread, int(file.read().split()[1]) / 1e9
            except OSError:
                continue

    def poll(self):
        """Reads the statistics in all forms and sends the signals that are harmless."""
        while not self.quiet.wait(self.random.uniform(0.2, 1.5)):
            try:
                self.peak = max(self.peak, self.proxy.status()[0])
                stats = self.proxy.stats()
                for pool in self.members:
                    if stats[pool]["client_connections"] < 0:
                        self.fail(f"{pool} has {stats[pool]['client_connections']} clients")
                path = self.random.choice(("/stats.json", "/metrics", "/healthz", "/", "/nosuch"))
                status, body = self.proxy.http(path)
                if path == "/stats.json":
                    json.loads(body)
                if status not in ((404,) if path == "/nosuch" else (200, 503)):
                    self.fail(f"{path} gave {status}")
                self.polls += 1
                draw = self.random.random()
                if draw < 0.1:
                    self.proxy.process.send_signal(self.random.choice((signal.SIGTTIN, signal.SIGTTOU)))
                elif draw < 0.13:
                    self.proxy.rotate_log()
            except (OSError, ValueError, KeyError, Hard) as error:
                if self.proxy.process.poll() is not None:
                    return
                self.fail(f"statistics: {error!r}")

    def is_excused(self, pool, since, until):
        return any(
            pool in pools and begin <= until and since <= end for pools, begin, end in self.windows)

    # --- Checks of the proxy as a whole

    def ask(self, pool, data, size):
        with socket.create_connection(("127.0.0.1", pool.port), 5) as link:
            link.settimeout(5)
            link.sendall(data)
            reply = b""
            while len(reply) < size:
                part = link.recv(1 << 16)
                if not part:
                    break
                reply += part
            return reply

    def works(self, pool):
        """Writes and reads keys on every node of the pool."""
        hello = array("AUTH", PASSWORD) if pool.password else b""
        wanted = b"+OK\r\n" if pool.password else b""
        data = hello
        for number in range(60):
            key = b"after:%d" % number
            if pool.is_redis:
                data += array("SET", key, key) + array("GET", key)
                wanted += b"+OK\r\n$%d\r\n%s\r\n" % (len(key), key)
            else:
                data += b"set %s 0 0 %d\r\n%s\r\nget %s\r\n" % (key, len(key), key, key)
                wanted += b"STORED\r\nVALUE %s 0 %d\r\n%s\r\nEND\r\n" % (key, len(key), key)
        try:
            return self.ask(pool, data, len(wanted)) == wanted
        except OSError:
            return False

    def check_recovery(self):
        deadline = time.monotonic() + 5
        for pool in self.pools:
            while not self.works(pool):
                if time.monotonic() > deadline:
                    return self.fail(f"pool {pool.name} does not work 5 s after the last disturbance")
                time.sleep(0.1)
        for _ in range(20):
            for pool in self.pools:
                if not self.works(pool):
                    self.fail(f"pool {pool.name} fails again after it had recovered")
            time.sleep(0.1)

    def check_leftovers(self, start):
        # Each worker may hold all connections to servers, whichever were open at the start.
        links = 2 * (2 + 2 + 3 + 2 * 2)
        deadline = time.monotonic() + 20
        while True:
            rss, descriptors, threads = self.proxy.status()
            waiting = sum(self.proxy.stats()[pool]["client_connections"] for pool in self.members)
            if descriptors <= start[1] + links and threads <= start[2] and waiting == 0:
                if rss <= start[0] + RSS_GROWTH_KB:
                    break
            if time.monotonic() > deadline:
                break
            time.sleep(0.5)
        self.say(f"proxy      start: RSS {start[0] // 1024} MB, {start[1]} descriptors, {start[2]} threads; "
                 f"peak RSS {self.peak // 1024} MB; end: RSS {rss // 1024} MB, {descriptors} descriptors, "
                 f"{threads} threads")
        if waiting:
            self.fail(f"{waiting} clients are counted although all are gone")
        if descriptors > start[1] + links:
            self.fail(f"descriptors leak: {start[1]} at the start, {descriptors} at the end")
        if threads > start[2]:
            self.fail(f"threads leak: {start[2]} at the start, {threads} at the end")
        if rss > start[0] + RSS_GROWTH_KB and not self.options.sanitizer:
            self.fail(f"memory: {start[0]} KB at the start, {rss} KB at the end")

    def check_exit(self):
        idle = [socket.create_connection(("127.0.0.1", pool.port)) for pool in self.pools]
        began = time.monotonic()
        self.proxy.process.send_signal(signal.SIGTERM)
        try:
            code = self.proxy.process.wait(DRAIN_SECONDS + (20 if self.options.sanitizer else 0))
            self.say(f"SIGTERM    exit status {code} after {time.monotonic() - began:.2f} s")
            if code != 0:
                self.fail(f"exit status {code}")
        except subprocess.TimeoutExpired:
            self.fail("SIGTERM did not end it in time")
        for each in idle:
            each.close()

    def check_words(self):
        words = self.proxy.words()
        if "Direct leak of" not in words:
            words = words.replace("ERROR: LeakSanitizer", "").replace("SUMMARY: AddressSanitizer", "")
        found = SANITIZER_WORDS.search(words)
        if found:
            at = max(0, found.start() - 200)
            self.fail(f"the proxy said:\n{words[at:at + 6000]}")

    # --- The run

    def run(self):
        for node in self.nodes:
            node.start()
        self.proxy = Proxy(self.options.martlet, self.configuration, self.stats_port, self.directory)
        deadline = time.monotonic() + 20
        while not all(self.works(pool) for pool in self.pools):
            if time.monotonic() > deadline or self.proxy.process.poll() is not None:
                raise RuntimeError(f"martlet does not work:\n{self.proxy.words()[-2000:]}")
            time.sleep(0.1)
        start = self.proxy.status()
        context = multiprocessing.get_context("fork")
        stop, broken, results = context.Event(), context.Event(), context.Queue()
        processes = [
            context.Process(target=clients, args=(n, self.options, self.pools, stop, broken, results), daemon=True)
            for n in range(self.options.processes)]
        for process in processes:
            process.start()
        threads = [threading.Thread(target=work) for work in (self.disturb, self.watch_machine, self.poll)]
        for thread in threads:
            thread.start()
        self.wait(broken)
        self.quiet.set()
        for thread in threads:
            thread.join()
        if self.proxy.process.poll() is None:
            self.check_recovery()
        stop.set()
        reports = self.collect(processes, results)
        for process in processes:
            process.join()
        self.report(reports)
        if self.proxy.process.poll() is None:
            self.check_leftovers(start)
            self.check_exit()
        else:
            self.fail(f"the proxy died: status {self.proxy.process.returncode}\n{self.proxy.words()[-3000:]}")
        self.check_words()

    def wait(self, broken):
        end = time.monotonic() + self.options.minutes * 60
        while time.monotonic() < end and not broken.wait(0.5):
            if self.proxy.process.poll() is not None:
                return

    def collect(self, processes, results):
        reports = []
        deadline = time.monotonic() + 2 * PATIENCE
        while len(reports) < len(processes):
            try:
                reports.append(results.get(timeout=max(0.1, deadline - time.monotonic())))
            except queue.Empty:
                self.fail("a process of clients did not end")
                for process in processes:
                    process.kill()
                break
        return reports

    def report(self, reports):
        counts = collections.Counter()
        excused, guilty = collections.Counter(), []
        for _, _, tallied, hard, findings in reports:
            counts.update(tallied)
            self.failures += hard
            for (pool, kind, _, _), (since, until, count, text) in findings.items():
                if kind == "slow reader closed" or self.is_excused(pool, since, until):
                    excused[f"{pool}: {kind}"] += count
                else:
                    when = f"{since:.3f} to {until:.3f}"
                    guilty.append((until, f"{count} x unprovoked in {pool}: {kind}, {when}: {text}"))
        guilty.sort()
        self.failures += [text for _, text in guilty[:20]]
        if len(guilty) > 20:
            self.fail(f"and {len(guilty) - 20} more unprovoked findings")
        self.say(f"requests   {sum(r[0] for r in reports)} replies checked, "
                 f"{sum(r[1] for r in reports) >> 20} MB sent, {self.polls} statistics read")
        self.say("clients    " + ", ".join(f"{count} {what}" for what, count in sorted(counts.items())))
        self.say("chaos      " + ", ".join(f"{count} {what}" for what, count in sorted(self.events.items())))
        self.say("felt       " + (", ".join(f"{n} {what}" for what, n in sorted(excused.items())) or "nothing"))

    def end(self):
        self.quiet.set()
        if self.proxy and self.proxy.process.poll() is None:
            self.proxy.process.kill()
            self.proxy.process.wait()
        for node in self.nodes:
            node.end()
        if self.failures:
            self.say(f"logs kept in {self.directory}")
        else:
            shutil.rmtree(self.directory, ignore_errors=True)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--martlet", default=".build/debug/martlet", help="the program under test")
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--clients", type=int, default=28)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--timeout", type=int, help="of the pools that have one, in ms; more for a busy machine")
    parser.add_argument("--sanitizer", action="store_true", help="allow for a sanitizer's memory and slowness")
    return parser.parse_args()


def main():
    options = arguments()
    print(f"soak of {options.martlet} for {options.minutes} minutes, seed {options.seed}", flush=True)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Told to stop, it still ends what it started.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(143))
    soak = Soak(options)
    try:
        soak.run()
    except RuntimeError as error:
        soak.fail(str(error))
    finally:
        soak.end()
    for failure in soak.failures:
        print(f"FAILED     {failure}")
    print(f"{'FAILED' if soak.failures else 'passed'}, seed {options.seed}")
    return 1 if soak.failures else 0


if __name__ == "__main__":
    sys.exit(main())
