"""Sent back, mended, put right, passed on: the person types only what is wrong, and the clock is restarted in the open."""

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from tests.registrations.chains import fresh, moves, sound, without_guard
from tongxin.access.policy import Permission as P
from tongxin.access.rules import can
from tongxin.journal.models import Event
from tongxin.people.models import Kind
from tongxin.registrations.models import Registration
from tongxin.registrations.review_forms import OTHER, RETURNS
from tongxin.workflow.transitions import Refused

Status = Registration.Status
MEND, MINE = reverse("registrations:mend"), reverse("registrations:mine")


@pytest.fixture
def returned(world):
    world.registration.send_back(by=world.wang, reason=RETURNS[0])
    return world.registration


def test_sent_back_says_what_to_mend_and_no_clock_runs_against_the_person(world, returned):
    now = fresh(returned)
    assert (now.status, now.reason, now.due_at) == (Status.RETURNED, RETURNS[0], None)
    assert can(now.person, P.JOIN_TEAM, world.neighbourhood)
    assert RETURNS[0] in world.client(world.newcomer).get(MINE).content.decode()


@pytest.mark.parametrize("who", ["zhou", "shen", "far_secretary", "newcomer"])
def test_only_the_neighbourhood_sends_back(world, who):
    with pytest.raises(PermissionDenied):
        world.registration.send_back(by=getattr(world, who), reason="补楼栋")


def test_a_blank_is_not_a_reason_and_cannot_be_stored(world):
    with pytest.raises(Refused, match="写明原因"):
        world.registration.send_back(by=world.wang, reason=" ")
    with pytest.raises(IntegrityError), transaction.atomic():
        Registration.objects.filter(pk=world.registration.pk).update(status=Status.RETURNED, reason="")


def test_the_form_stands_filled_in_and_only_the_place_is_changed(world, returned):
    Registration.objects.filter(pk=returned.pk).update(skills="都可以", times="周末")
    page = world.client(world.newcomer).get(MEND)
    form = page.context["form"]
    assert (
        form.initial["name"] == "孙一鸣" and form.initial["skills"] == ["都可以"] and form.initial["times"] == ["周末"]
    )
    sent = {"name": "孙一鸣", "where": world.buildings[1].short_code or "富平路18弄2号", "place": world.buildings[1].pk}
    sent |= {"asked": sent["where"], "skills": ["都可以"], "times": ["周末"]}
    answer = world.client(world.newcomer).post(MEND, sent)
    assert answer.status_code == 302
    now = fresh(returned)
    assert (now.status, now.home, now.skills, now.reason) == (Status.SUBMITTED, world.buildings[1], "都可以", "")


def test_nothing_but_what_was_asked_before_is_asked_and_no_code(world, returned):
    form = world.client(world.newcomer).get(MEND).context["form"]
    assert set(form.fields) - {"sensitive"} == {"name", "where", "kind", "skills", "times"}


def test_sending_it_again_restarts_the_clock(world, returned):
    with time_machine.travel("2026-12-07 10:00+08:00", tick=False):
        fresh(returned).resubmit(by=world.newcomer)
    assert timezone.localtime(fresh(returned).due_at).strftime("%m-%d") == "12-10"


def test_only_the_person_mends_and_the_red_twin_lets_another(world, returned, monkeypatch):
    with pytest.raises(PermissionDenied):
        fresh(returned).resubmit(by=world.wang, skills="写写记记")
    monkeypatch.setattr("tongxin.workflow.transitions._permit", lambda *args: None)
    without_guard(monkeypatch, "resubmit")
    fresh(returned).resubmit(by=world.wang, skills="写写记记")
    assert fresh(returned).skills == "写写记记"


def test_while_it_waits_the_person_puts_the_place_right_and_the_new_place_has_its_days(world):
    registration = world.registration
    with time_machine.travel("2026-12-07 10:00+08:00", tick=False):
        fresh(registration).correct(by=world.newcomer, place=world.sibling, home=world.sibling_buildings[0])
        now = fresh(registration)
        assert (now.place, now.home, now.status) == (world.sibling, world.sibling_buildings[0], Status.SUBMITTED)
        assert timezone.localtime(now.due_at).strftime("%m-%d") == "12-10"
        assert not can(now.person, P.JOIN_TEAM, world.neighbourhood) and can(now.person, P.JOIN_TEAM, world.sibling)
    assert sound()


def test_a_small_correction_takes_no_time_from_the_person(world):
    due = world.registration.due_at
    with time_machine.travel("2026-12-07 10:00+08:00", tick=False):
        fresh(world.registration).correct(by=world.newcomer, skills="写写记记")
    assert fresh(world.registration).due_at == due and fresh(world.registration).skills == "写写记记"


