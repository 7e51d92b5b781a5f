"""What was over when a neighbourhood ended and comes back: it stands where somebody can decide it. Found by the seeded year."""

import datetime as dt

import pytest
from django.utils import timezone

from tongxin.access.models import today
from tongxin.archive.invariants import problems as everything
from tongxin.people import merges as people_merges
from tongxin.places.models import Place
from tongxin.registrations import handover as registered
from tongxin.registrations import merging as registration_merging
from tongxin.registrations.models import Registration
from tongxin.service.models import BackEntry, Dispute, Entry, award
from tongxin.service.models import dispute as disputes
from tongxin.tasks import handover
from tongxin.tasks.models import Claim, Task
from tongxin.teams import merging as team_merging
from tongxin.teams.checks import problems
from tongxin.teams.following import FOLLOWERS
from tongxin.teams.models import Membership, Reorganisation


@pytest.fixture
def merge(world):
    def do():
        kind = Reorganisation.Kind.MERGE
        change = Reorganisation.prepare(
            by=world.he, kind=kind, place=world.neighbourhood, target=world.sibling, on=today()
        )
        return change.decide(by=world.he)

    return do


@pytest.fixture
def absent(world):
    """阿兰 was noted as absent yesterday: she has ten working days to disagree."""
    task = world.past_task(status=Task.Status.CLOSED)
    now = timezone.now()
    return world.claimed(
        task, world.alan, status=Claim.Status.ABSENT, hours=2, reported_at=now, corrected_by=world.zhou, corrected_at=now, corrected_hours=0,
        answer_by=now + dt.timedelta(days=14),
    )  # fmt: skip


def test_absent_can_be_disputed_after_the_neighbourhood_has_ended(world, absent, merge):
    merge()
    claim = Claim.objects.get(pk=absent.pk)
    claim.dispute(by=world.alan, reason="我在的")
    assert claim.place == world.sibling and list(problems()) == []


def test_red_twin_without_going_along_the_dispute_stands_where_nobody_decides(world, absent, merge, monkeypatch):
    monkeypatch.setattr(handover, "not_over", handover.unfinished)
    merge()
    claim = Claim.objects.get(pk=absent.pk)
    claim.dispute(by=world.alan, reason="我在的")
    assert list(problems()) == [f"tasks.task {absent.task_id}: 所在的单位已经撤销"]


def test_a_seat_given_back_can_be_reported_and_verified_afterwards(world, merge):
    begun = timezone.now() - dt.timedelta(days=2)
    task = world.task(flexible=True, hours=2, starts_at=begun, ends_at=begun + dt.timedelta(days=1), status="closed")
    claim = Claim.objects.create(task=task, person=world.alan, status=Claim.Status.RELEASED)
    merge()
    Claim.objects.get(pk=claim.pk).report(by=world.alan, hours=task.planned_hours)
    assert Task.objects.get(pk=task.pk).place == world.sibling and list(problems()) == []


def test_a_returned_paper_line_goes_along(world, merge):
    line = BackEntry.objects.create(
        person=world.alan, place=world.neighbourhood, served_on=today(), hours=1, what="巡看", evidence="签到表",
        sheet="s1", entered_by=world.zhou, status="returned", reason="少一页",
    )  # fmt: skip
    merge()
    assert BackEntry.objects.get(pk=line.pk).place == world.sibling


@pytest.fixture
def old_line(world):
    return award(
        world.alan, hours=2, factor="ordinary", place=world.neighbourhood, served_on=today(), reason="巡看",
        source=world.task(), by=world.wu,
    )  # fmt: skip


def test_a_line_of_an_ended_neighbourhood_is_disputed_at_its_heir(world, old_line, merge):
    merge()
    dispute = Dispute.raise_on(Entry.objects.get(pk=old_line.pk), by=world.alan, words="是三小时", hours=3)
    assert dispute.place == world.sibling and list(problems()) == []


def test_red_twin_without_the_heir_it_waits_at_a_closed_place(world, old_line, merge, monkeypatch):
    monkeypatch.setattr(disputes, "_where", lambda place, person: place)
    merge()
    dispute = Dispute.raise_on(Entry.objects.get(pk=old_line.pk), by=world.alan, words="是三小时", hours=3)
    assert list(problems()) == [f"service.dispute {dispute.pk}: 所在的单位已经撤销"]


def test_of_several_heirs_the_one_where_the_person_lives_answers(world, old_line):
    second, _ = world._estate("富平小区", "富平路20弄", world.neighbourhood, 1)
    parts = [{"code": "310107021018", "name": "第一居委会"}, {"code": "310107021019", "name": "第二居委会"}]
    Reorganisation.prepare(
        by=world.he, kind=Reorganisation.Kind.SPLIT, place=world.neighbourhood, on=today(),
        plan={"parts": parts, "estates": {f"{second.pk}": 0, f"{world.estate.pk}": 1}, "rest": 0},
    ).decide(by=world.he)  # fmt: skip
    assert [heir.name for heir in Place.objects.get(pk=world.neighbourhood.pk).heirs()] == ["第一居委会", "第二居委会"]
    dispute = Dispute.raise_on(Entry.objects.get(pk=old_line.pk), by=world.alan, words="是三小时", hours=3)
    assert dispute.place.name == "第二居委会"


