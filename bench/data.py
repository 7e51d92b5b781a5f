"""What the measurements stand on, made from one seed. Every function runs in a process of its own (`Ground.run`).

S    one neighbourhood, its volunteers
M    Putuo: the register and the roster through the product's own importers, and 2,000 open tasks
L    the city: 200,000 members of 4,480 neighbourhoods, 50,000 tasks; made in place, nobody has such a file
1M   a million ledger rows
"""

import datetime as dt
import random
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

SEED = 42
BATCH = 2_000
FOLDER = Path(__file__).resolve().parent.parent / "demo" / "putuo"
DISTRICT = "310107"
BUSY_TASKS = 60  # in the readers' neighbourhood: a full page and more
READERS = 20


def migrated() -> None:
    call_command("migrate", verbosity=0)


def registered() -> None:
    """M without people: the real register."""
    migrated()
    call_command("import_places", FOLDER / "places.csv", edition="2023-06-30", verbosity=0)
    call_command("import_buildings", FOLDER / "buildings.csv", verbosity=0)


def neighbourhood(people: int) -> dict:
    """S: one neighbourhood and its volunteers, signed in. Returns place, people and sessions."""
    migrated()
    place = _chain(["普陀区", "万里街道", "中浩云居委会"])
    with transaction.atomic():
        members = _volunteers([place.pk] * people)
        return {"place": place.pk, "people": members, "sessions": _sessions(members)}


def open_tasks(place: int, count: int, seats: int, contact: int) -> list[int]:
    """So many open tasks at one place. Returns their ids."""
    return _tasks([place] * count, seats, contact)


def week(tasks: int) -> dict:
    """Open tasks over all neighbourhoods that have members: BUSY_TASKS in one, the others spread by the seed.

    Returns sessions of readers in the busy neighbourhood and in one with as few tasks as there are.
    """
    from tongxin.teams.models import Membership

    by_place: dict[int, list[int]] = {}
    for place, person in Membership.objects.current().order_by("pk").values_list("team__place", "person"):
        by_place.setdefault(place, []).append(person)
    chance = random.Random(SEED)
    busy = max(by_place, key=lambda place: (len(by_place[place]), -place))
    others = sorted(by_place.keys() - {busy})
    quiet = others.pop(chance.randrange(len(others)))
    spread = [busy] * BUSY_TASKS + [quiet] + [chance.choice(others) for _ in range(tasks - BUSY_TASKS - 1)]
    chance.shuffle(spread)
    _tasks(spread, 4, by_place[busy][0], chance)
    with transaction.atomic():
        readers, few = by_place[busy][:READERS], by_place[quiet][:1]
        return {
            "sessions": _sessions(readers),
            "readers": readers,
            "few": few,
            "members": sum(map(len, by_place.values())),
        }


def city(people: int) -> None:
    """L: sixteen districts with ten 街镇 of twenty-eight neighbourhoods each, and so many members."""
    from tongxin.places.models import Level, Place

    migrated()
    chance = random.Random(SEED)
    above: list = [None]
    for level, each in ((Level.DISTRICT, 16), (Level.SUBDISTRICT, 10), (Level.NEIGHBOURHOOD, 28)):
        made = [
            Place(level=level, parent=up, name=f"{level.label}{n}", path=f"+{level}{up and up.pk}-{n}")
            for up in above
            for n in range(each)
        ]
        Place.objects.bulk_create(made, batch_size=BATCH)
        for place in made:
            place.path = f"{place.parent.path if place.parent else '/'}{place.pk}/"
        Place.objects.bulk_update(made, ["path"], batch_size=500)
        above = made
    places = [place.pk for place in above]
    with transaction.atomic():
        _members([chance.choice(places) for _ in range(people)])


def ledger(rows: int, year: int) -> int:
    """1M: so many lines of one year for the members there are, in one statement. Returns the number of people."""
    from tongxin.service.models import Rule
    from tongxin.teams.models import Membership

    rule = Rule.objects.order_by("since").first()
    people = Membership.objects.current().count()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH member AS (
                SELECT person_id, place_id, row_number() OVER (ORDER BY m.id) - 1 AS n
                FROM teams_membership m JOIN teams_team t ON t.id = m.team_id WHERE m.until IS NULL)
            INSERT INTO service_entry (person_id, place_id, served_on, year, hours, counted, factor, tariff, points, rule_id,
                                       reason, source_kind, source_id, at)
            SELECT person_id, place_id, make_date(%s, 1, 1) + (i * 7 %% 365), %s, 0.5 * (1 + i %% 6), 0.5 * (1 + i %% 6),
                   'ordinary', 1.0, 0.5 * (1 + i %% 6), %s, 'bench', 'bench.row', i, now()
            FROM generate_series(0, %s - 1) AS i JOIN member ON member.n = i %% %s
            """,
            [year, year, rule.pk, rows, people],
        )
        cursor.execute("ANALYZE")
    return people


def analyze() -> None:
    """Let the database know what it holds, as it would after a night."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def settled(tasks: list[int], seats: int, pressed: int) -> dict:
    """The truth after races: over-allocation, empty seats, drift between claims, counter and journal, broken invariants."""
    from django.db.models import Count, Q

    from tongxin.journal.models import Event
    from tongxin.tasks.checks import problems
    from tongxin.tasks.models import Claim, Task

    held = Count("claims", filter=Q(claims__status__in=Claim.SEATED))
    rows = list(Task.objects.filter(pk__in=tasks).annotate(held=held).values_list("held", "taken"))
    claims = Claim.objects.filter(task__in=tasks)
    events = Event.objects.filter(verb="claim.claim", subject_id__in=claims.values("pk")).count()
    return {
        "over": sum(max(held - seats, 0) for held, _ in rows),
        "empty": sum(max(seats - held, 0) for held, _ in rows),
        "drift": sum(abs(held - taken) for held, taken in rows)
        + abs(claims.count() - events)
        + abs(claims.count() - pressed),
        "problems": list(problems())[:3],
    }