def test_a_kind_that_was_confirmed_is_not_changed_by_the_person(world, returned):
    returned.resubmit(by=world.newcomer, kind=Kind.PARTY)
    assert fresh(returned).declared_kind() == Kind.PARTY
    fresh(returned).accept(by=world.wang, kind=Kind.ABLE)
    with pytest.raises(Refused):
        fresh(returned).correct(by=world.newcomer, kind=Kind.TALENT)
    assert fresh(returned).declared_kind() == Kind.ABLE


def test_a_specific_identity_still_needs_its_own_consent(world, returned):
    with pytest.raises(Refused, match="另行同意"):
        fresh(returned).resubmit(by=world.newcomer, kind=Kind.DELEGATE)
    fresh(returned).resubmit(by=world.newcomer, kind=Kind.DELEGATE, sensitive=True)
    assert fresh(returned).agreed_to_sensitive_kind()


# passing on


def test_the_wrong_neighbourhood_passes_it_on_and_the_person_types_nothing(
    world,
):
    registration = world.registration
    path = reverse("registrations:redirect", args=[registration.pk])
    place = world.sibling_buildings[0]
    sent = {"where": "万里名轩1号楼", "asked": "万里名轩1号楼", "place": place.pk, "words": "产证地址在那边"}
    assert world.client(world.wang).post(path, sent).status_code == 302
    now = fresh(registration)
    assert (now.place, now.home, now.status) == (world.sibling, place, Status.SUBMITTED)
    event = Event.objects.get(verb="registration.redirect")
    assert event.reason == "从中浩云居委会转到万里名轩居委会。产证地址在那边" and event.place_id == world.sibling.pk
    assert moves(registration, world.wang) == set() and sound()


@pytest.mark.parametrize("who", ["zhou", "shen", "far_secretary"])
def test_only_the_neighbourhood_passes_it_on(world, who):
    with pytest.raises(PermissionDenied):
        world.registration.redirect(by=getattr(world, who), place=world.sibling, reason="转")


def test_passing_it_on_to_where_it_is_is_refused(world):
    with pytest.raises(Refused, match="已经在这个居村"):
        world.registration.redirect(by=world.wang, place=world.neighbourhood, reason="转")


@pytest.mark.parametrize("verb", ["accept", "refuse", "send_back", "redirect"])
def test_whoever_read_it_before_it_went_elsewhere_is_told(world, verb):
    late = fresh(world.registration)
    fresh(world.registration).redirect(by=world.wang, place=world.sibling, reason="转")
    given = {"accept": {}, "redirect": {"place": world.far, "reason": "转"}}.get(verb, {"reason": "补"})
    with pytest.raises(Refused, match="转到了别的居村"):
        getattr(late, verb)(by=world.wang, **given)
    assert (fresh(late).status, fresh(late).place) == (Status.SUBMITTED, world.sibling)


def test_red_twin_without_holding_the_row_the_old_place_decides_for_the_new_one(world, monkeypatch):
    late = fresh(world.registration)
    fresh(world.registration).redirect(by=world.wang, place=world.sibling, reason="转")
    monkeypatch.setattr(Registration, "_hold_here", lambda self: None)
    late.accept(by=world.wang)
    assert (fresh(late).status, fresh(late).place) == (Status.ACCEPTED, world.sibling)


@pytest.mark.parametrize("verb", ["send_back", "redirect"])
def test_nobody_answers_their_own_check_in_and_the_red_twin_does(world, monkeypatch, verb):
    own = Registration.submit(phone=world.wang.local_phone, name="王敏华", place=world.neighbourhood)[0]
    given = {"reason": "补"} | ({"place": world.sibling} if verb == "redirect" else {})
    with pytest.raises(Refused, match="请别人来办"):
        getattr(own, verb)(by=world.wang, **given)
    without_guard(monkeypatch, verb)
    getattr(fresh(own), verb)(by=world.wang, **given)
    assert Event.objects.filter(verb=f"registration.{verb}", actor_id=world.wang.pk).exists()


def test_sending_back_from_the_page_needs_words_and_leads_to_the_queue(world):
    client, path = world.client(world.wang), reverse("registrations:send_back", args=[world.registration.pk])
    assert client.post(path, {"template": OTHER}).status_code == 200
    assert fresh(world.registration).status == Status.SUBMITTED
    assert client.post(path, {"template": OTHER, "words": "请写到楼栋"}).status_code == 302
    assert fresh(world.registration).reason == "请写到楼栋"
