"""Races through real HTTP: gunicorn with two processes, a database of its own, many people pressing at once.

    with races.ground(tmp_path) as ground:
        people, (task,) = ground.prepare(people=200, seats=[20])
        with ground.server():
            answers = ground.press([(person, f"/tasks/{task}/claim/") for person in people])
        ground.state()["problems"] == []

The tests' own database cannot be shared between processes (in memory, inside a transaction), so the ground makes one:
a file for SQLite, a database on the same server for PostgreSQL. As a command this module fills it and reads it.
"""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = "tongxin.wsgi:application"
CSRF = "a" * 32  # the same in cookie and form is what counts
START_SECONDS = 60


class Ground:
    """One database and the people on it."""

    def __init__(self, env: dict):
        self.env, self.address = env, ""

    def prepare(self, *, people: int, seats: list[int]) -> tuple[list[str], list[int]]:
        """Migrate, then make signed-in volunteers and one open task for each number of seats.

        Returns the sessions of the people and the ids of the tasks.
        """
        made = self._run("prepare", str(people), json.dumps(seats))
        return made["sessions"], made["tasks"]

    def state(self) -> dict:
        """The truth afterwards: tasks, claims, and what `checks.problems()` finds."""
        return self._run("state")

    @contextmanager
    def server(self, application: str = PRODUCT, *, workers: int = 2) -> Iterator[None]:
        """Serve an application on this database with several processes."""
        port = _free_port()
        command = [
            *(str(Path(sys.executable).with_name("gunicorn")), application, "--bind", f"127.0.0.1:{port}"),
            *("--workers", str(workers), "--worker-class", "gthread", "--threads", "8", "--log-level", "error"),
            *("--timeout", "60", "--no-control-socket"),
        ]
        server = subprocess.Popen(command, cwd=ROOT, env=self.env, start_new_session=True)
        self.address = f"http://127.0.0.1:{port}"
        try:
            self._wait_until_it_answers(server)
            yield
        finally:
            server.terminate()
            server.wait(timeout=20)

    def press(self, presses: list[tuple[str, str]], *, at_once: int = 48, **fields) -> list[int]:
        """Post to (session, path) pairs, many at once. Returns the status of each answer, in order; 0 is no answer."""
        with ThreadPoolExecutor(at_once) as pool:
            return list(pool.map(lambda press: self._post(*press, fields), presses))

    def _post(self, session, path, fields) -> int:
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": CSRF} | fields).encode()
        cookies = f"sessionid={session}; csrftoken={CSRF}"
        request = urllib.request.Request(self.address + path, body, {"Cookie": cookies}, method="POST")
        try:
            with _opener.open(request, timeout=60) as answer:
                return answer.status
        except urllib.error.HTTPError as answer:
            return answer.code
        except OSError:
            return 0

    def _wait_until_it_answers(self, server):
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                urllib.request.urlopen(f"{self.address}/livez", timeout=5).close()
                return
            except OSError:
                if server.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("The server of the race did not start") from None
                time.sleep(0.05)

    def _run(self, *words) -> dict:
        command = [sys.executable, "-m", "tests.races", *words]
        done = subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr[-3000:])
        return json.loads(done.stdout)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None  # the answer to the press is what counts, not the page after it


_opener = urllib.request.build_opener(_Stay)


@contextmanager
def ground(folder: Path) -> Iterator[Ground]:
    """A database of the kind the tests run on, gone afterwards; data and keys in `folder`."""
    from django.db import connection

    env = os.environ | {"TONGXIN_DATA": str(folder / "race")}  # the settings module is named there already
    env.pop("DATABASE_URL", None)
    if connection.vendor == "sqlite":
        yield Ground(env)
        return
    import psycopg

    at = connection.settings_dict
    login = {"host": at["HOST"], "port": at["PORT"], "user": at["USER"], "password": at["PASSWORD"]}
    name = f"race_{secrets.token_hex(6)}"
    with psycopg.connect(dbname="postgres", autocommit=True, **login) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            secret = f":{at['PASSWORD']}" if at["PASSWORD"] else ""
            url = f"postgres://{at['USER']}{secret}@{at['HOST']}:{at['PORT']}/{name}"
            yield Ground(env | {"DATABASE_URL": url})
        finally:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# the command: runs in a process of its own, on the ground's database


def prepare(people: int, seats: list[int]) -> dict:
    """Fill the ground."""
    from django.core.management import call_command
    from django.db import transaction

    call_command("migrate", verbosity=0)
    with transaction.atomic():
        place = _places()
        sessions = [_signed_in(_volunteer(number, place)) for number in range(people)]
        return {"sessions": sessions, "tasks": [_task(place, number, free) for number, free in enumerate(seats)]}


def _places():
    from tongxin.places.models import Level, Place

    place = None
    for level, name in [
        (Level.DISTRICT, "普陀区"),
        (Level.SUBDISTRICT, "万里街道"),
        (Level.NEIGHBOURHOOD, "中浩云居委会"),
    ]:
        place = Place.objects.create(level=level, name=name, parent=place)
    return place


def _volunteer(number, place):
    from tongxin.access.models import appoint
    from tongxin.access.policy import Role
    from tongxin.people.models import Person

    person = Person()
    person.set_name(f"志愿者{number}")
    person.set_unusable_password()
    person.save()
    appoint(person, Role.VOLUNTEER, place, by=None)
    return person


def _signed_in(person) -> str:
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return session.session_key


def _task(place, number, free) -> int:
    import datetime as dt

    from django.utils import timezone

    from tongxin.people.models import Person
    from tongxin.tasks.models import Task

    starts = timezone.now() + dt.timedelta(days=1)
    return Task.objects.create(
        place=place, title=f"任务{number}", spot="居委门口", seats=free, status=Task.Status.OPEN, risk_text="风险低",
        starts_at=starts, ends_at=starts + dt.timedelta(hours=2), contact=Person.objects.first(),
    ).pk  # fmt: skip


def state() -> dict:
    """Read the ground."""
    from tongxin.journal.models import Event
    from tongxin.tasks.checks import problems
    from tongxin.tasks.models import Claim, Task

    return {
        "tasks": list(Task.objects.order_by("pk").values("pk", "seats", "taken", "status")),
        "claims": list(Claim.objects.order_by("pk").values("pk", "task", "person", "status")),
        "events": Event.objects.filter(verb__startswith="claim.").count(),
        "problems": list(problems()),
    }


if __name__ == "__main__":
    import django  # DJANGO_SETTINGS_MODULE comes from the tests

    django.setup()
    told = prepare(int(sys.argv[2]), json.loads(sys.argv[3])) if sys.argv[1] == "prepare" else state()
    print(json.dumps(told))
