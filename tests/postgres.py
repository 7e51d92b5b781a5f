"""A throw-away PostgreSQL: made in a temporary folder, on a free port of the loopback, gone when its user is.

As a command it runs another one with DATABASE_URL set, and ends with that one's exit code:

    python tests/postgres.py pytest -x tests/tasks
"""

import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

START_SECONDS = 60
# Nothing here outlives a power cut, so nothing waits for the disk.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    # It would count the tables of a test as empty, whose rows stand in an open transaction, and plan joins for that.
    "autovacuum": "off",
    "max_connections": "300",
    "shared_buffers": "256MB",
    "log_min_messages": "error",
}
_libc = ctypes.CDLL(None)


class NoPostgres(Exception):
    """PostgreSQL is not installed, or did not start; the message says which."""


@contextmanager
def running() -> Iterator[str]:
    """A server of its own for the length of the block. Yields its DATABASE_URL. Raises NoPostgres."""
    folder = Path(tempfile.mkdtemp(prefix="tongxin-postgres-"))
    server = None
    try:
        owner = _owner()
        if owner:
            os.chown(folder, owner["user"], owner["group"])
        kind = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        init = [_program("initdb"), "-D", folder / "data", *kind]
        subprocess.run(init, check=True, cwd=folder, stdout=subprocess.DEVNULL, **owner)
        port = _free_port()
        options = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        with (folder / "log").open("w") as log:
            server = subprocess.Popen(
                [_program("postgres"), "-D", folder / "data", "-p", str(port), "-k", folder, *options],
                cwd=folder,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the tests; they end the server themselves
                preexec_fn=_die_with_parent,
                **owner,
            )
        _wait_until_ready(server, folder, port)
        yield f"postgres://postgres@127.0.0.1:{port}/postgres"
    finally:
        if server:
            server.send_signal(signal.SIGQUIT)  # immediate shutdown: the data are thrown away
            with suppress(subprocess.TimeoutExpired):
                server.wait(timeout=20)
            server.kill()
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _program(name: str) -> Path:
    """The newest installed PostgreSQL's program of that name."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    if not found:
        raise NoPostgres("PostgreSQL is not installed; bin/setup installs it.")
    return found[-1]


def _owner() -> dict:
    """PostgreSQL refuses to run as root: then it runs as Debian's user for it."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_ready(server: subprocess.Popen, folder: Path, port: int) -> None:
    ask = [_program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port), "-U", "postgres"]
    deadline = time.monotonic() + START_SECONDS
    while subprocess.run(ask).returncode != 0:
        if server.poll() is not None or time.monotonic() > deadline:
            raise NoPostgres(f"PostgreSQL did not start:\n{(folder / 'log').read_text()[-2000:]}")
        time.sleep(0.05)


def _die_with_parent() -> None:
    _libc.prctl(1, signal.SIGQUIT)  # PR_SET_PDEATHSIG: no server is left behind even after kill -9


def main(command: list[str]) -> int:
    """Run `command` with a server of its own. Returns its exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with running() as url:
            return subprocess.run(command, env=os.environ | {"DATABASE_URL": url}).returncode
    except NoPostgres as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
