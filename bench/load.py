"""One loader for everything: keep-alive connections to a port of the loopback, a fixed list of requests, every answer timed.

It is bounded: as many requests as it was given, at most MOST_CONNECTIONS at once, TIMEOUT seconds for each.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count

MOST_CONNECTIONS = 400
TIMEOUT = 60  # seconds
NO_ANSWER = 0
CSRF = "a" * 32  # the same in cookie and header is what counts


@dataclass
class Outcome:
    """What came back: seconds for all of it, and of each answer its wait (s), status and size (bytes, head included)."""

    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)
    statuses: Counter = field(default_factory=Counter)
    sizes: list[int] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.waits) / self.seconds

    @property
    def p95(self) -> float:
        """The wait in seconds that 95 of 100 answers stayed below."""
        return sorted(self.waits)[max(0, round(len(self.waits) * 0.95) - 1)]

    def refused_or_broken(self) -> int:
        """Answers that are none or say that the server failed."""
        return sum(n for status, n in self.statuses.items() if status == NO_ANSWER or status >= 500)


def get(path: str, session: str = "") -> bytes:
    """A GET as it goes over the wire."""
    return _head("GET", path, session) + b"\r\n"


def post(path: str, session: str) -> bytes:
    """A POST without fields, with the token that the forms carry."""
    head = _head("POST", path, session)
    return (
        head
        + f"X-CSRFToken: {CSRF}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 0\r\n\r\n".encode()
    )


def _head(method, path, session) -> bytes:
    cookies = f"Cookie: sessionid={session}; csrftoken={CSRF}\r\n" if session else ""
    return f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: br\r\n{cookies}".encode()


def press(port: int, requests: Iterable[bytes], *, at_once: int, renew: int = 25) -> Outcome:
    """Send all of them over `at_once` connections.

    A connection stays with the process that accepted it, so each is opened anew after `renew` requests: otherwise the
    luck of the first second would decide how evenly the processes are used.
    """
    if at_once > MOST_CONNECTIONS:
        raise ValueError(f"at most {MOST_CONNECTIONS} connections")
    return asyncio.run(_drive(port, list(requests), at_once, renew))


async def _drive(port, requests, at_once, renew) -> Outcome:
    outcome, waiting = Outcome(), iter(requests)
    started = time.perf_counter()
    # The first turn is of another length on each connection, so that they do not all renew in the same moment.
    await asyncio.gather(*(_connection(port, waiting, outcome, renew, 1 + n % renew) for n in range(at_once)))
    outcome.seconds = time.perf_counter() - started
    return outcome


async def _connection(port, waiting, outcome, renew, first_turn):
    reader = writer = None
    left = first_turn
    for request in waiting:
        started = time.perf_counter()
        status, size = NO_ANSWER, 0
        try:
            async with asyncio.timeout(TIMEOUT):
                if writer is None:
                    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
                writer.write(request)
                status, size, stays = await _answer(reader)
        except (OSError, EOFError, asyncio.IncompleteReadError, TimeoutError):
            stays = False
        outcome.waits.append(time.perf_counter() - started)
        outcome.statuses[status] += 1
        outcome.sizes.append(size)
        left -= 1
        if not stays or left <= 0:
            writer, left = await _close(writer), renew
    await _close(writer)


async def _answer(reader) -> tuple[int, int, bool]:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    fields = dict(line.split(b": ", 1) for line in lines[1:] if b": " in line)
    size = len(head)
    if fields.get(b"transfer-encoding") == b"chunked":
        for _ in count():
            length = int((await reader.readline()).strip(), 16)
            await reader.readexactly(length + 2)
            size += length
            if not length:
                break
    else:
        size += len(await reader.readexactly(int(fields.get(b"content-length", 0))))
    return int(lines[0].split()[1]), size, fields.get(b"connection") != b"close"


async def _close(writer) -> None:
    if writer is not None:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
