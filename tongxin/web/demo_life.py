"""A little life for the demo: a named cast among the roster's people, newcomers, tasks of this week and of the past months.

Everything goes through the verbs of the rooms; one seed gives the same neighbourhood again.
"""

import datetime as dt
import random
import secrets
from decimal import Decimal

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from tongxin.access.models import Appointment
from tongxin.access.policy import Role
from tongxin.access.staff import create_staff
from tongxin.journal.models import Event
from tongxin.people.models import Kind, Person
from tongxin.people.names import surname
from tongxin.places.models import Level, Place
from tongxin.registrations.models import Registration
from tongxin.service.models import Factor
from tongxin.tasks.models import Claim, Family, Risk, Task
from tongxin.teams.models import Membership

SEED = 42
HOME_CODE = "310107021"  # 万里街道
HOME_NAME = "中浩云居委会"
PHONE = "021-62000000"  # invented
STAFF = [  # key, name, role, level, how they are addressed
    ("wang", "王敏华", Role.SECRETARY, Level.NEIGHBOURHOOD, "王书记"),
    ("shen", "沈岚", Role.CLERK, Level.SUBDISTRICT, "沈老师"),
    ("he", "何静", Role.DISTRICT, Level.DISTRICT, "何老师"),
    ("yan", "严明", Role.AUDITOR, Level.DISTRICT, "严老师"),
]
NEWCOMERS = ["孙一鸣", "许文博", "何佳怡", "严志强", "欧阳若水", "曹海峰", "金晓燕", "魏国良", "阿依古丽·买买提"]
SKILLS = ["教用手机", "修修补补", "陪伴长辈", "写写记记", "急救护理", "都可以"]
COMING = [  # title, spot, days ahead, hour, hours, seats, risk, factor, from home
    ("手机小课堂·教长辈挂号", "居委活动室", 2, 14, 1.5, 4, Risk.LOW, Factor.SKILLED, False),
    ("22号楼门厅非机动车整理", "22号楼一楼门厅", 1, 18.5, 1.5, 4, Risk.LOW, Factor.ORDINARY, False),
    ("周末驿站值守", "新村路661号", 5, 13, 3, 3, Risk.LOW, Factor.ORDINARY, False),
    ("寒潮前·楼顶水箱保温检查", "3至9号楼", 3, 9, 2, 2, Risk.SOME, Factor.HARD, False),
    ("高架桥下花坛补种", "真北路花坛", 4, 9, 1.5, 8, Risk.LOW, Factor.ORDINARY, False),
    ("整理楼道告示", "在家排版，打印后交居委", 6, 19, 0.5, 1, Risk.LOW, Factor.ORDINARY, True),
    ("电话问候独居长辈", "在家打电话", 2, 19, 1, 3, Risk.LOW, Factor.ORDINARY, True),
]
PAST = [
    "小区非机动车整理",
    "手机小课堂",
    "楼道巡查",
    "周末大扫除",
    "台风前门窗检查",
    "垃圾分类引导",
    "陪长辈配药",
    "邻里读书会布置",
]
SAFE = "居委已为志愿者投保意外险；身体不适请随时停下，有事打居委电话。"
RISKY = "有登高作业：须两人一组、穿防滑鞋、系安全绳；大风大雨不上楼顶。居委已投保意外险。"


@transaction.atomic
def begin(district) -> None:
    """Make the cast and their week."""
    chance = random.Random(SEED)  # noqa: S311 - a story, not a secret
    street = Place.objects.get(code=HOME_CODE, until=None)
    home = Place.objects.under(street).get(level=Level.NEIGHBOURHOOD, name=HOME_NAME, until=None)
    Place.objects.under(street).filter(level=Level.NEIGHBOURHOOD).update(contact_phone=PHONE)
    Place.objects.filter(pk__in=[street.pk, district.pk]).update(contact_phone=PHONE)
    places = {Level.DISTRICT: district, Level.SUBDISTRICT: street, Level.NEIGHBOURHOOD: home}
    staff = [_staff(*row, places) for row in STAFF]
    secretary = staff[0]
    captain, alan, members = _cast(home)
    _past(home, captain, secretary, [alan, *members], chance)
    # The past months were entered just now: nobody is told of them all at once.
    Event.objects.undelivered().update(delivered_at=timezone.now())
    _newcomers(home, secretary, captain, chance)
    _coming(home, captain, alan, members)


