"""Clients that wait while others are measured: half of them in BLPOP, half for messages."""

import socket

from .failure import Failed

PATIENCE = 30


class Waiting:
    """So many clients, spread over the pools' ports, from beginning to end of a `with`."""

    def __init__(self, ports: list[int], count: int):
        self.ports = ports
        self.count = count
        self.clients: list[socket.socket] = []

    def __enter__(self) -> "Waiting":
        for number in range(self.count):
            self.clients.append(self.client(number))
        return self

    def __exit__(self, *_) -> None:
        for client in self.clients:
            client.close()

    def client(self, number: int) -> socket.socket:
        port = self.ports[number % len(self.ports)]
        client = socket.create_connection(("127.0.0.1", port), PATIENCE)
        if number % 2:
            client.sendall(request("SUBSCRIBE", f"channel:{number}"))
            if not client.recv(1024).startswith(b"*3\r\n"):
                raise Failed("a client could not subscribe")
        else:
            # What is answered before the wait shows that the wait has begun.
            client.sendall(request("PING") + request("BLPOP", f"waiting:{number}", "0"))
            if client.recv(1024) != b"+PONG\r\n":
                raise Failed("a client could not wait")
        return client


def request(*words: str) -> bytes:
    return b"*%d\r\n" % len(words) + b"".join(
        b"$%d\r\n%s\r\n" % (len(word), word.encode()) for word in words
    )