def test_a_refusal_is_appealed_at_the_heir(world, merge):
    refused = world.registration
    refused.refuse(by=world.wang, reason="住在别处")
    merge()
    again = Registration.objects.get(pk=refused.pk)
    again.appeal(by=again.person, reason="我住这里")
    again.overturn(by=world.shen, reason="核对过了")
    assert again.place == world.sibling and list(problems()) == []


def test_red_twin_a_refusal_that_stays_behind_lets_somebody_in_nowhere(world, merge, monkeypatch):
    monkeypatch.setitem(FOLLOWERS, "registrations", lambda course: 0)
    refused = world.registration
    refused.refuse(by=world.wang, reason="住在别处")
    merge()
    again = Registration.objects.get(pk=refused.pk)
    again.appeal(by=again.person, reason="我住这里")
    again.overturn(by=world.shen, reason="核对过了")
    assert f"registrations.registration {again.pk}: 所在的单位已经撤销" in list(problems())


@pytest.fixture(params=["in the team", "paused"])
def moving(world, request):
    """A member on the way to the neighbourhood next door, which has not answered yet."""
    old = world.joined(world.register("孙一鸣", home=world.buildings[1]))
    if request.param == "paused":
        old.pause(by=old.person)
    new = old.move_home(by=old.person, home=world.sibling_buildings[0])
    return old, new


@pytest.mark.parametrize("into", ["sibling", "neighbourhood"])
def test_whoever_moves_between_two_that_become_one_has_arrived(world, moving, into):
    old, new = moving
    target = getattr(world, into)
    place = world.neighbourhood if into == "sibling" else world.sibling
    kind = Reorganisation.Kind.MERGE
    Reorganisation.prepare(by=world.he, kind=kind, place=place, target=target, on=today()).decide(by=world.he)
    paused = old.person.memberships.get(until=None).paused_at is not None
    old, new = Registration.objects.get(pk=old.pk), Registration.objects.get(pk=new.pk)
    assert (old.status, new.status) == ("paused" if paused else "joined", "left")
    assert old.place == target and old.home == world.sibling_buildings[0]
    assert list(everything()) == []
    roles = set(old.person.appointments.current().values_list("role", flat=True))
    assert roles == {"registrant" if paused else "volunteer"}


def test_red_twin_the_way_back_from_such_a_move_leads_out_of_the_team(world, moving, monkeypatch):
    old, new = moving
    monkeypatch.setattr(registered, "_those_who_have_arrived", lambda course: None)
    kind = Reorganisation.Kind.MERGE
    Reorganisation.prepare(
        by=world.he, kind=kind, place=world.sibling, target=world.neighbourhood, on=today()
    ).decide(by=world.he)  # fmt: skip
    Registration.objects.get(pk=new.pk).stay_home(by=old.person)
    assert ("registrations", f"registrations.registration {old.pk}: joined, but not in the team") in list(everything())


@pytest.mark.parametrize("paused", [False, True])
def test_two_people_taken_apart_after_the_neighbourhood_ended_stand_at_its_heir(world, merge, paused):
    gone = world.joined(world.register("陈阿兰", home=world.buildings[1]))
    if paused:
        gone.pause(by=gone.person)
    made = people_merges.merge(kept=world.alan, gone=gone.person, by=world.wang, reason="同一个人")
    merge()
    made.undo(by=world.shen, reason="是两个人")
    back = Registration.objects.get(pk=gone.pk)
    member = Membership.objects.get(person=back.person, until=None)
    assert (back.status, back.place, member.team.place) == (gone.status, world.sibling, world.sibling)
    assert member.home == world.buildings[1] and list(everything()) == []


def test_a_newcomer_taken_apart_after_the_neighbourhood_ended_is_answered_at_its_heir(world, merge):
    gone = world.register("陈阿兰", home=world.buildings[1])
    made = people_merges.merge(kept=world.alan, gone=gone.person, by=world.wang, reason="同一个人")
    merge()
    made.undo(by=world.shen, reason="是两个人")
    back = Registration.objects.get(pk=gone.pk)
    back.accept(by=type(world.wang).objects.get(pk=world.wang.pk))
    assert back.place == world.sibling and list(everything()) == []


def test_red_twin_without_the_heir_they_come_back_to_a_closed_place(world, merge, monkeypatch):
    for room in (team_merging, registration_merging):
        monkeypatch.setattr(room, "now_at", lambda place, home: (place, home))
    gone = world.joined(world.register("陈阿兰", home=world.buildings[1]))
    made = people_merges.merge(kept=world.alan, gone=gone.person, by=world.wang, reason="同一个人")
    merge()
    made.undo(by=world.shen, reason="是两个人")
    assert f"registrations.registration {gone.pk}: 所在的单位已经撤销" in list(problems())
