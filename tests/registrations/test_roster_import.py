"""Bringing a roster in and taking it back: whole rows or none, and nobody loses what came after."""

import dataclasses
import datetime as dt
import json
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from django.db.models import ProtectedError
from django.utils import timezone

from tests.registrations.rosters import bring_in, checked, people, row, workbook
from tongxin.access.models import Appointment, appoint
from tongxin.access.policy import Role
from tongxin.access.rules import can
from tongxin.journal.models import Event
from tongxin.people.models import Person
from tongxin.registrations.models import MemberFile, Registration
from tongxin.registrations.roster import load as loading
from tongxin.registrations.roster import store, undo, work
from tongxin.registrations.roster.columns import find_roster
from tongxin.registrations.roster.load import load
from tongxin.registrations.roster.models import RosterImport
from tongxin.sheets.reading import read_workbook
from tongxin.tasks.models import Claim
from tongxin.teams.models import Membership, Squad, Team
from tongxin.workflow.transitions import CLOCK, Refused


def by_phone(number):
    return Person.objects.by_phone(number)


def without_guard(monkeypatch, name):
    verb = vars(RosterImport)[name]
    closure = dict(zip(verb.__code__.co_freevars, verb.__closure__, strict=True))
    monkeypatch.setattr(closure["move"], "cell_contents", dataclasses.replace(verb.move, guard=None))


def upload(world, rows, place=None):
    table = find_roster(read_workbook(workbook(rows), "名册.xlsx"))
    return work.take_in(table, filename="名册.xlsx", place=place or world.subdistrict, by=world.shen)


def test_a_row_makes_a_whole_member(world):
    job = bring_in([row(职务="楼组长", 楼栋地址="富平路18弄3号", 备注="左撇子")], world.subdistrict, by=world.shen)
    person = by_phone("19910001001")
    membership = person.memberships.get()
    assert (person.name, membership.team, membership.squad.name) == ("白洋", world.team, "第一分队")
    assert (membership.home, membership.since, membership.skills, membership.times) == (
        world.buildings[2], dt.date(2022, 5, 4), "医护", "周末",
    )  # fmt: skip
    registration = person.registrations.get()
    assert (registration.status, registration.imported_by, registration.place) == ("joined", job, world.neighbourhood)
    assert {(post.role, post.place_id, post.deputy) for post in person.appointments.all()} == {
        ("volunteer", world.neighbourhood.pk, False), ("resident_leader", world.buildings[2].pk, False),
    }  # fmt: skip
    assert (registration.file.employer, registration.file.note) == ("某某科技有限公司", "左撇子")
    category, consent = person.categories.get(), person.consents.get()
    assert (category.kind, category.primary, category.confirmed_by) == ("在职党员", True, world.shen)
    assert (consent.basis, consent.purpose, consent.withdrawn_at) == ("paper", "contact", None)
    assert person.is_active and not person.is_staff_member and person.points_shown
    event = Event.objects.about(registration).get()
    assert (
        event.verb == "registration.import"
        and "白洋" not in json.dumps(event.facts)
        and event.actor_id == world.shen.pk
    )
    assert can(person, "claim_task", world.neighbourhood)


def test_one_holder_a_post_and_the_others_are_deputies(world):
    rows = [row(姓名=name, 联系电话=f"1991000110{n}", 职务="队长") for n, name in enumerate("甲乙")]
    bring_in(rows, world.district)
    captains = Appointment.objects.filter(role=Role.CAPTAIN, place=world.neighbourhood).order_by("pk")
    assert [post.deputy for post in captains] == [False, True, True] and captains[0].person == world.zhou


def test_who_is_known_is_never_overwritten(world):
    bring_in([row(联系电话=world.alan.local_phone, 姓名="别人", 居村="万里名轩居委会", 职务="队长")], world.subdistrict)
    alan = Person.objects.get(pk=world.alan.pk)
    assert alan.name == "陈阿兰" and alan.memberships.get().team == world.team and not alan.registrations.exists()