def _chain(names):
    from tongxin.places.models import Level, Place

    place = None
    for level, name in zip((Level.DISTRICT, Level.SUBDISTRICT, Level.NEIGHBOURHOOD), names, strict=True):
        place = Place.objects.create(level=level, name=name, parent=place)
    return place


def _volunteers(places: list[int]) -> list[int]:
    """One new volunteer for each place given. Returns their ids."""
    from tongxin.access.models import Appointment
    from tongxin.access.policy import Role
    from tongxin.people.models import Person

    people = [Person(password=f"!{n}", name=f"志愿者{n}") for n in range(len(places))]
    Person.objects.bulk_create(people, batch_size=BATCH)
    posts = [
        Appointment(person=person, role=Role.VOLUNTEER, place_id=place)
        for person, place in zip(people, places, strict=True)
    ]
    Appointment.objects.bulk_create(posts, batch_size=BATCH)
    return [person.pk for person in people]


def _members(places: list[int]) -> None:
    from tongxin.teams.models import Membership, Team

    teams = {place: Team(place_id=place, name=f"第二梯队{place}") for place in sorted(set(places))}
    Team.objects.bulk_create(teams.values(), batch_size=BATCH)
    people = zip(_volunteers(places), places, strict=True)
    Membership.objects.bulk_create(
        [Membership(person_id=person, team=teams[place]) for person, place in people], batch_size=BATCH
    )


def _tasks(places: list[int], seats: int, contact: int, chance=None) -> list[int]:
    from tongxin.tasks.models import Task

    chance = chance or random.Random(SEED)
    tomorrow = timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0) + dt.timedelta(days=1)
    made = []
    for n, place in enumerate(places):
        starts = tomorrow + dt.timedelta(days=chance.randrange(14), minutes=30 * chance.randrange(20))
        made.append(
            Task(
                place_id=place, title=f"{chance.randrange(1, 40)}号楼门厅非机动车整理{n}", spot="22号楼一楼门厅", seats=seats,
                starts_at=starts, ends_at=starts + dt.timedelta(hours=1.5), status=Task.Status.OPEN, contact_id=contact,
                risk_text="居委已投保志愿者意外险，室内活动，风险低", summary="把门厅里的非机动车移到车棚，留出通道。",
            )
        )  # fmt: skip
    Task.objects.bulk_create(made, batch_size=BATCH)
    return [task.pk for task in made]


def _sessions(people: list[int]) -> list[str]:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.models import Session

    from tongxin.people.models import Person

    store = import_module(settings.SESSION_ENGINE).SessionStore()
    expires = timezone.now() + dt.timedelta(days=1)
    rows = []
    known = Person.objects.in_bulk(people)
    for pk in people:
        person = known[pk]
        kept = {SESSION_KEY: str(pk), BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0]}
        kept |= {HASH_SESSION_KEY: person.get_session_auth_hash(), "second_factor": True}
        rows.append(
            Session(session_key=store._get_new_session_key(), session_data=store.encode(kept), expire_date=expires)
        )
    Session.objects.bulk_create(rows, batch_size=BATCH)
    return [row.session_key for row in rows]


def cast() -> dict:
    """The phone pages of the demo and who opens them. `first`: pages of residents and riders, often the only ones they see."""
    from tongxin.people.models import Person
    from tongxin.places.models import Level, Place
    from tongxin.tasks.models import Claim, Task

    alan, zhou = (Person.objects.get(demo_key=key) for key in ("alan", "zhou"))
    member, captain = _sessions([alan.pk, zhou.pk])
    home = alan.memberships.get(until=None).team.place
    building = Place.objects.under(home).filter(level=Level.BUILDING).first()
    task = Task.objects.filter(place=home, status=Task.Status.OPEN).exclude(claims__person=alan).latest("starts_at")
    report = Claim.objects.filter(person=alan, status=Claim.Status.CLAIMED).first()
    pages = [
        ("door", f"/d/{building.short_code}/", "", True),
        ("check-in", f"/registrations/start/?building={building.pk}", "", True),
        ("welcome", "/", "", True),
        ("home", "/", member, False),
        ("tasks", "/tasks/", member, False),
        ("task", f"/tasks/{task.pk}/", member, False),
        ("claims", "/tasks/mine/", member, False),
        ("hours", "/service/", member, False),
        ("notices", "/notifications/", member, False),
        ("me", "/people/me/", member, False),
        ("newcomers", "/registrations/contacts/", captain, False),
    ]
    if report:
        pages.append(("claimed task", f"/tasks/{report.task_id}/", member, False))
    return {"pages": [dict(zip(("name", "path", "session", "first"), page, strict=True)) for page in pages]}


def district_reader() -> str:
    """A session of somebody who reads the district's figures."""
    from tongxin.access.models import appoint
    from tongxin.access.policy import Role
    from tongxin.people.models import Person
    from tongxin.places.models import Place

    person = Person(username="bench", password="!", totp_secret="JBSWY3DPEHPK3PXP")
    person.set_name("何静")
    person.save()
    appoint(person, Role.DISTRICT, Place.objects.get(code=DISTRICT, until=None), by=None)
    return _sessions([person.pk])[0]
