"""The second half of bin/run: brings the data up to date, then keeps the server and the worker running, and ends both.

Every child leads a process group of its own, so that Ctrl-C reaches only this process, which then ends each group in
turn; and the kernel ends the children should this process be killed outright.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
PORT = int(os.environ.get("PORT") or 8000)
ADDRESS = f"http://127.0.0.1:{PORT}"
READY_SECONDS = 60
GRACE_SECONDS = 10

# Threads, not sync workers: a browser opens connections ahead of need, and an idle one would hold a sync worker.
SERVER = [
    *(str(BIN / "gunicorn"), "tongxin.wsgi:application", "--bind", f"127.0.0.1:{PORT}"),
    *("--workers", "2", "--worker-class", "gthread", "--threads", "4", "--timeout", "60", "--graceful-timeout", "5"),
    *("--log-level", "warning", "--no-control-socket", "--worker-tmp-dir", "/dev/shm"),  # noqa: S108 - memory, not a file
]
WORKER = [str(BIN / "tongxin"), "worker"]

CAST = """
  同心 is being served:   {address}

  Sign in as            {address}/demo/
                        volunteer 志愿者, captain 队长, secretary 书记, 街镇 clerk 经办人,
                        district staff 区级, auditor 审计, system 系统管理员 and
                        security 安全管理员: one button each, no password

  Ctrl-C ends it; the data stay in {data}
"""

children: dict[str, subprocess.Popen] = {}
_libc = ctypes.CDLL(None)


class Stop(Exception):
    """Somebody asked us to end."""


def main() -> int:
    """Serve until asked to end. Returns the exit code: 0 when asked to, 1 when something ended by itself."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        for step in (["migrate", "--verbosity", "0"], ["load_demo"]):
            if (code := start(step[0], [str(BIN / "tongxin"), *step]).wait()) != 0:
                print(f"'tongxin {' '.join(step)}' ended with {code}; nothing is served.", file=sys.stderr)
                return 1
            del children[step[0]]
        return serve()
    except Stop:
        print("\n  Ending…", flush=True)
        return 0
    finally:
        end_all()


def serve() -> int:
    """Start both, say so once the server answers, and watch them. Returns 1 when one of them ends by itself."""
    start("server", SERVER)
    start("worker", WORKER)
    told = False
    deadline = time.monotonic() + READY_SECONDS
    while True:
        for name, child in children.items():
            if (code := child.poll()) is not None:
                print(f"The {name} ended by itself ({code}). {_taken(name, code)}", file=sys.stderr)
                return 1
        if not told and answers():
            told = True
            data = os.environ.get("TONGXIN_DATA") or "var/"
            print(CAST.format(address=ADDRESS, data=data), flush=True)
        if not told and time.monotonic() > deadline:
            print(f"{ADDRESS}/livez did not answer within {READY_SECONDS} s.", file=sys.stderr)
            return 1
        time.sleep(0.5 if told else 0.05)


def start(name: str, command: list[str]) -> subprocess.Popen:
    """Start a child in a process group of its own."""
    children[name] = subprocess.Popen(command, cwd=ROOT, start_new_session=True, preexec_fn=_die_with_parent)
    return children[name]


def answers() -> bool:
    """Whether /livez answers 200."""
    try:
        with urllib.request.urlopen(f"{ADDRESS}/livez", timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def end_all() -> None:
    """End every child's group: asked first, forced after GRACE_SECONDS."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for child in children.values():
        _signal_group(child, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    for child in children.values():
        with suppress(subprocess.TimeoutExpired):
            child.wait(timeout=max(0.1, deadline - time.monotonic()))
        _signal_group(child, signal.SIGKILL)  # whatever is left of the group
        child.wait()


def _signal_group(child: subprocess.Popen, number: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.pid, number)


def _stop(number, frame):
    raise Stop


def _die_with_parent() -> None:
    _libc.prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def _taken(name: str, code: int) -> str:
    return f"Is port {PORT} taken? Another one:  PORT={PORT + 1} bin/run" if name == "server" and code == 1 else ""


if __name__ == "__main__":
    sys.exit(main())
