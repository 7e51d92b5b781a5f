"""The demo, loaded and served for the length of the pictures, and ended by its own id afterwards."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

BIN = Path(__file__).resolve().parent.parent / ".venv" / "bin"
READY_SECONDS = 60
GRACE_SECONDS = 10
_libc = ctypes.CDLL(None)


class DemoFailed(Exception):
    """The demo could not be loaded or served; the message says which."""


def load() -> None:
    """Bring the data folder named by TONGXIN_DATA up to date; what is loaded already stays. Raises DemoFailed."""
    for step in (["migrate", "--verbosity", "0"], ["load_demo"], ["worker", "--once"]):
        if subprocess.run([BIN / "tongxin", *step]).returncode != 0:
            raise DemoFailed(f"'tongxin {' '.join(step)}' did not succeed.")


@contextmanager
def served() -> Iterator[str]:
    """The demo on a free port of the loopback. Yields its address. Raises DemoFailed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        *(BIN / "gunicorn", "tongxin.wsgi:application", "--bind", f"127.0.0.1:{port}", "--workers", "2"),
        *("--worker-class", "gthread", "--threads", "4", "--log-level", "warning", "--no-control-socket"),
    ]
    server = subprocess.Popen(command, start_new_session=True, preexec_fn=_die_with_parent)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_until_ready(server, address)
        yield address
    finally:
        _end(server)


def _wait_until_ready(server, address) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        with suppress(urllib.error.URLError, OSError), urllib.request.urlopen(f"{address}/livez", timeout=5):
            return
        time.sleep(0.1)
    raise DemoFailed(f"The server did not answer at {address}/livez.")


def _end(server) -> None:
    with suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        server.wait(timeout=GRACE_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)  # whatever is left of the group
    server.wait()


def _die_with_parent() -> None:
    _libc.prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