def test_somebody_who_checks_in_meanwhile_is_known(world):
    rows = people(3)
    check = checked(rows, world.district)
    other = Person()
    other.set_name("抢先")
    other.set_phone("19910001101")
    other.save()
    job = RosterImport.objects.create(place=world.district, filename="x", **check.counts())
    job.confirm(by=CLOCK, queue=False)
    load(job, check)
    assert (job.imported, job.known) == (2, 1) and by_phone("19910001101").name == "抢先"


def test_an_interrupted_import_goes_on_where_it_was(world, monkeypatch):
    monkeypatch.setattr(loading, "CHUNK", 2)
    job = upload(world, people(5))
    job.confirm(by=world.shen, queue=False)
    broken = _Breaks(loading.insert, after=8 + 3)  # in the middle of the second chunk
    with monkeypatch.context() as half:
        half.setattr(loading, "insert", broken)
        with pytest.raises(RuntimeError):
            work.run_import.func(job.pk)
    job = RosterImport.objects.get(pk=job.pk)
    # Two whole rows are in; of the other three nothing.
    assert (job.status, job.done) == ("failed", 2)
    new = Person.objects.filter(registrations__imported_by=job)
    assert (
        new.count() == Membership.objects.filter(person__in=new).count() == 2
        and Person.objects.exclude(registrations=None).count() == 2
    )
    job.resume(by=world.shen)
    work.run_import.func(job.pk)
    job = RosterImport.objects.get(pk=job.pk)
    assert (job.status, job.imported, job.known, job.done) == ("done", 5, 0, 5)


class _Breaks:
    """The real thing, until it breaks."""

    def __init__(self, real, *, after):
        self.real, self.left = real, after

    def __call__(self, *args):
        self.left -= 1
        if self.left < 0:
            raise RuntimeError("power cut")
        return self.real(*args)


def test_a_running_import_is_not_started_twice_and_the_red_twin_is(world, monkeypatch):
    job = upload(world, people(1))
    job.confirm(by=world.shen, queue=False)
    with pytest.raises(Refused):
        job.resume(by=world.shen)
    without_guard(monkeypatch, "resume")
    job.resume(by=world.shen)
    assert Event.objects.about(job).filter(verb="rosterimport.resume").exists()


def test_the_database_itself_refuses_a_second_person_with_the_number(world):
    check = checked([row()], world.district)
    bring_in([row()], world.district)
    job = RosterImport.objects.create(place=world.district, filename="x", **check.counts())
    loader = loading._Loader(job, check, None)
    loader._make_teams()
    with pytest.raises(IntegrityError):
        loader._write(check.rows)


# the waiting table


def test_the_uploaded_rows_wait_sealed_and_only_the_bad_ones_stay(world, settings):
    job = upload(world, [row(), row(姓名="")])
    blob = (settings.DATA_DIR / "uploads" / str(job.uid)).read_bytes()
    assert "白洋".encode() not in blob and b"19910001001" not in blob
    job.confirm(by=world.shen, queue=False)
    work.run_import.func(job.pk)
    assert list(store.load(job.uid).cells) == [5]


def test_a_table_does_not_open_under_another_name(world, settings):
    first, second = upload(world, [row()]), upload(world, [row(姓名="乙")])
    folder = settings.DATA_DIR / "uploads"
    (folder / str(first.uid)).replace(folder / str(second.uid))
    with pytest.raises(ValueError, match="does not open"):
        store.load(second.uid)


def test_what_waited_seven_days_is_deleted(world):
    job = upload(world, [row()])
    assert store.sweep() == 0 and store.sweep(now=timezone.now().timestamp() + 8 * 86_400) == 1
    assert store.load(job.uid) is None
    job.confirm(by=world.shen, queue=False)
    work.run_import.func(job.pk)
    assert RosterImport.objects.get(pk=job.pk).status == "failed" and not Registration.objects.exists()


# taking it back


def test_undo_takes_everything_out_again(world):
    before = {
        model: set(model.objects.values_list("pk", flat=True))
        for model in (Person, Team, Squad, Membership, Appointment)
    }
    job = bring_in([row(职务="队长", 居村="万里名轩居委会"), *people(4, 所在分队="第三分队")], world.subdistrict)
    assert Squad.objects.filter(name="第三分队").exists()
    job.undo(by=world.shen)
    after = {model: set(model.objects.values_list("pk", flat=True)) for model in before}
    assert after == before and not MemberFile.objects.exists() and not Registration.objects.exists()
    assert RosterImport.objects.get(pk=job.pk).status == "undone" and job.kept == 0
    assert Event.objects.filter(verb="registration.import").count() == 5  # what happened stays written
    assert checked([row()], world.subdistrict).counts()["imported"] == 1


