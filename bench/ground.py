"""What a measurement stands on: a database of its own, its data folder, servers on it, and helpers run in its environment."""

import ctypes
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PRODUCT, FLOORS = "tongxin.wsgi:application", "bench.floors:application"
WORKERS, THREADS = 2, 4  # as bin/run serves
START_SECONDS = 60
STOP_SECONDS = 20
_libc = ctypes.CDLL(None)


class Failed(Exception):
    """A helper or a server ended with an error; the message is what it said."""


@dataclass
class Server:
    """A running server: its port, and how much processor time it has used."""

    port: int
    pid: int

    def busy(self) -> float:
        """Seconds of processor time of all its processes so far; hardly differs with what else the machine does."""
        ticks = 0
        for path in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):  # gone meanwhile
                stat = path.read_text().rpartition(")")[2].split()
                ticks += (int(stat[11]) + int(stat[12])) * (int(stat[2]) == self.pid)
        return ticks / os.sysconf("SC_CLK_TCK")


class Ground:
    """One database and one data folder. `env` is what a process needs to work on it."""

    def __init__(self, folder: Path, *, server: str = "", database: str = ""):
        self.folder, self.server, self.database = folder, server, database
        settings = {"TONGXIN_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "tongxin.settings", "PYTHONHASHSEED": "0"}
        self.env = {key: value for key, value in os.environ.items() if not key.startswith("TONGXIN_")} | settings
        self.env.pop("DATABASE_URL", None)
        if server:
            self.env["DATABASE_URL"] = f"{server.rpartition('/')[0]}/{database}"

    @property
    def kind(self) -> str:
        return "PostgreSQL" if self.server else "SQLite"

    def run(self, function: str, **arguments):
        """Call "module:function" of this package in a process of its own on this ground. Returns its answer."""
        return json.loads(_out([sys.executable, "-m", "bench.child", function, json.dumps(arguments)], self.env))

    def tongxin(self, *words: str, **env) -> str:
        """A command of the product; returns what it wrote to standard output."""
        return _out([str(BIN / "tongxin"), *words], self.env | env)

    def copy(self, folder: Path) -> "Ground":
        """The same data once more, to be changed. Nobody may be connected."""
        shutil.copytree(self.folder, folder)
        if not self.server:
            return Ground(folder)
        return Ground(folder, server=self.server, database=new_database(self.server, template=self.database))

    @contextmanager
    def serve(self, application: str = PRODUCT, **env) -> Iterator[Server]:
        """Serve an application on this ground. Ended, with its processes, at the end of the block."""
        port = free_port()
        command = [
            *(str(BIN / "gunicorn"), application, "--bind", f"127.0.0.1:{port}", "--workers", str(WORKERS)),
            *("--worker-class", "gthread", "--threads", str(THREADS), "--timeout", "60", "--graceful-timeout", "5"),
            *("--log-level", "error", "--no-control-socket", "--worker-tmp-dir", "/dev/shm"),
        ]
        with child(command, self.env | env) as server:
            _wait_until_it_answers(server, port)
            yield Server(port, server.pid)


@contextmanager
def child(command: list[str], env: dict, **how) -> Iterator[subprocess.Popen]:
    """A process in a group of its own; the group is ended at the end of the block, and with this process."""
    process = subprocess.Popen(command, cwd=ROOT, env=env, start_new_session=True, preexec_fn=_die_with_parent, **how)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def new_database(server: str, *, template: str = "template0") -> str:
    """Make a database on the server, empty or as a copy. Returns its name."""
    name = f"bench_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return name


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _out(command, env) -> str:
    with child(command, env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        out, told = process.communicate()
    if process.returncode:
        raise Failed(f"{' '.join(command[:4])} ended with {process.returncode}:\n{told[-3000:]}")
    return out


def _wait_until_it_answers(server, port):
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=5).close()
            return
        except urllib.error.HTTPError:
            return  # the floors know no /livez, but they answer
        except OSError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise Failed("a server did not start") from None
            time.sleep(0.05)


def _die_with_parent() -> None:
    _libc.prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG: nothing is left behind, even after kill -9
