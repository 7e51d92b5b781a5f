"""Posts for a term, replaced with everything that is open; squads re-cut without a gap."""

import datetime as dt
import threading

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connection, connections
from django.urls import reverse
from django.utils import timezone

from tongxin.access.models import Appointment, today
from tongxin.access.policy import Permission as P
from tongxin.access.policy import Role
from tongxin.access.rules import can
from tongxin.journal.models import Event
from tongxin.notifications.deliver import deliver
from tongxin.notifications.models import Notice
from tongxin.people.models import Person
from tongxin.tasks.models import Task
from tongxin.teams import clockwork, handover, posts, squads
from tongxin.teams.checks import problems
from tongxin.teams.handover import complete, open_promises
from tongxin.teams.invitations import Invitation
from tongxin.teams.models import Handover, Membership, Responsibility, Squad, Team
from tongxin.teams.posts import end_post, put_in_post, replace_captain
from tongxin.teams.squads import create_squad, cut_from, dissolve_squad, rename_squad
from tongxin.teams.team import span_line
from tongxin.workflow.transitions import Refused

SOON = dt.timedelta(days=365)


def fresh(person):
    return Person.objects.get(pk=person.pk)


def post_of(person, role):
    return Appointment.objects.current().filter(person=person, role=role).first()


# posts


def test_a_deputy_for_a_term(world):
    post = put_in_post(
        world.alan, Role.CAPTAIN, world.neighbourhood, by=world.wang, until=today() + SOON, deputy=True
    )  # fmt: skip
    assert can(fresh(world.alan), P.PUBLISH_TASK, world.neighbourhood) and Team.of(world.neighbourhood).captain()
    with time_machine.travel(timezone.now() + SOON, tick=False):  # the last day is the one before `until`
        assert not can(fresh(world.alan), P.PUBLISH_TASK, world.neighbourhood)
    event = Event.objects.about(post).get()
    assert (event.actor_id, event.facts["deputy"]) == (world.wang.pk, True)


def test_several_deputies_but_one_captain(world):
    for person in (world.alan, world.wu):
        put_in_post(person, Role.CAPTAIN, world.neighbourhood, by=world.wang, deputy=True)
    extra = world.member("李同", world.neighbourhood)
    with pytest.raises(Refused, match="换人"):
        put_in_post(extra, Role.CAPTAIN, world.neighbourhood, by=world.wang)


@pytest.mark.parametrize("who", ["zhou", "wu", "alan", "shen", "he", "far_secretary", "admin"])
def test_only_the_neighbourhoods_secretary_appoints(world, who):
    with pytest.raises(PermissionDenied):
        put_in_post(world.alan, Role.CAPTAIN, world.neighbourhood, by=getattr(world, who), deputy=True)
    with pytest.raises(PermissionDenied):
        end_post(post_of(world.zhou, Role.CAPTAIN), by=getattr(world, who))


def test_who_cannot_have_a_post(world):
    paused = world.member("李同", world.neighbourhood)
    Membership.objects.get(person=paused).pause(by=paused)
    refused = [
        (world.outsider, Role.CAPTAIN, world.neighbourhood, {}, "在队成员"),
        (paused, Role.CAPTAIN, world.neighbourhood, {"deputy": True}, "在队成员"),
        (world.alan, Role.CAPTAIN, world.buildings[0], {}, "没有这个职务"),
        (world.alan, Role.SECRETARY, world.neighbourhood, {}, "没有这个职务"),
        (world.alan, Role.CAPTAIN, world.neighbourhood, {"deputy": True, "until": today()}, "任期"),
        (world.alan, Role.ONLINE_LEADER, world.buildings[0], {}, "已经是"),
        (world.zhou, Role.ONLINE_LEADER, world.buildings[0], {}, "已经有人"),
    ]
    for person, role, place, more, word in refused:
        with pytest.raises(Refused, match=word):
            put_in_post(person, role, place, by=world.wang, **more)


def test_a_squad_leader_leads_the_own_squad(world):
    with pytest.raises(Refused, match="已经有人"):  # the second squad has 吴分队长
        other = world.member("李同", world.neighbourhood, squad=world.squads[1])
        put_in_post(other, Role.SQUAD_LEADER, world.neighbourhood, by=world.wang)
    put_in_post(world.alan, Role.SQUAD_LEADER, world.neighbourhood, by=world.wang)
    loose = world.member("林同", world.neighbourhood)
    with pytest.raises(Refused, match="编进分队"):
        put_in_post(loose, Role.SQUAD_LEADER, world.neighbourhood, by=world.wang, deputy=True)