def _claims(world, person):
    world.claimed(world.task(), person)


def _signs_in(world, person):
    Person.objects.filter(pk=person.pk).update(last_login=timezone.now())


def _has_a_second_post(world, person):
    appoint(person, Role.SQUAD_LEADER, world.neighbourhood, by=world.wang)


def _leaves(world, person):
    person.memberships.get().leave(by=world.wang)


def _confirms_somebody(world, person):
    world.alan.categories.update(confirmed_by=person)


@pytest.mark.parametrize("after", [_claims, _signs_in, _has_a_second_post, _leaves, _confirms_somebody])
def test_undo_leaves_those_with_whom_something_came_after(world, after):
    job = bring_in(people(3), world.subdistrict)
    stays = by_phone("19910001101")
    after(world, stays)
    job.undo(by=world.shen)
    assert job.kept == 1 and list(Person.objects.filter(registrations__imported_by=job)) == [stays]
    assert stays.memberships.count() == 1


def test_red_twin_without_that_question_the_claim_stands_in_the_way_of_all(world, monkeypatch):
    job = bring_in(people(3), world.subdistrict)
    _claims(world, by_phone("19910001101"))
    monkeypatch.setattr(undo, "tied", lambda people, job: set())
    with pytest.raises(ProtectedError):
        job.undo(by=world.shen)
    assert Claim.objects.exists() and RosterImport.objects.get(pk=job.pk).status == "done"


def test_reading_a_number_ties_nobody_down(world):
    job = bring_in(people(1), world.subdistrict)
    by_phone("19910001100").reveal_phone(by=world.shen, reason="核对", place=world.neighbourhood)
    job.undo(by=world.shen)
    assert job.kept == 0


def test_after_thirty_days_it_stays_and_the_red_twin_goes(world, monkeypatch):
    job = bring_in(people(1), world.subdistrict)
    RosterImport.objects.filter(pk=job.pk).update(finished_at=timezone.now() - dt.timedelta(days=31))
    job.refresh_from_db()
    with pytest.raises(Refused, match="30天"):
        job.undo(by=world.shen)
    without_guard(monkeypatch, "undo")
    job.undo(by=world.shen)
    assert not Registration.objects.exists()


def test_only_where_one_may_import(world):
    job = bring_in(people(1), world.subdistrict)
    for person in (world.wang, world.he, world.zhou, world.far_secretary):
        with pytest.raises(PermissionDenied):
            job.undo(by=person)


# the command


def test_the_command_prints_json_alone_and_lists_the_bad(world, tmp_path):
    path = tmp_path / "名册.xlsx"
    path.write_bytes(workbook([row(), row(姓名="")]))
    out, err = StringIO(), StringIO()
    call_command("import_roster", str(path), "--district", "310107", "--json", stdout=out, stderr=err)
    answer = json.loads(out.getvalue())
    assert list(answer) == ["rows", "imported", "known", "duplicates", "errors", "error_rows"]
    assert answer["error_rows"] == [{"row": 5, "column": "姓名", "code": "no_name", "reason": "姓名空着，请补上"}]
    assert not Event.objects.filter(seal=None).exists()  # a command seals its own events


@pytest.mark.parametrize(
    ("data", "says"), [(b"%PDF-1.4", "PDF"), (workbook([{"甲": "1"}], header=["甲", "乙", "丙"]), "缺少")]
)
def test_an_unreadable_file_ends_the_command_with_a_reason(world, tmp_path, data, says):
    path = tmp_path / "名册.xlsx"
    path.write_bytes(data)
    with pytest.raises(CommandError, match=says):
        call_command("import_roster", str(path), "--district", "310107")
    with pytest.raises(CommandError, match="登记册里没有代码999999"):
        call_command("import_roster", str(path), "--district", "999999")
    assert not RosterImport.objects.exists()
