"""One small neighbourhood with a named cast, shared by the tests (and by the names of the demo).

万里街道 ─ 中浩云居委会 ─ 中浩云苑 ─ 1号楼 … 4号楼      阿兰, 老周, 吴分队长, 王书记, 新来的
         └ 万里名轩居委会 ─ …                          邻居 (neighbour)
长风新村街道 ─ 师大一村居委会 ─ …                        外人 (outsider)
"""

import datetime as dt
from functools import cached_property

from django.test import Client
from django.utils import timezone

from tongxin.access.models import appoint
from tongxin.access.policy import Role
from tongxin.people.models import Category, Kind, Person, Purpose, give_consent
from tongxin.places.models import Level, Place
from tongxin.registrations.models import Registration
from tongxin.service.models import Rule
from tongxin.tasks.models import Task
from tongxin.teams.models import Membership, Responsibility, Squad, Team

LONG_AGO = dt.date(2026, 3, 2)
RULE_V1 = {
    "since": dt.date(2020, 1, 1),
    "factors": {"ordinary": "1.0", "skilled": "1.2", "hard": "1.2"},
    "day_cap": 8,
    "year_cap": 200,
}


class World:
    """Made once a test; everything is a plain attribute."""

    def __init__(self):
        # A flush between tests also takes what the migrations brought.
        Rule.objects.get_or_create(version="v1", defaults=RULE_V1)
        self._numbers = iter(range(19920001000, 19920009999))
        self._places()
        self._cast()

    # places
    def _places(self):
        make = Place.objects.create
        self.district = make(level=Level.DISTRICT, name="普陀区", code="310107")
        self.subdistrict = make(level=Level.SUBDISTRICT, name="万里街道", code="310107021", parent=self.district)
        self.far_subdistrict = make(
            level=Level.SUBDISTRICT, name="长风新村街道", code="310107014", parent=self.district
        )
        self.neighbourhood = self._neighbourhood("中浩云居委会", "310107021008", self.subdistrict)
        self.sibling = self._neighbourhood("万里名轩居委会", "310107021009", self.subdistrict)
        self.far = self._neighbourhood("师大一村居委会", "310107014001", self.far_subdistrict)
        self.estate, self.buildings = self._estate("中浩云苑", "富平路18弄", self.neighbourhood, 4)
        self.sibling_estate, self.sibling_buildings = self._estate("万里名轩", "真北路99弄", self.sibling, 2)
        self.far_estate, self.far_buildings = self._estate("师大一村", "怒江北路7弄", self.far, 2)

    def _neighbourhood(self, name, code, parent):
        return Place.objects.create(
            level=Level.NEIGHBOURHOOD, name=name, code=code, parent=parent, contact_phone="021-62000000"
        )

    def _estate(self, name, lane, parent, buildings):
        estate = Place.objects.create(level=Level.ESTATE, name=name, parent=parent)
        rows = [
            Place.objects.create(level=Level.BUILDING, name=f"{n}号楼", address=f"{lane}{n}号", parent=estate, floors=6)
            for n in range(1, buildings + 1)
        ]
        return estate, rows

    # people
    def _cast(self):
        self.team = Team.of(self.neighbourhood)
        self.squads = [Squad.objects.create(team=self.team, name=name) for name in ("第一分队", "第二分队")]
        for n, building in enumerate(self.buildings):
            Responsibility.objects.create(squad=self.squads[n // 2], building=building, since=LONG_AGO)
        self.alan = self.member("陈阿兰", self.neighbourhood, squad=self.squads[0], home=self.buildings[0])
        self.zhou = self.member("周建国", self.neighbourhood, squad=self.squads[0], salutation="周队长")
        self.wu = self.member("吴文博", self.neighbourhood, squad=self.squads[1], kind=Kind.UNITED_FRONT)
        appoint(self.zhou, Role.CAPTAIN, self.neighbourhood, by=None, since=LONG_AGO)
        appoint(self.wu, Role.SQUAD_LEADER, self.neighbourhood, by=None, since=LONG_AGO)
        appoint(self.wu, Role.RESIDENT_LEADER, self.buildings[1], by=None, since=LONG_AGO)
        appoint(self.alan, Role.ONLINE_LEADER, self.buildings[0], by=None, since=LONG_AGO)
        self.wang = self.staff("王敏华", "wang", Role.SECRETARY, self.neighbourhood, "王书记")
        self.shen = self.staff("沈岚", "shen", Role.CLERK, self.subdistrict, "沈老师")
        self.he = self.staff("何静", "he", Role.DISTRICT, self.district, "何老师")
        self.auditor = self.staff("严审", "yan", Role.AUDITOR, self.district, "严老师")
        self.admin = self.staff("管仲文", "guan", Role.ADMIN, self.district, "")
        self.security = self.staff("安可信", "an", Role.SECURITY, self.district, "")
        self.far_secretary = self.staff("方远", "fang", Role.SECRETARY, self.far, "方书记")
        self.neighbour = self.member("林家宝", self.sibling)
        self.outsider = self.member("褚远山", self.far)

    def number(self) -> str:
        return str(next(self._numbers))

    def person(self, name, **fields):
        person = Person(**fields)
        person.set_name(name)
        person.set_phone(self.number())
        person.set_unusable_password()
        person.save()
        return person

    def member(self, name, place, *, squad=None, home=None, kind=Kind.PARTY, since=LONG_AGO, **fields):
        """A person in the team of a neighbourhood."""
        person = self.person(name, **fields)
        Category.objects.create(person=person, kind=kind, since=since)
        Membership.begin(person, team=Team.of(place), by=None, squad=squad, home=home, since=since)
        give_consent(person, Purpose.CONTACT, text_version="test", by=person)
        return person

    def staff(self, name, username, role, place, salutation):
        person = Person(username=username, salutation=salutation, totp_secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
        person.set_name(name)
        person.set_phone(self.number())
        person.set_password("correct horse battery")
        person.save()
        appoint(person, role, place, by=None, since=LONG_AGO)
        return person

    # things
    @cached_property
    def newcomer(self):
        return self.registration.person

    @cached_property
    def registration(self):
        """新来的: checked in at 中浩云, waiting for review."""
        return self.register("孙一鸣")

    def register(self, name, place=None, **fields):
        return Registration.submit(phone=self.number(), name=name, place=place or self.neighbourhood, **fields)[0]

    def task(self, **overrides):
        """An open task with two seats tomorrow evening."""
        start = timezone.now().replace(minute=0, second=0, microsecond=0) + dt.timedelta(days=1)
        fields = {
            "place": self.neighbourhood, "title": "22号楼门厅非机动车整理", "spot": "22号楼一楼门厅", "seats": 2,
            "starts_at": start, "ends_at": start + dt.timedelta(hours=1, minutes=30), "contact": self.zhou,
            "risk_text": "居委已投保志愿者意外险，室内活动，风险低", "status": Task.Status.OPEN,
        }  # fmt: skip
        return Task.objects.create(**(fields | overrides))

    def past_task(self, **overrides):
        """A task that ended an hour ago, still open, to be reported."""
        end = timezone.now() - dt.timedelta(hours=1)
        return self.task(**({"starts_at": end - dt.timedelta(hours=2), "ends_at": end} | overrides))

    def claimed(self, task, person, **fields):
        """A claim as it would be had the person claimed in time."""
        from django.db.models import F

        from tongxin.tasks.models import Claim

        Task.objects.filter(pk=task.pk).update(taken=F("taken") + 1)
        return Claim.objects.create(task=task, person=person, **({"status": Claim.Status.CLAIMED} | fields))

    def joined(self, registration):
        """Take a registration through the whole chain."""
        registration.accept(by=self.wang)
        registration.contact(by=self.zhou)
        registration.join(by=registration.person)
        return registration

    # browsers without a browser
    def client(self, person, **extra) -> Client:
        """A test client signed in as `person` (second factor passed); None is an anonymous visitor."""
        client = Client(**extra)
        if person is not None:
            client.force_login(person, backend="tongxin.people.backends.PersonBackend")
            if person.is_staff_member:
                session = client.session
                session["second_factor"] = True
                session.save()
        return client
