"""撤并、拆分、划转: everybody follows their home, nothing is lost, and the figures stay as they were."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tongxin.access.models import Appointment, appoint, today
from tongxin.access.policy import Role
from tongxin.archive.invariants import problems as all_problems
from tongxin.figures.counting import Headcount
from tongxin.journal.models import Event
from tongxin.people.models import Person
from tongxin.places.models import Level, Place
from tongxin.registrations.models import Registration
from tongxin.service.models import BackEntry, Dispute, Entry, award
from tongxin.tasks.models import Series, Task
from tongxin.teams import following
from tongxin.teams.checks import problems
from tongxin.teams.models import Invitation, Membership, Reorganisation, Responsibility, Squad, Team
from tongxin.teams.reorganising import apply_due
from tongxin.workflow.transitions import Refused

Kind = Reorganisation.Kind
PARTS = [{"code": "310107021018", "name": "中浩云第一居委会"}, {"code": "310107021019", "name": "中浩云第二居委会"}]


@pytest.fixture
def town(world):
    """A second estate with a member, a newcomer and a task, so that a split has two sides."""
    world.second, world.second_buildings = world._estate("富平小区", "富平路20弄", world.neighbourhood, 2)
    world.lin = world.member("林晓", world.neighbourhood, squad=world.squads[1], home=world.second_buildings[0])
    for building in world.second_buildings:
        Responsibility.objects.create(squad=world.squads[1], building=building, since=today() - dt.timedelta(days=9))
    appoint(world.lin, Role.RESIDENT_LEADER, world.second_buildings[0], by=None)
    world.new_one = world.register("孙一鸣", home=world.second_buildings[1])
    world.open_task = world.task()
    return world


def change(world, kind, *, place=None, on=None, **more):
    return Reorganisation.prepare(
        by=world.he, kind=kind, place=place or world.neighbourhood, on=on or today(), **more
    )  # fmt: skip


def split(world, **more):
    plan = {"parts": PARTS, "estates": {f"{world.second.pk}": 1}, "rest": 0}
    return change(world, Kind.SPLIT, plan=plan, **more)


def merge(world, **more):
    return change(world, Kind.MERGE, target=world.sibling, **more)


def figures(world):
    head = Headcount(Place.objects.get(pk=world.district.pk), today())
    return head.number_of(), head.by_kind()


def unit_of(person):
    return Membership.objects.get(person=person, until=None).team.place.name


def posts(person):
    held = Appointment.objects.current().filter(person=person).exclude(role=Role.VOLUNTEER).select_related("place")
    return {(post.role, post.place.own_label, post.deputy) for post in held}


def state():
    return [
        list(model.objects.order_by("pk").values_list("pk"))
        for model in (Place, Membership, Appointment, Squad, Responsibility, Event, Team)
    ]


def test_a_preview_changes_nothing_and_says_what_will_happen(town):
    before = state()
    said = split(town).preview()
    assert state() == before and list(problems()) == []
    done = split(town).decide(by=town.he).outcome
    assert done == said
    assert said["by_unit"] == {"中浩云第一居委会": 3, "中浩云第二居委会": 1}
    assert (said["members"], said["registrations"], said["tasks"]) == (4, 1, 1)


def test_a_split_takes_everybody_home(town):
    before = figures(town)
    split(town).decide(by=town.he)
    assert figures(town) == before and list(problems()) == []
    assert unit_of(town.alan) == unit_of(town.zhou) == "中浩云第一居委会" and unit_of(town.lin) == "中浩云第二居委会"
    assert posts(town.zhou) == {(Role.CAPTAIN, "中浩云第一居委会", False)}
    assert posts(town.wang) == {
        (Role.SECRETARY, "中浩云第一居委会", False),
        (Role.SECRETARY, "中浩云第二居委会", False),
    }
    assert (Role.RESIDENT_LEADER, "富平路20弄1号", False) in posts(town.lin)
    registration = Registration.objects.get(pk=town.new_one.pk)
    assert registration.place.name == "中浩云第二居委会"
    assert posts(registration.person) == {(Role.REGISTRANT, "中浩云第二居委会", False)}
    assert Task.objects.get(pk=town.open_task.pk).place.name == "中浩云第一居委会"
    squads = Squad.objects.filter(team__place__name="中浩云第二居委会").values_list("name", flat=True)
    assert list(squads) == ["第二分队"]
    for building in [*town.buildings, *town.second_buildings]:
        duty = Responsibility.objects.get(building=building, until=None)
        assert Place.objects.get(pk=building.pk).is_under(duty.squad.team.place)


def test_history_stays_and_hours_are_never_touched(town):
    award(
        town.alan, hours=2, factor="ordinary", place=town.neighbourhood, served_on=today(), reason="巡看",
        source=town.open_task, by=town.zhou,
    )  # fmt: skip
    entries, events = list(Entry.objects.values()), list(Event.objects.values())
    split(town).decide(by=town.he)
    assert list(Entry.objects.values()) == entries
    assert list(Event.objects.filter(pk__lte=events[-1]["id"]).values()) == events
    old, new = Membership.objects.filter(person=town.alan).order_by("pk")
    assert (old.team.place, old.until, new.since, new.home) == (town.neighbourhood, today(), today(), town.buildings[0])
    end = Event.objects.about(old).last()
    assert (end.verb, end.reason) == ("membership.end", following.REASON)
    assert Event.objects.filter(verb="place.reorganise").count() == 1


def test_two_neighbourhoods_become_one(town):
    appoint(town.neighbour, Role.CAPTAIN, town.sibling, by=None)
    Squad.objects.create(team=Team.of(town.sibling), name="第一分队")
    before = figures(town)
    outcome = merge(town).decide(by=town.he).outcome
    assert figures(town) == before and list(problems()) == []
    assert posts(town.zhou) == {(Role.CAPTAIN, "万里名轩居委会", True)} and outcome["deputies"] == [
        {"post": "队长", "place": "万里名轩居委会"}
    ]
    assert posts(town.neighbour) == {(Role.CAPTAIN, "万里名轩居委会", False)}
    names = Squad.objects.filter(team__place=town.sibling).values_list("name", flat=True)
    assert set(names) == {"第一分队", "第一分队（原中浩云居委会）", "第二分队"}
    assert Task.objects.get(pk=town.open_task.pk).place == town.sibling


def test_namesake_buildings_become_one_with_one_leader_each(town):
    _, (first, *_) = town._estate("中浩云苑", "富平路18弄", town.sibling, 1)
    leader = town.member("李同", town.sibling, home=first)
    appoint(leader, Role.ONLINE_LEADER, first, by=None)
    merge(town).decide(by=town.he)
    assert list(problems()) == []
    assert (Role.ONLINE_LEADER, "富平路18弄1号", False) in posts(leader)
    assert (Role.ONLINE_LEADER, "富平路18弄1号", True) in posts(town.alan)
    assert Membership.objects.get(person=town.alan, until=None).home == first
    assert Appointment.objects.current().filter(place=first, role=Role.ONLINE_LEADER, deputy=False).count() == 1


def test_an_estate_goes_to_the_next_neighbourhood(town):
    before = figures(town)
    outcome = change(
        town, Kind.TRANSFER, target=town.sibling, plan={"estates": [town.second.pk]}
    ).decide(by=town.he).outcome  # fmt: skip
    assert figures(town) == before and list(problems()) == []
    assert unit_of(town.lin) == "万里名轩居委会" and unit_of(town.alan) == "中浩云居委会"
    assert (outcome["members"], outcome["stay"]) == (1, 3)
    assert posts(town.zhou) == {(Role.CAPTAIN, "中浩云居委会", False)}
    assert (Role.RESIDENT_LEADER, "富平路20弄1号", False) in posts(town.lin)
    assert Registration.objects.get(pk=town.new_one.pk).place == town.sibling


def test_a_captain_whose_estate_goes_is_listed_as_a_vacancy(town):
    Membership.objects.filter(person=town.zhou).update(home=town.second_buildings[1])
    outcome = change(
        town, Kind.TRANSFER, target=town.sibling, plan={"estates": [town.second.pk]}
    ).decide(by=town.he).outcome  # fmt: skip
    assert outcome["ended"] == [{"post": "队长", "place": "中浩云居委会"}]
    assert Team.of(town.neighbourhood).captain() is None and posts(town.zhou) == set()


def test_chosen_members_go_to_another_team_of_the_same_subdistrict(town):
    mine = Membership.objects.get(person=town.alan)
    plan = {"members": [mine.pk]}
    outcome = change(town, Kind.MEMBERS, target=town.sibling, plan=plan).decide(by=town.he).outcome
    assert outcome["members"] == 1 and unit_of(town.alan) == "万里名轩居委会" and list(problems()) == []
    assert posts(town.alan) == set() and outcome["ended"] == [{"post": "线上楼长", "place": "富平路18弄1号"}]
    assert unit_of(town.wu) == "中浩云居委会" and (Role.SQUAD_LEADER, "中浩云居委会", False) in posts(town.wu)
    with pytest.raises(Refused, match="同一街镇"):
        change(town, Kind.MEMBERS, target=town.far, plan=plan).preview()


def test_a_paused_member_stays_paused(town):
    mine = Membership.objects.get(person=town.alan)
    mine.pause(by=town.alan)
    split(town).decide(by=town.he)
    assert Membership.objects.get(person=town.alan, until=None).paused_at == mine.paused_at
    assert posts(town.alan) == {(Role.REGISTRANT, "中浩云第一居委会", False)}


def test_a_new_name_moves_nobody(town):
    outcome = change(town, Kind.RENAME, plan={"name": "中浩云社区居委会", "code": ""}).decide(by=town.he).outcome
    assert outcome["members"] == 0 and unit_of(town.alan) == "中浩云社区居委会"
    assert not Event.objects.filter(verb="membership.move").exists()


def test_for_a_day_to_come_the_clock_does_it(town):
    day = today() + dt.timedelta(days=3)
    one = split(town, on=day).decide(by=town.he)
    assert one.is_planned and unit_of(town.alan) == "中浩云居委会" and apply_due() == 0
    with pytest.raises(Refused, match="还没有到"):
        one.apply(by=town.he)
    with pytest.raises(Refused, match="待生效"):
        merge(town, on=day).decide(by=town.he)
    with time_machine.travel(timezone.now() + dt.timedelta(days=3), tick=False):
        before = figures(town)
        assert apply_due() == 1 and apply_due() == 0
        assert unit_of(town.alan) == "中浩云第一居委会" and figures(town) == before and list(problems()) == []
    assert Reorganisation.objects.get(pk=one.pk).status == Reorganisation.Status.APPLIED


def test_what_cannot_be_done_on_its_day_is_told_and_leaves_everything(town):
    one = split(town, on=today() + dt.timedelta(days=3)).decide(by=town.he)
    Place.objects.create(level=Level.NEIGHBOURHOOD, name="别的", code=PARTS[0]["code"], parent=town.subdistrict)
    with time_machine.travel(timezone.now() + dt.timedelta(days=3), tick=False):
        assert apply_due() == 1 and apply_due() == 0
    assert Reorganisation.objects.get(pk=one.pk).status == Reorganisation.Status.FAILED
    assert "已在使用" in Event.objects.about(one).last().reason and unit_of(town.alan) == "中浩云居委会"


def test_a_plan_can_be_called_off(town):
    one = split(town, on=today() + dt.timedelta(days=3)).decide(by=town.he)
    one.cancel(by=town.he, reason="方案有变")
    with time_machine.travel(timezone.now() + dt.timedelta(days=3), tick=False):
        assert apply_due() == 0
    assert unit_of(town.alan) == "中浩云居委会"


@pytest.mark.parametrize("who", ["wang", "shen", "zhou", "alan", "admin"])
def test_only_the_district_reorganises(town, who):
    one = split(town, on=today() + dt.timedelta(days=3)).decide(by=town.he)
    with pytest.raises(PermissionDenied):
        one.cancel(by=getattr(town, who))


def test_the_same_change_twice_is_refused_the_second_time(town):
    split(town).decide(by=town.he)
    with pytest.raises(Refused, match="已经撤销"):
        split(town).decide(by=town.he)
    assert Place.objects.filter(code=PARTS[0]["code"]).count() == 1


def test_red_twin_without_following_people_stand_at_a_closed_place(town):
    town.neighbourhood.split(into=[(part["code"], part["name"]) for part in PARTS], on=today(), by=town.he)
    found = "\n".join(problems())
    for kind in ("teams.membership", "access.appointment", "registrations.registration", "tasks.task"):
        assert kind in found
    head = Headcount(Place.objects.get(pk=town.district.pk), today())
    assert {unit.name for unit in head.uncovered()} >= {"中浩云第一居委会", "中浩云第二居委会"}


def test_red_twin_without_the_single_holder_rule_a_merge_makes_two_captains(town, monkeypatch):
    appoint(town.neighbour, Role.CAPTAIN, town.sibling, by=None, until=today() + dt.timedelta(days=300))
    monkeypatch.setattr(following, "SINGLE", [])
    merge(town).decide(by=town.he)
    assert any("holders of captain" in line for line in problems())


def queries_of(act):
    with CaptureQueriesContext(connection) as seen:
        act()
    return len(seen)


def test_queries_do_not_grow_with_the_members(town):
    few = queries_of(lambda: split(town).preview())
    for n in range(40):
        town.member(f"新{chr(0x4E00 + n)}", town.neighbourhood, squad=town.squads[n % 2], home=town.buildings[n % 4])
    assert queries_of(lambda: split(town).preview()) <= few + 2  # squads that now have members on both sides
    split(town).decide(by=town.he)
    assert Person.objects.filter(memberships__until=None, memberships__team__place__name=PARTS[0]["name"]).count() == 43


@pytest.mark.parametrize("kind", [Kind.SPLIT, Kind.MERGE, Kind.TRANSFER, Kind.MEMBERS])
def test_every_invariant_of_the_house_holds_afterwards(town, kind):
    before = set(all_problems())
    plans = {
        Kind.SPLIT: lambda: split(town), Kind.MERGE: lambda: merge(town),
        Kind.TRANSFER: lambda: change(town, kind, target=town.sibling, plan={"estates": [town.second.pk]}),
        Kind.MEMBERS: lambda: change(
            town, kind, target=town.sibling, plan={"members": [Membership.objects.get(person=town.alan).pk]}
        ),
    }  # fmt: skip
    plans[kind]().decide(by=town.he)
    assert set(all_problems()) == before and list(problems()) == []


def test_an_estate_lands_in_its_namesake(town):
    twin, (first, *_) = town._estate("富平小区", "富平路20弄", town.sibling, 1)
    change(town, Kind.TRANSFER, target=town.sibling, plan={"estates": [town.second.pk]}).decide(by=town.he)
    assert Membership.objects.get(person=town.lin, until=None).home == first and list(problems()) == []
    assert Place.objects.get(pk=town.second.pk).successions.get().new == twin
    with pytest.raises(Refused, match="重选"):
        change(town, Kind.TRANSFER, target=town.sibling, plan={"estates": [town.second.pk]}).decide(by=town.he)


def test_series_disputes_and_paper_hours_follow_and_the_office_keeps_its_number(town):
    series = Series.begin(
        by=town.zhou, place=town.neighbourhood, title="巡看", spot="门口", seats=2, every="week", risk_text="风险低",
        first=today() + dt.timedelta(days=1), until=today() + dt.timedelta(days=60), starts=dt.time(9), ends=dt.time(10),
    )  # fmt: skip
    dispute = Dispute.objects.create(
        kind="missing", person=town.lin, place=town.neighbourhood, served_on=today(), what="巡看", hours=2, words="漏了"
    )
    paper = BackEntry.objects.create(
        person=town.alan, place=town.neighbourhood, served_on=today(), hours=1, what="巡看", evidence="签到表",
        sheet="s1", entered_by=town.zhou,
    )  # fmt: skip
    outcome = split(town).decide(by=town.he).outcome
    assert (outcome["series"], outcome["hours"]) == (1, 2) and list(problems()) == []
    first, second = (Place.objects.get(name=part["name"]) for part in PARTS)
    assert Series.objects.get(pk=series.pk).place == first and BackEntry.objects.get(pk=paper.pk).place == first
    assert Dispute.objects.get(pk=dispute.pk).place == second
    assert first.contact_phone == second.contact_phone == town.neighbourhood.contact_phone


def test_whoever_stands_in_goes_on_standing_in_and_invitations_end(town):
    secretary = Appointment.objects.get(person=town.wang, role=Role.SECRETARY)
    Appointment.objects.create(
        person=town.shen, role=Role.SECRETARY, place=town.neighbourhood, deputy=True, stands_in_for=secretary,
        until=today() + dt.timedelta(days=9),
    )  # fmt: skip
    asked = Invitation.send(town.alan, Role.CAPTAIN, town.neighbourhood, by=town.wang, deputy=True)
    kept = Invitation.send(town.alan, Role.RESIDENT_LEADER, town.buildings[2], by=town.wang)
    split(town).decide(by=town.he)
    stand_ins = Appointment.objects.current().filter(person=town.shen, role=Role.SECRETARY)
    assert {post.stands_in_for.place_id for post in stand_ins} == {post.place_id for post in stand_ins}
    assert len(stand_ins) == 2
    assert Invitation.objects.get(pk=asked.pk).status == Invitation.Status.WITHDRAWN
    assert Invitation.objects.get(pk=kept.pk).status == Invitation.Status.PENDING


def test_a_stranger_may_not_even_look(town):
    for who in (town.wang, town.shen, town.far_secretary):
        one = split(town)
        one.by = who
        with pytest.raises(PermissionDenied):
            one.preview()