def test_red_twin_without_the_look_a_term_hides_a_second_captain(world, monkeypatch):
    end_post(post_of(world.zhou, Role.CAPTAIN), by=world.wang)
    put_in_post(world.zhou, Role.CAPTAIN, world.neighbourhood, by=world.wang, until=today() + SOON)
    with pytest.raises(Refused):
        put_in_post(world.alan, Role.CAPTAIN, world.neighbourhood, by=world.wang, until=today() + SOON)
    monkeypatch.setattr(posts, "why_not", lambda *asked, **more: None)
    put_in_post(world.alan, Role.CAPTAIN, world.neighbourhood, by=world.wang, until=today() + SOON)
    assert any("holders of captain" in line for line in problems())


def test_ending_a_post_leaves_a_named_vacancy(world):
    end_post(post_of(world.wu, Role.SQUAD_LEADER), by=world.wang, reason="搬家")
    page = world.client(world.wang).get(reverse("teams:team")).content.decode()
    assert "第二分队的分队长空缺" in page and "第一分队的分队长空缺" in page
    with pytest.raises(Refused, match="已经结束"):
        end_post(Appointment.objects.filter(person=world.wu, role=Role.SQUAD_LEADER).first(), by=world.wang)


def test_a_term_that_ends_is_told_once(world):
    put_in_post(
        world.alan, Role.CAPTAIN, world.neighbourhood, by=world.wang, until=today() + dt.timedelta(days=40), deputy=True
    )
    assert clockwork.terms_end(timezone.now()) == 0
    with time_machine.travel(timezone.now() + dt.timedelta(days=10, minutes=1), tick=False):
        assert clockwork.terms_end(timezone.now()) == 1 and clockwork.terms_end(timezone.now()) == 0
        deliver()
    assert set(Notice.objects.filter(kind="term_soon").values_list("person", flat=True)) == {
        world.alan.pk,
        world.wang.pk,
    }
    with time_machine.travel(timezone.now() + dt.timedelta(days=40, minutes=1), tick=False):
        assert clockwork.terms_end(timezone.now()) == 1 and clockwork.terms_end(timezone.now()) == 0
        deliver()
        assert Notice.objects.filter(kind="term_over").get().person == world.wang
        assert Notice.objects.get(kind="term_over").title == "有一个职务任期到了：队长"


def test_a_post_ended_by_hand_is_no_expired_term(world):
    post = put_in_post(world.alan, Role.CAPTAIN, world.neighbourhood, by=world.wang, until=today() + SOON, deputy=True)
    end_post(post, by=world.wang)
    assert clockwork.terms_end(timezone.now()) == 0


# handing over


def test_a_new_captain_takes_over_everything_that_is_open(world):
    task, draft, reported = world.task(), world.task(status=Task.Status.DRAFT), world.past_task()
    world.claimed(reported, world.wu, status="reported", hours=1, reported_at=timezone.now())
    world.registration.accept(by=world.wang)
    member = world.member("李同", world.neighbourhood)
    asked = Invitation.send(member, Role.RESIDENT_LEADER, world.buildings[2], by=world.zhou)
    whats = sorted({line.what for line in open_promises(world.zhou, world.neighbourhood)})
    assert whats == sorted(["任务联系人", "任务草稿", "待核验的时长", "等联络的新报到", "等回复的邀请"])
    _, done = replace_captain(world.alan, world.neighbourhood, by=world.wang, until=today() + SOON)
    assert Team.of(world.neighbourhood).captain().person == world.alan and post_of(world.zhou, Role.CAPTAIN) is None
    assert {Task.objects.get(pk=one.pk).contact_id for one in (task, draft, reported)} == {world.alan.pk}
    assert Invitation.objects.get(pk=asked.pk).invited_by == world.alan
    assert len(done.lines) == 6 and Event.objects.filter(verb="task.hand_over").count() == 3
    assert Event.objects.about(done).get().facts["lines"] == 6
    assert open_promises(fresh(world.zhou), world.neighbourhood) == []
    sheet = world.client(world.wang).get(reverse("teams:handed", args=[done.pk])).content.decode()
    assert all(word in sheet for word in ("周建国", "陈阿兰", task.title, "签字"))
    kept = str(done.lines)
    assert not any(person.name in kept for person in Person.objects.all())


def test_red_twin_without_the_rooms_the_promises_stay_behind(world, monkeypatch):
    open_promises(world.zhou, world.neighbourhood)  # the rooms have registered
    task = world.task()
    monkeypatch.setattr(handover, "HANDOVERS", [])
    replace_captain(world.alan, world.neighbourhood, by=world.wang)
    assert Task.objects.get(pk=task.pk).contact == world.zhou


