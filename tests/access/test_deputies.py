"""Standing in for a colleague: asked by the holder, for some days, in one's own name."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from tongxin.access import checks, deputies
from tongxin.access.deputies import colleagues_for, delegate, posts_to_lend, recall
from tongxin.access.policy import Role
from tongxin.journal.models import Event
from tongxin.people.models import Person
from tongxin.refused import Refused
from tongxin.web.journal_dress import dress


def days(n):
    return timezone.localdate() + dt.timedelta(days=n)


def fresh(person):
    return Person.objects.get(pk=person.pk)


def stand_in(world, *, to=None, since=0, until=3, reason="出差", by=None):
    post = (by or world.wang).appointments.get(stands_in_for=None)
    return delegate(post, to=to or world.shen, since=days(since), until=days(until), reason=reason, by=by or world.wang)


def test_a_higher_level_acts_for_the_lower_only_as_a_recorded_substitution(world):
    with pytest.raises(PermissionDenied):
        world.registration.accept(by=fresh(world.shen))
    stand_in(world)
    world.registration.accept(by=fresh(world.shen))
    event = Event.objects.get(verb="registration.accept")
    assert event.actor_id == world.shen.pk
    words = next(e for e in dress(Event.objects.filter(pk=event.pk)))
    assert (words.doer, words.post) == ("沈老师", "街镇工作人员，代理居村党组织书记")


def test_what_is_done_elsewhere_or_before_is_not_shown_as_standing_in(world):
    from tongxin.journal.models import record

    early = record("place.correct", subject=world.far, by=world.shen, place=world.far)
    stand_in(world, since=1)
    before = record("place.correct", subject=world.neighbourhood, by=world.shen, place=world.neighbourhood)
    with time_machine.travel(timezone.now() + dt.timedelta(days=1), tick=False):
        during = record("place.correct", subject=world.neighbourhood, by=world.shen, place=world.neighbourhood)
        elsewhere = record("place.correct", subject=world.far, by=world.shen, place=world.far)
        recall(world.shen.appointments.get(deputy=True), by=fresh(world.wang))
    posts = {e.pk: e.post for e in dress(Event.objects.filter(verb="place.correct"))}
    assert "代理" in posts[during.pk]
    assert all("代理" not in posts[e.pk] for e in (early, before, elsewhere))


def test_it_ends_by_itself(world):
    stand_in(world, until=3)
    with time_machine.travel(timezone.now() + dt.timedelta(days=3), tick=False):
        assert Role.SECRETARY in {
            role for role, _ in fresh(world.shen).appointments.current().values_list("role", "pk")
        }
    with time_machine.travel(timezone.now() + dt.timedelta(days=4), tick=False):
        assert not fresh(world.shen).appointments.current().filter(role=Role.SECRETARY).exists()
        with pytest.raises(PermissionDenied):
            world.registration.accept(by=fresh(world.shen))


def test_ending_the_post_ends_its_stand_ins(world):
    made = stand_in(world)
    world.staff("接任者", "jieren", Role.SECRETARY, world.neighbourhood, "")
    made.stands_in_for.end(by=world.admin, reason="调任")
    assert not fresh(world.shen).appointments.current().filter(role=Role.SECRETARY).exists()


@pytest.mark.parametrize("who", ["wang", "shen"])
def test_either_of_the_two_may_end_it_early(world, who):
    recall(stand_in(world), by=getattr(world, who))
    assert not fresh(world.shen).appointments.current().filter(role=Role.SECRETARY).exists()


@pytest.mark.parametrize("who", ["he", "far_secretary", "zhou"])
def test_nobody_else_may(world, who):
    with pytest.raises(PermissionDenied):
        recall(stand_in(world), by=getattr(world, who))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"reason": " "}, "为什么请人代理"),
        ({"since": -1}, "今天或以后"),
        ({"since": 5, "until": 4}, "不早于开始"),
        ({"until": 61}, "最多请人代理"),
    ],
)
def test_what_is_refused(world, change, why):
    with pytest.raises(Refused, match=why):
        stand_in(world, **change)


@pytest.mark.parametrize("who", ["zhou", "far_secretary", "auditor", "admin", "security"])
def test_only_colleagues_of_the_unit_or_above_who_do_such_work(world, who):
    """Not a volunteer (no second factor), not a stranger, not one of the three duties."""
    assert getattr(world, who) not in colleagues_for(world.wang.appointments.get())
    with pytest.raises(Refused, match="本单位或上级单位"):
        stand_in(world, to=getattr(world, who))


@pytest.mark.parametrize("who", ["auditor", "zhou"])
def test_red_twin_without_the_guard_they_would_get_in(world, who, monkeypatch):
    monkeypatch.setattr(deputies, "refusal", lambda *args, **more: None)
    monkeypatch.setattr(deputies, "check_apart", lambda *args: None)
    stand_in(world, to=getattr(world, who))
    fresh(getattr(world, who)).appointments.get(role=Role.SECRETARY)
    assert who != "auditor" or any("together with" in line for line in checks.problems())


def test_what_one_stands_in_for_is_not_handed_on(world):
    made = stand_in(world)
    assert made not in posts_to_lend(world.shen)
    with pytest.raises(PermissionDenied):
        delegate(made, to=world.he, since=days(0), until=days(1), reason="出差", by=world.shen)


def test_nobody_lends_the_post_of_somebody_else(world):
    with pytest.raises(PermissionDenied):
        delegate(world.wang.appointments.get(), to=world.shen, since=days(0), until=days(1), reason="x", by=world.he)


def test_two_may_stand_in_at_once(world):
    stand_in(world), stand_in(world, to=world.he, since=1, until=5)
    assert list(checks.problems()) == []


def test_the_page_from_asking_to_ending(world):
    client, post = world.client(world.wang), world.wang.appointments.get()
    form = {"to": world.shen.pk, "since": days(0), "until": days(2), "reason": "休假"}
    assert client.post(reverse("access:delegate", args=[post.pk]), form | {"reason": ""}).status_code == 422
    client.post(reverse("access:delegate", args=[post.pk]), form)
    made = world.shen.appointments.get(deputy=True)
    assert (made.last_day, Event.objects.get(verb="appointment.delegate").reason) == (days(2), "休假")
    assert "代理中" in world.client(world.shen).get(reverse("access:deputies")).content.decode()
    client.post(reverse("access:recall", args=[made.pk]))
    assert not fresh(world.shen).appointments.current().filter(deputy=True).exists()


def test_both_hear_of_it(world):
    from tongxin.notifications.deliver import deliver
    from tongxin.notifications.models import Notice

    stand_in(world)
    deliver()
    told = {notice.person_id: notice.title for notice in Notice.objects.filter(kind__startswith="stand_in")}
    assert told == {world.shen.pk: "同事请您代理", world.wang.pk: "已请同事代理您的岗位"}
