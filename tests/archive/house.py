"""A house of its own for one test: data folder, keys and database, driven by the command line as an operator would."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection

ROOT = Path(__file__).parent.parent.parent
BEGIN = """
import datetime as dt
from decimal import Decimal
from tongxin.access.models import appoint
from tongxin.people.models import Person, Category, Kind
from tongxin.places.models import Level, Place
from tongxin.service.models import Entry, award
from tongxin.teams.models import Membership, Team
from tongxin.tasks.models import Task, Claim
from tongxin.journal.seals import seal_now

def person(name, number):
    one = Person()
    one.set_name(name), one.set_phone(number), one.set_unusable_password()
    one.save()
    return one
"""
PEOPLE = """
district = Place.objects.create(level=Level.DISTRICT, name="普陀区", code="310107")
street = Place.objects.create(level=Level.SUBDISTRICT, name="万里街道", code="310107021", parent=district)
unit = Place.objects.create(level=Level.NEIGHBOURHOOD, name="中浩云居委会", code="310107021008", parent=street)
for n, name in enumerate(["陈阿兰", "周建国", "欧阳若水"]):
    one = person(name, f"1992000{n:04d}")
    Category.objects.create(person=one, kind=Kind.PARTY, since=dt.date(2026, 3, 2))
    Membership.begin(one, team=Team.of(unit), by=None, since=dt.date(2026, 3, 2), skills="急救护理")
zhou = Person.objects.by_phone("19920000001")
served = Person.objects.by_phone("19920000000")
award(served, hours=Decimal("1.5"), factor="ordinary", place=unit, served_on=dt.date(2026, 5, 4), reason="楼道巡查", source=zhou, by=zhou)
seal_now()
"""


class House:
    """Data, keys and database under `folder`."""

    def __init__(self, folder: Path, *, like: "House | None" = None):
        """An empty one without tables, or one `like` another: its data, keys and database copied."""
        self.folder = folder
        self.data = folder / "data"
        self.env = os.environ | {"TONGXIN_DATA": str(self.data), "DJANGO_SETTINGS_MODULE": "tongxin.settings"}
        self.env.pop("DATABASE_URL", None)
        self.database = f"house_{abs(hash(str(folder))) % 10**10}"
        if like:
            shutil.copytree(like.data, self.data)
        if connection.vendor == "postgresql":
            self.env["DATABASE_URL"] = _database(self.database, like and like.database)

    def run(self, *words, ok=True) -> subprocess.CompletedProcess:
        command = [sys.executable, "-m", "tongxin.cli", *map(str, words)]
        done = subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True, check=False)
        assert (done.returncode == 0) is ok, done.stdout + done.stderr
        return done

    def __call__(self, *words) -> str:
        return self.run(*words).stdout

    def refused(self, *words) -> str:
        return self.run(*words, ok=False).stderr

    def tell(self, *words) -> dict:
        return json.loads(self(*words, "--json"))

    def do(self, code: str) -> str:
        """Run some lines of Python inside the house; what they print."""
        return self("shell", "--no-imports", "-c", BEGIN + code)


def _database(name, like=None) -> str:
    """A database beside the test's own, on the same throw-away server: empty, or a copy of another."""
    ours = settings.DATABASES["default"]
    url = f"postgresql://{ours['USER']}@{ours['HOST']}:{ours['PORT']}"
    with psycopg.connect(f"{url}/postgres", autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{like}"' if like else ""))
    return f"{url}/{name}"
