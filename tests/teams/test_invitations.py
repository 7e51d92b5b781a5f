"""People are asked, not put into a post: a yes appoints, a no leaves no mark, and of two who say yes one has it."""

import dataclasses
import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from tests.teams.test_posts import at_once, fresh
from tongxin.access.models import Appointment, today
from tongxin.access.policy import Role
from tongxin.journal.models import Event
from tongxin.notifications.deliver import deliver
from tongxin.notifications.models import Notice
from tongxin.people.own_data import own_data
from tongxin.teams import posts
from tongxin.teams.invitations import TAKEN, Invitation, expire_old
from tongxin.teams.models import Membership
from tongxin.teams.suggesting import suggest
from tongxin.workflow.transitions import CLOCK, Refused

Status = Invitation.Status


@pytest.fixture
def asked(world):
    return Invitation.send(world.alan, Role.RESIDENT_LEADER, world.buildings[2], by=world.zhou)


def leader_of(building, role=Role.RESIDENT_LEADER):
    return [post.person for post in Appointment.objects.current().filter(place=building, role=role, deputy=False)]


def notices(kind):
    deliver()
    return [notice.person for notice in Notice.objects.filter(kind=kind)]


def without_guard(monkeypatch, name):
    verb = vars(Invitation)[name]
    closure = dict(zip(verb.__code__.co_freevars, verb.__closure__, strict=True))
    monkeypatch.setattr(closure["move"], "cell_contents", dataclasses.replace(verb.move, guard=None))


def test_a_yes_appoints(world, asked):
    assert notices("invitation") == [world.alan] and asked.due_on == today() + dt.timedelta(days=7)
    asked.accept(by=world.alan)
    assert leader_of(world.buildings[2]) == [world.alan] and notices("invitation_accepted") == [world.zhou]
    post = Appointment.objects.get(place=world.buildings[2])
    assert post.appointed_by == world.zhou and Event.objects.about(post).get().actor_id == world.alan.pk


def test_a_no_is_only_a_not_now(world, asked):
    asked.decline(by=world.alan)
    assert leader_of(world.buildings[2]) == [] and notices("invitation_declined") == [world.zhou]
    words = Notice.objects.get(kind="invitation_declined")
    assert "阿兰" not in words.title + words.body and Event.objects.about(asked).last().reason == ""
    page = world.client(world.wang).get(reverse("teams:team")).content.decode()
    assert "暂时无法" in page
    assert world.alan not in [one.person for one in suggest(world.buildings[2], full=True)]


@pytest.mark.parametrize("verb", ["accept", "decline"])
@pytest.mark.parametrize("who", ["zhou", "wang", "wu", "outsider"])
def test_nobody_answers_for_another(world, asked, verb, who):
    with pytest.raises(PermissionDenied):
        getattr(asked, verb)(by=getattr(world, who))


def test_asked_twice_is_asked_once(world, asked):
    again = Invitation.send(world.alan, Role.RESIDENT_LEADER, world.buildings[2], by=world.wang)
    assert again.pk == asked.pk and Event.objects.filter(verb="invitation.send").count() == 1


def test_of_two_who_accept_one_has_it_and_the_other_is_thanked(world, asked):
    other = Invitation.send(world.zhou, Role.RESIDENT_LEADER, world.buildings[2], by=world.wang)
    stale = Invitation.objects.get(pk=other.pk)
    asked.accept(by=world.alan)
    assert Invitation.objects.get(pk=other.pk).status == Status.WITHDRAWN
    assert notices("invitation_withdrawn") == [world.zhou]
    with pytest.raises(Refused, match="谢谢您愿意"):
        stale.accept(by=world.zhou)
    assert leader_of(world.buildings[2]) == [world.alan] and "谢谢" in TAKEN


def test_red_twin_without_the_look_the_database_still_holds(world, asked, monkeypatch):
    from django.db import IntegrityError, transaction

    posts.put_in_post(world.zhou, Role.RESIDENT_LEADER, world.buildings[2], by=world.wang)
    monkeypatch.setattr(posts, "holders", lambda *asked, **more: Appointment.objects.none())
    with pytest.raises(IntegrityError), transaction.atomic():
        asked.accept(by=world.alan)


def test_nobody_answered_in_time(world, asked, monkeypatch):
    assert expire_old() == 0
    with time_machine.travel(timezone.now() + dt.timedelta(days=8), tick=False):
        with pytest.raises(Refused, match="过期"):
            Invitation.objects.get(pk=asked.pk).accept(by=world.alan)
        assert expire_old() == 1 and expire_old() == 0
        assert notices("invitation_expired") == [world.zhou]
        without_guard(monkeypatch, "accept")  # the red twin: an answer after weeks appoints all the same
        late = Invitation.send(world.wu, Role.RESIDENT_LEADER, world.buildings[2], by=world.wang)
        Invitation.objects.filter(pk=late.pk).update(due_on=today() - dt.timedelta(days=30))
        Invitation.objects.get(pk=late.pk).accept(by=world.wu)
        assert leader_of(world.buildings[2]) == [world.wu]


def test_only_the_clock_lets_it_expire(world, asked):
    with pytest.raises(Refused, match="系统"):
        asked.expire(by=world.wang)
    asked.expire(by=CLOCK)


