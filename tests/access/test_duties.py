"""Duties kept apart, posts never left empty, terms, and leavers cut off."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.house.matrix import DOORS, EVERYBODY, things
from tests.house.test_matrix import knock
from tongxin.access import checks, models
from tongxin.access.models import Appointment, appoint
from tongxin.access.policy import Role
from tongxin.access.rules import held_by
from tongxin.journal.models import Event
from tongxin.oversight.clockwork import tell_of_ending_terms
from tongxin.people.models import Person
from tongxin.refused import Refused

APART = [
    ("admin", Role.SECURITY), ("admin", Role.AUDITOR), ("security", Role.AUDITOR), ("auditor", Role.ADMIN),
    ("auditor", Role.DISTRICT), ("admin", Role.CLERK), ("security", Role.SECRETARY), ("he", Role.AUDITOR), ("shen", Role.ADMIN),
]  # fmt: skip
PLACE = {Role.CLERK: "subdistrict", Role.SECRETARY: "neighbourhood"}


def days(n):
    return timezone.localdate() + dt.timedelta(days=n)


@pytest.mark.parametrize(("who", "role"), APART)
def test_system_security_and_audit_are_three_people(world, who, role):
    with pytest.raises(Refused, match="三员分立"):
        appoint(getattr(world, who), role, getattr(world, PLACE.get(role, "district")), by=world.admin)
    assert list(checks.problems()) == []


@pytest.mark.parametrize(("who", "role"), APART[:3])
def test_red_twin_without_the_guard_one_person_would_hold_two(world, who, role, monkeypatch):
    monkeypatch.setattr(models, "check_apart", lambda person, role, posts: None)
    appoint(getattr(world, who), role, world.district, by=world.admin)
    assert any("together with" in line for line in checks.problems())


def test_operating_posts_go_together(world):
    appoint(world.shen, Role.SECRETARY, world.neighbourhood, by=world.admin)
    appoint(world.shen, Role.DISTRICT, world.district, by=world.admin)
    assert list(checks.problems()) == []


def test_a_post_that_begins_later_counts_and_one_that_is_over_does_not(world):
    appoint(world.outsider, Role.AUDITOR, world.district, by=None, since=days(30))
    with pytest.raises(Refused):
        appoint(world.outsider, Role.ADMIN, world.district, by=None)
    world.auditor.appointments.get().end(by=world.admin, reason="调任")
    assert appoint(world.auditor, Role.CLERK, world.subdistrict, by=world.admin).pk


@pytest.mark.parametrize("who", ["wang", "admin", "security"])
def test_the_last_one_of_a_place_needs_a_successor(world, who):
    post = getattr(world, who).appointments.get()
    with pytest.raises(Refused, match="先在“任命”里请好接任的人"):
        post.end(by=world.he, reason="调任")
    with pytest.raises(Refused, match="接任"):
        post.set_term(days(20), by=world.he)
    other = world.staff("接任者", "jieren", post.role, post.place, "")
    post.end(by=world.he, reason="调任")
    assert not Appointment.objects.current().filter(person=post.person).exists()
    assert other.appointments.current().exists()


def test_a_switched_off_colleague_is_no_successor(world):
    other = world.staff("接任者", "jieren", Role.SECRETARY, world.neighbourhood, "")
    Person.objects.filter(pk=other.pk).update(is_active=False)
    with pytest.raises(Refused):
        world.wang.appointments.get().end(by=world.admin, reason="调任")


def test_red_twin_without_the_guard_the_neighbourhood_would_be_without_secretary(world, monkeypatch):
    monkeypatch.setattr(models, "check_successor", lambda post, on: None)
    world.wang.appointments.get().end(by=world.admin, reason="调任")
    assert not Appointment.objects.current().filter(role=Role.SECRETARY, place=world.neighbourhood).exists()


def test_the_operator_may_end_any_post(world):
    world.wang.appointments.get().end(by=None)
    assert not world.wang.appointments.current().exists()


def test_ending_asks_a_reason_and_names_the_effect(world):
    world.staff("接任者", "jieren", Role.SECRETARY, world.neighbourhood, "")
    post, client = world.wang.appointments.get(), world.client(world.admin)
    url = reverse("access:end", args=[post.pk])
    assert "不能再办这个岗位的事" in client.get(url).content.decode()
    assert client.post(url, {"reason": ""}).status_code == 422
    client.post(url, {"reason": "调任到别的居村"})
    assert Event.objects.get(verb="appointment.end").reason == "调任到别的居村"


def test_a_leaver_is_cut_off_at_the_next_request_everywhere(world):
    """Trust D4: every page that was theirs by their post, in a session that goes on."""
    world.staff("接任者", "jieren", Role.SECRETARY, world.neighbourhood, "")
    made, client = things(world), world.client(world.wang)
    mine = [
        d
        for d in DOORS
        if "wang" in d.who
        and d.method == "GET"
        and len(d.who) < len(EVERYBODY)
        and not d.visitors
        and d.name != "people:password"  # of the account, not of the post
    ]
    assert mine and all(knock(world, d, client, made).status_code not in (403, 404) for d in mine)
    world.wang.appointments.get(stands_in_for=None).end(by=world.admin, reason="调任")
    left = [str(d) for d in mine if knock(world, d, client, made).status_code not in (403, 404)]
    assert left == []


def test_a_term_ends_by_itself(world):
    post = appoint(world.far_secretary, Role.SECRETARY, world.neighbourhood, by=world.admin, until=days(1))
    assert post.last_day == days(0)
    assert len(held_by(Person.objects.get(pk=world.far_secretary.pk))) == 2
    Appointment.objects.filter(pk=post.pk).update(since=days(-9), until=days(0))
    assert len(held_by(Person.objects.get(pk=world.far_secretary.pk))) == 1


def test_terms_ending_soon_are_told_once_a_term(world):
    post = appoint(world.far_secretary, Role.SECRETARY, world.neighbourhood, by=world.admin, until=days(10))
    appoint(world.far_secretary, Role.SECRETARY, world.sibling, by=world.admin, until=days(100))
    assert tell_of_ending_terms(timezone.now()) == 1
    assert tell_of_ending_terms(timezone.now()) == 0
    assert Event.objects.get(verb="appointment.ending").subject_id == post.pk
    post.set_term(days(12), by=world.admin)
    assert tell_of_ending_terms(timezone.now()) == 1


def test_the_page_lists_those_ending_soon(world):
    appoint(world.far_secretary, Role.SECRETARY, world.neighbourhood, by=world.admin, until=days(10))
    page = world.client(world.admin).get(reverse("access:appointments"), {"which": "ending"})
    assert [post.person_id for post in page.context["page"]] == [world.far_secretary.pk]


def test_another_post_for_somebody_with_an_account(world):
    client, url = world.client(world.admin), reverse("access:existing")
    form = {"person": world.far_secretary.pk, "role": "clerk", "place": world.neighbourhood.pk}
    assert "应选街镇一级的单位" in client.post(url, form).content.decode()
    client.post(url, form | {"place": world.subdistrict.pk, "until": days(90).isoformat()})
    post = world.far_secretary.appointments.get(role="clerk")
    assert post.last_day == days(90)
    refused = client.post(url, form | {"role": "auditor", "place": world.district.pk})
    assert refused.status_code == 409 and "三员分立" in refused.content.decode()


def test_nobody_ends_their_own_post(world):
    world.staff("第二位", "guan2", Role.ADMIN, world.district, "")
    own = world.admin.appointments.get()
    assert world.client(world.admin).post(reverse("access:end", args=[own.pk]), {"reason": "x"}).status_code == 404