def test_replacing_a_captain_is_all_or_nothing(world, monkeypatch):
    def fails(*asked, **more):
        raise Refused("不行")

    monkeypatch.setattr(handover, "complete", fails)
    with pytest.raises(Refused):
        replace_captain(world.alan, world.neighbourhood, by=world.wang)
    assert Team.of(world.neighbourhood).captain().person == world.zhou


def test_only_somebody_of_the_team_takes_over(world):
    world.task()
    with pytest.raises(Refused, match="本居村"):
        complete(world.zhou, world.outsider, world.neighbourhood, by=world.wang)
    with pytest.raises(PermissionDenied):
        complete(world.zhou, world.alan, world.neighbourhood, by=world.wu)
    assert not Handover.objects.exists()


def test_one_press_on_the_page_hands_over(world):
    task = world.task()
    page = reverse("teams:handover", args=[world.neighbourhood.pk, world.zhou.pk])
    assert task.title in world.client(world.wang).get(page).content.decode()
    assert world.client(world.wang).post(page, {"new": world.alan.pk}).status_code == 302
    assert Task.objects.get(pk=task.pk).contact == world.alan


def test_who_left_and_is_still_a_contact_is_named_to_be_handed_over(world):
    task = world.task(contact=world.alan)
    page = reverse("teams:team")
    assert "离队的人手上还有事" not in world.client(world.wang).get(page).content.decode()
    Membership.objects.get(person=world.alan).leave(by=world.alan)
    seen = world.client(world.wang).get(page)
    link = reverse("teams:handover", args=[world.neighbourhood.pk, world.alan.pk])
    assert link in seen.content.decode()
    world.client(world.wang).post(link, {"new": world.zhou.pk})
    assert Task.objects.get(pk=task.pk).contact == world.zhou
    assert link not in world.client(world.wang).get(page).content.decode()


def test_ending_a_captain_asks_who_takes_over(world):
    task = world.task()
    page = reverse("teams:post_end", args=[post_of(world.zhou, Role.CAPTAIN).pk])
    client = world.client(world.wang)
    assert client.post(page).status_code == 200 and post_of(world.zhou, Role.CAPTAIN)
    assert client.post(page, {"new": world.alan.pk, "reason": "换届"}).status_code == 302
    assert post_of(world.zhou, Role.CAPTAIN) is None and Task.objects.get(pk=task.pk).contact == world.alan


def test_the_form_appoints_and_replaces(world):
    page = reverse("teams:post_new", args=[world.neighbourhood.pk])
    client = world.client(world.wang)
    assert "周建国" in client.get(page).content.decode()
    assert (
        client.post(page, {"post": "captain", "person": world.alan.pk, "until": f"{today() + SOON}"}).status_code == 302
    )
    assert Team.of(world.neighbourhood).captain().person == world.alan
    answer = client.post(page, {"post": "resident", "person": world.zhou.pk})
    assert "请选是哪一栋楼" in answer.content.decode()
    client.post(page, {"post": "resident", "person": world.zhou.pk, "building": world.buildings[3].pk})
    assert post_of(world.zhou, Role.RESIDENT_LEADER).place == world.buildings[3]


# squads


def ticked(world, *people, buildings=()):
    members = Membership.objects.filter(person__in=people).values_list("pk", flat=True)
    return {"members": list(members), "buildings": [place.pk for place in buildings]}


def test_members_and_buildings_go_to_another_squad(world):
    cut = cut_from(world.squads[0], to=world.squads[1], **ticked(world, world.alan, buildings=world.buildings[:1]))
    assert cut.words[0] == "1名队员从第一分队编入第二分队：第一分队剩1人，第二分队到2人"
    cut.do(by=world.zhou)
    assert Membership.objects.get(person=world.alan).squad == world.squads[1]
    rows = Responsibility.objects.filter(building=world.buildings[0]).order_by("pk")
    assert [(row.squad, row.until) for row in rows] == [(world.squads[0], today()), (world.squads[1], None)]
    assert Responsibility.objects.filter(until=None).count() == 4
    with pytest.raises(Refused, match="先调整过"):
        cut.do(by=world.zhou)


def test_the_page_shows_the_effect_first(world):
    page = reverse("teams:squad", args=[world.squads[0].pk])
    client, given = world.client(world.wang), {"to": world.squads[1].pk} | ticked(world, world.alan)
    assert "编入第二分队" in client.post(page, given).content.decode()
    assert Membership.objects.get(person=world.alan).squad == world.squads[0]
    client.post(page, given | {"sure": "1"})
    assert Membership.objects.get(person=world.alan).squad == world.squads[1]