def _staff(key, name, role, level, salutation, places) -> Person:
    person = create_staff(
        name=name,
        username=key,
        password=secrets.token_urlsafe(24),
        role=role,
        place=places[level],
        salutation=salutation,
    )
    Person.objects.filter(pk=person.pk).update(demo_key=key)
    return person


def _cast(home):
    """The captain and a volunteer are people of the roster, so that the figures stay what the roster says."""
    captain = Appointment.objects.current().get(place=home, role=Role.CAPTAIN, deputy=False).person
    rows = Membership.objects.current().filter(team__place=home).exclude(person=captain).select_related("person")
    posts = set(
        Appointment.objects.current()
        .filter(person__in=[row.person_id for row in rows])
        .exclude(role=Role.VOLUNTEER)
        .values_list("person_id", flat=True)
    )
    members = [row.person for row in rows.order_by("pk")]
    alan = next((person for person in members if person.pk not in posts), members[0])
    for person, key, title in ((captain, "zhou", "队长"), (alan, "alan", "女士")):
        person.demo_key, person.salutation = key, f"{surname(person.name)}{title}"
        person.save(update_fields=["demo_key", "salutation"])
    return captain, alan, [person for person in members if person != alan]


def _newcomers(home, secretary, captain, chance):
    buildings = list(Place.objects.under(home).filter(level=Level.BUILDING).order_by("pk")[:24])
    made = []
    for n, name in enumerate(NEWCOMERS):
        registration, _ = Registration.submit(
            phone=f"1992000{n:04d}", name=name, place=home, home=chance.choice(buildings),
            kind=chance.choice([Kind.PARTY, Kind.PARTY, Kind.VOLUNTEER, ""]), skills=chance.choice(SKILLS), times="周末",
        )  # fmt: skip
        made.append(registration)
    for registration in made[-3:]:
        registration.accept(by=secretary)
    made[-1].contact(by=captain)


def _past(home, captain, secretary, people, chance):
    """Verified hours of the past months, reports waiting for the captain, and one task the volunteer has yet to report."""
    now = timezone.localtime().replace(hour=18, minute=30, second=0, microsecond=0)
    alan = people[0]
    for n, title in enumerate(PAST * 2):
        start = now - dt.timedelta(days=9 + 17 * n)
        if start.year < now.year - 1:
            break
        hours = chance.choice([1.5, 2, 2, 2.5, 3])
        task = _task(home, captain, title, "小区中心花园", start, hours, seats=4, status=Task.Status.CLOSED)
        who = [alan, *chance.sample(people[1:], k=min(2, len(people) - 1))] if n % 4 != 3 else people[1:3]
        for person in who:
            _serve(task, person, hours).verify(by=secretary)
    yesterday = _task(home, captain, "寒潮提醒上门张贴", "各楼门厅", now - dt.timedelta(days=1), 1.5, seats=6)
    _take_part(yesterday, alan)
    for person in people[1:6]:
        _serve(yesterday, person, 1.5)


def _take_part(task, person) -> Claim:
    Task.objects.filter(pk=task.pk).update(taken=F("taken") + 1)
    return Claim.objects.create(task=task, person=person, status=Claim.Status.CLAIMED, read_risk=True)


def _serve(task, person, hours) -> Claim:
    claim = _take_part(task, person)
    claim.report(by=person, hours=Decimal(str(hours)), note="")
    return claim


def _coming(home, captain, alan, members):
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    for title, spot, days, hour, hours, seats, risk, factor, from_home in COMING:
        start = midnight + dt.timedelta(days=days, hours=hour)
        task = _task(
            home, captain, title, spot, start, hours, seats=seats, risk=risk, factor=factor, from_home=from_home
        )
        for person in members[: min(seats - 1, 2)]:
            task.claim(by=person, read_risk=True)
            task.refresh_from_db()
        if "非机动车" in title:
            task.claim(by=alan, read_risk=True)


def _task(home, captain, title, spot, start, hours, *, seats, risk=Risk.LOW, **fields) -> Task:
    return Task.objects.create(
        **{
            "place": home, "title": title, "spot": spot, "starts_at": start, "ends_at": start + dt.timedelta(hours=hours),
            "seats": seats, "risk": risk, "risk_text": RISKY if risk != Risk.LOW else SAFE, "contact": captain,
            "summary": "具体做什么，到了由联系人说明；做不完不要紧。", "family": Family.GOVERNANCE, "status": Task.Status.OPEN,
        }
        | fields
    )  # fmt: skip
