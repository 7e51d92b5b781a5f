"""The district's own roster, through the product's own commands: exactly what the district office expects."""

import json
from collections import Counter
from io import StringIO

import pytest
from django.core.management import call_command
from django.db.models import Count

from tests.registrations.rosters import PUTUO
from tongxin.access.models import Appointment
from tongxin.access.policy import Role
from tongxin.journal.models import Event
from tongxin.journal.seals import verify_chain
from tongxin.people.models import Basis, Category, Consent, Person, Purpose
from tongxin.places.models import Level, Place
from tongxin.registrations.models import MemberFile, Registration
from tongxin.registrations.roster.models import RosterImport
from tongxin.teams.models import Membership, Responsibility, Team

BY_KIND = {
    "在职党员": 5762, "两代表一委员": 96, "统战人士": 115, "青年团员": 479, "楼长": 603, "团长": 342, "队长": 158, "能人": 262,
    "达人": 246, "社区志愿者": 894,
}  # fmt: skip
FIGURES = {"rows": 9023, "imported": 8957, "known": 0, "duplicates": 41, "errors": 25}


def roster(*more):
    out = StringIO()
    call_command("import_roster", str(PUTUO / "roster.xlsx"), "--district", "310107", "--json", *more, stdout=out)
    return json.loads(out.getvalue())


@pytest.fixture
def register(db):
    call_command("import_places", str(PUTUO / "places.csv"), stdout=StringIO())
    call_command("import_buildings", str(PUTUO / "buildings.csv"), stdout=StringIO())


def test_the_sample_gives_what_the_district_expects(register):
    dry = roster("--dry-run")
    assert {key: dry[key] for key in FIGURES} == FIGURES and not Person.objects.exists() and not Team.objects.exists()

    first = roster()
    assert first == dry
    codes = Counter(bad["code"] for bad in first["error_rows"])
    assert codes == {"no_phone": 5, "short_phone": 5, "unknown_place": 5, "no_name": 5, "bad_date": 5}
    assert len({bad["row"] for bad in first["error_rows"]}) == 25
    assert {"row": 46, "column": "居村", "code": "unknown_place"}.items() <= first["error_rows"][0].items()
    assert all(bad["reason"] and not bad["reason"].isascii() for bad in first["error_rows"])

    assert Membership.objects.current().count() == 8957
    assert Registration.objects.filter(status="joined").count() == 8957
    assert Counter(row.kind for row in Category.objects.filter(primary=True, until=None)) == BY_KIND
    assert Team.objects.exclude(memberships=None).count() == 283
    papers = Consent.objects.filter(basis=Basis.PAPER)
    assert papers.filter(purpose=Purpose.CONTACT).count() == 8957
    assert papers.filter(purpose=Purpose.SENSITIVE_KIND).count() == 96 + 115
    assert Event.objects.filter(verb="registration.import").count() == 8957 and verify_chain() == []
    _posts()
    _areas()
    _names_lie_sealed()

    second = roster()
    assert {key: second[key] for key in FIGURES} == FIGURES | {"imported": 0, "known": 8957}
    assert second["error_rows"] == first["error_rows"] and Person.objects.count() == 8957
    assert list(RosterImport.objects.order_by("pk").values_list("imported", "status")) == [(8957, "done"), (0, "done")]


def _posts():
    held = Counter(Appointment.objects.current().values_list("role", flat=True))
    # The file names 283, 650, 1226 and 3507; the rest stood on rows that were not imported.
    assert held[Role.VOLUNTEER] == 8957 and held[Role.CAPTAIN] == 283
    main = Appointment.objects.current().filter(deputy=False)
    leaders = main.filter(role__in=[Role.RESIDENT_LEADER, Role.ONLINE_LEADER])
    assert leaders.exists() and not leaders.exclude(place__level=Level.BUILDING).exists()
    assert main.filter(role=Role.CAPTAIN).values("place").distinct().count() == 283
    assert Membership.objects.exclude(squad=None).count() == 8957


def _areas():
    """Every building of a covered 居村 has exactly one squad, of its own 居村."""
    covered = Team.objects.values_list("place", flat=True)
    buildings = Place.objects.filter(level=Level.BUILDING, parent__parent__in=covered)
    counted = buildings.annotate(squads=Count("responsibilities"))
    assert set(counted.values_list("squads", flat=True)) == {1}
    assert Responsibility.objects.count() == buildings.count() > 6000
    for squad, unit in Responsibility.objects.values_list("squad__team__place", "building__parent__parent"):
        assert squad == unit


def _names_lie_sealed():
    person = Person.objects.order_by("pk").first()
    raw = Person.objects.filter(pk=person.pk).values_list("name", "phone").get()
    assert person.name and person.phone.startswith("+86199")
    assert (
        person.name.encode() not in bytes(raw[0])
        and b"199" not in bytes(raw[1])[13:]
        and not person.has_usable_password()
    )
    file = MemberFile.objects.exclude(employer=None).first()
    assert file.employer.endswith("公司") or file.employer
    assert MemberFile.objects.exclude(note=None).get().note == "=1+1"  # text stays text