def test_a_leader_is_not_moved_along_by_accident(world, monkeypatch):
    cut = cut_from(world.squads[1], to=world.squads[0], **ticked(world, world.wu))
    with pytest.raises(Refused, match="分队长"):
        cut.do(by=world.zhou)
    monkeypatch.setattr(squads.Cut, "_check", lambda self: None)  # the red twin: one squad loses its leader unseen
    cut.do(by=world.zhou)
    assert Membership.objects.get(person=world.wu).squad == world.squads[0]


def test_squads_of_other_teams_are_out_of_reach(world):
    other = Squad.objects.create(team=Team.of(world.sibling), name="别处")
    with pytest.raises(Refused, match="本居村"):
        cut_from(world.squads[0], to=other, **ticked(world, world.alan)).do(by=world.wang)
    for verb in (
        lambda by: create_squad(world.neighbourhood, name="新", by=by),
        lambda by: dissolve_squad(other, by=by),
    ):
        with pytest.raises(PermissionDenied):
            verb(world.far_secretary)


def test_only_an_empty_squad_is_dissolved_and_its_history_stays(world):
    with pytest.raises(Refused, match="队员"):
        dissolve_squad(world.squads[0], by=world.wang)
    squad = create_squad(world.neighbourhood, name="第三分队", by=world.wang)
    with pytest.raises(Refused, match="已经有"):
        rename_squad(squad, name="第一分队", by=world.wang)
    rename_squad(squad, name="第四分队", by=world.wang)
    dissolve_squad(Squad.objects.get(pk=squad.pk), by=world.wang)
    gone = Squad.objects.get(pk=squad.pk)
    assert gone.until == today() and Event.objects.about(gone).count() == 3
    assert create_squad(world.neighbourhood, name="第四分队", by=world.wang).pk != squad.pk
    assert Team.of(world.neighbourhood).squad_for(None) != gone


def test_span_of_control_is_one_line():
    assert span_line(4) == "队长直接带4个分队。" and span_line(5) == "队长直接带5个分队，建议不超过7个"
    assert span_line(7).endswith("建议不超过7个") and "可以请副队长分着带" in span_line(8)


def test_the_queries_of_the_team_page_do_not_grow(world):
    from django.test.utils import CaptureQueriesContext

    client = world.client(world.wang)
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("teams:team"))
    for n in range(12):
        squad = Squad.objects.create(team=world.team, name=f"分队{n}")
        leader = world.member(f"新{chr(0x4E00 + n)}", world.neighbourhood, squad=squad)
        put_in_post(leader, Role.SQUAD_LEADER, world.neighbourhood, by=world.wang)
    with CaptureQueriesContext(connection) as many:
        page = client.get(reverse("teams:team")).content.decode()
    assert len(many) <= len(few) and "队长直接带14个分队" in page


def test_my_team_on_the_phone_shows_others_by_their_form_of_address(world):
    page = world.client(world.alan).get(reverse("teams:mine")).content.decode()
    assert "周队长" in page and "周建国" not in page and "第一分队" in page
    assert reverse("people:reveal", args=[world.zhou.pk]) in page
    assert "还没有入队" in world.client(world.newcomer).get(reverse("teams:mine")).content.decode()


# races


def at_once(*acts):
    gate, raised = threading.Barrier(len(acts)), []

    def run(act):
        try:
            gate.wait()
            act()
        except Exception as error:
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


on_a_server = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")


@on_a_server
def test_two_captains_appointed_at_once_make_one(live_world):
    world = live_world
    end_post(post_of(world.zhou, Role.CAPTAIN), by=world.wang)
    people = [world.zhou, world.alan, world.wu]

    def appoint_one(person):
        return lambda: put_in_post(
            person, Role.CAPTAIN, world.neighbourhood, by=fresh(world.wang), until=today() + SOON
        )

    raised = at_once(*map(appoint_one, people))
    assert [type(error) for error in raised] == [Refused, Refused]
    assert Appointment.objects.current().filter(role=Role.CAPTAIN, deputy=False).count() == 1


@on_a_server
def test_red_twin_without_the_lock_there_are_two(live_world, monkeypatch):
    world = live_world
    end_post(post_of(world.zhou, Role.CAPTAIN), by=world.wang)
    look, together = posts.why_not, threading.Barrier(2)

    def slow(*asked, **more):
        found = look(*asked, **more)
        together.wait(timeout=10)
        return found

    monkeypatch.setattr(posts, "one_at_a_time", lambda place: None)
    monkeypatch.setattr(posts, "why_not", slow)
    until = today() + SOON
    raised = at_once(
        lambda: put_in_post(world.zhou, Role.CAPTAIN, world.neighbourhood, by=fresh(world.wang), until=until),
        lambda: put_in_post(world.alan, Role.CAPTAIN, world.neighbourhood, by=fresh(world.wang), until=until),
    )
    assert raised == [] and any("holders of captain" in line for line in problems())
