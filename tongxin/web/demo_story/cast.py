"""Who the story is about: staff with an account, a captain and a volunteer of the roster, and their neighbours."""

import datetime as dt
import secrets
from dataclasses import dataclass

from tongxin.access.models import Appointment
from tongxin.access.policy import Role
from tongxin.access.staff import create_staff
from tongxin.people.models import Person
from tongxin.people.names import surname
from tongxin.places.models import Level, Place
from tongxin.teams.models import Membership

from .diary import clock_at

HOME_CODE = "310107021"  # 万里街道
HOME_NAME = "中浩云居委会"
PHONE = "021-62000000"  # invented
STAFF = [  # key, name, role, level, how they are addressed
    ("wang", "王敏华", Role.SECRETARY, Level.NEIGHBOURHOOD, "王书记"),
    ("shen", "沈岚", Role.CLERK, Level.SUBDISTRICT, "沈老师"),
    ("he", "何静", Role.DISTRICT, Level.DISTRICT, "何老师"),
    ("yan", "严明", Role.AUDITOR, Level.DISTRICT, "严老师"),
    ("guan", "关立新", Role.ADMIN, Level.DISTRICT, "关老师"),
    ("an", "安可信", Role.SECURITY, Level.DISTRICT, "安老师"),
    ("lu", "陆知行", Role.CLERK, Level.SUBDISTRICT, "陆老师"),  # a colleague each, for what takes two
    ("fang", "方若宁", Role.DISTRICT, Level.DISTRICT, "方老师"),
]


@dataclass
class Cast:
    """The people and places of the story; a person is read afresh for each act, as each request does."""

    district: Place
    street: Place
    home: Place
    near: Place  # a neighbouring 居村
    captain_near: int
    keys: dict[str, int]
    members: list[int]  # the team besides the captain and the volunteer
    plain: list[int]  # those of them without a post

    def __call__(self, who) -> Person:
        return Person.objects.get(pk=self.keys.get(who, who))


def find_cast(district, diary) -> Cast:
    street = Place.objects.get(code=HOME_CODE, until=None)
    units = Place.objects.under(street).filter(level=Level.NEIGHBOURHOOD, until=None)
    home = units.get(name=HOME_NAME)
    units.update(contact_phone=PHONE)
    Place.objects.filter(pk__in=[street.pk, district.pk]).update(contact_phone=PHONE)
    places = {Level.DISTRICT: district, Level.SUBDISTRICT: street, Level.NEIGHBOURHOOD: home}
    with clock_at(diary.now.replace(year=diary.now.year - 1, month=11, day=2, hour=9)):
        staff = {row[0]: _staff(*row, places) for row in STAFF}
    captain, alan, members, plain = _of_the_roster(home)
    near = (
        Appointment.objects.current().filter(role=Role.CAPTAIN, place__in=units).exclude(place=home).order_by("pk")[0]
    )
    return Cast(
        district,
        street,
        home,
        near.place,
        near.person_id,
        staff | {"zhou": captain.pk, "alan": alan.pk},
        members,
        plain,
    )


def _staff(key, name, role, level, salutation, places) -> int:
    person = create_staff(
        name=name,
        username=key,
        password=secrets.token_urlsafe(24),
        role=role,
        place=places[level],
        salutation=salutation,
        initial=False,
    )
    Person.objects.filter(pk=person.pk).update(demo_key=key)
    return person.pk


def _of_the_roster(home):
    """The captain and a volunteer are people of the roster, so that the figures stay what the roster says."""
    captain = Appointment.objects.current().get(place=home, role=Role.CAPTAIN, deputy=False).person
    rows = Membership.objects.current().filter(team__place=home).exclude(person=captain).select_related("person")
    posts = Appointment.objects.current().filter(person__in=[row.person_id for row in rows])
    posts = set(posts.exclude(role=Role.VOLUNTEER).values_list("person_id", flat=True))
    members = [row.person for row in rows.order_by("pk")]
    alan = next((person for person in members if person.pk not in posts), members[0])
    for person, key, title in ((captain, "zhou", "队长"), (alan, "alan", "女士")):
        person.demo_key, person.salutation = key, f"{surname(person.name)}{title}"
        person.save(update_fields=["demo_key", "salutation"])
    others = [person.pk for person in members if person != alan]
    return captain, alan, others, [pk for pk in others if pk not in posts]


def last_december(diary, day: int, hour: float) -> dt.datetime:
    """A moment of the December before this year."""
    start = diary.now.replace(year=diary.now.year - 1, month=12, day=day, hour=0, minute=0, second=0, microsecond=0)
    return start + dt.timedelta(hours=hour)