def test_whoever_left_meanwhile_is_not_appointed(world, asked):
    Membership.objects.get(person=world.alan).leave(by=world.alan)
    with pytest.raises(Refused, match="在队成员"):
        asked.accept(by=world.alan)


def test_who_may_ask_for_what(world):
    building, unit = world.buildings[2], world.neighbourhood
    for who in (world.wu, world.alan, world.shen, world.he, world.far_secretary):
        with pytest.raises(PermissionDenied):
            Invitation.send(world.zhou, Role.ONLINE_LEADER, building, by=who)
    with pytest.raises(PermissionDenied):  # a deputy captain reads numbers: only the neighbourhood offers that
        Invitation.send(world.alan, Role.CAPTAIN, unit, by=world.zhou, deputy=True)
    with pytest.raises(Refused, match="任命"):
        Invitation.send(world.alan, Role.CAPTAIN, unit, by=world.wang)
    with pytest.raises(Refused, match="请邀请别人"):
        Invitation.send(world.zhou, Role.ONLINE_LEADER, building, by=world.zhou)
    deputy = Invitation.send(world.alan, Role.CAPTAIN, unit, by=world.wang, deputy=True)
    assert deputy.post == "副队长"
    deputy.accept(by=world.alan)
    assert Appointment.objects.current().filter(person=world.alan, role=Role.CAPTAIN, deputy=True).exists()


def test_a_squad_leader_and_a_deputy_leader_by_invitation(world):
    one = Invitation.send(world.alan, Role.SQUAD_LEADER, world.neighbourhood, by=world.wang, squad=world.squads[0])
    assert one.post == "第一分队分队长"
    one.accept(by=world.alan)
    two = Invitation.send(world.zhou, Role.ONLINE_LEADER, world.buildings[0], by=world.wang, deputy=True)
    assert two.post.endswith("线上楼长副手")
    two.accept(by=world.zhou)
    assert leader_of(world.buildings[0], Role.ONLINE_LEADER) == [world.alan]


def test_suggested_are_at_most_five_who_live_near_in_name_order(world):
    building = world.buildings[2]
    for name in ("周安", "陈安", "李安"):
        world.member(name, world.neighbourhood, home=building)
    for name in ("白安", "丁安", "马安"):
        world.member(name, world.neighbourhood, home=world.buildings[3])
    found = suggest(building, full=True)
    assert [one.name for one in found] == ["陈安", "李安", "周安", "白安", "丁安"]
    assert [one.why for one in found[2:4]] == ["就住在这栋楼", "住在同一个小区"]
    assert suggest(building, full=False)[0].name == "陈*"


def test_two_taps_from_the_vacancy_to_the_invitation(world):
    world.member("李安", world.neighbourhood, home=world.buildings[2])
    client = world.client(world.wang)
    page = reverse("teams:invite", args=[world.buildings[2].pk])
    assert page in client.get(reverse("teams:buildings")).content.decode()
    suggestion = client.get(page).context["suggestions"][0]
    client.post(page, {"post": "resident", "person": suggestion.person.pk})
    invitation = Invitation.objects.get()
    assert (invitation.person.name, invitation.place) == ("李安", world.buildings[2])
    answer = world.client(invitation.person).post(reverse("teams:accept", args=[invitation.pk]), follow=True)
    assert "您现在是" in answer.content.decode() and leader_of(world.buildings[2]) == [invitation.person]


def test_the_invited_sees_who_asks_and_until_when(world, asked):
    page = world.client(world.alan).get(reverse("teams:invitation", args=[asked.pk])).content.decode()
    assert "周队长" in page and "暂时无法参加" in page and "周建国" not in page
    assert world.client(world.wang).get(reverse("teams:invitation", args=[asked.pk])).status_code == 404


def test_ones_own_copy_has_team_posts_and_invitations(world, asked):
    part = own_data(world.alan)["队伍"]
    assert part["在队"][0]["分队"] == "第一分队" and part["职务"][0]["职务"] == "线上楼长"
    assert part["邀请"] == [{"职务": "富平路18弄3号楼组长", "结果": "等回复", "时间": f"{asked.invited_at:%Y-%m-%d}"}]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_three_accept_at_the_same_moment(live_world):
    world = live_world
    people = [world.alan, world.zhou, world.wu]
    rows = [Invitation.send(p, Role.RESIDENT_LEADER, world.buildings[2], by=fresh(world.wang)) for p in people]

    def accepting(row, person):
        return lambda: Invitation.objects.get(pk=row.pk).accept(by=fresh(person))

    raised = at_once(*(accepting(row, person) for row, person in zip(rows, people, strict=True)))
    assert {type(error) for error in raised} == {Refused} and len(raised) == 2
    assert len(leader_of(world.buildings[2])) == 1
    assert Invitation.objects.filter(status=Status.ACCEPTED).count() == 1
    assert Invitation.objects.filter(status=Status.WITHDRAWN).count() == 2


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_one_invitation_pressed_six_times_appoints_once(live_world):
    world = live_world
    row = Invitation.send(world.alan, Role.RESIDENT_LEADER, world.buildings[2], by=world.wang)
    raised = at_once(*[lambda: Invitation.objects.get(pk=row.pk).accept(by=fresh(world.alan))] * 6)
    assert {type(error) for error in raised} == {Refused} and len(raised) == 5
    assert leader_of(world.buildings[2]) == [world.alan]
