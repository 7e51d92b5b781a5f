"""A refusal is not the end: ten working days, one appeal, decided at the 街镇 by somebody who had no hand in it."""

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from tests.registrations.chains import fresh, moves, person_of, sound, without_guard
from tongxin.access.models import appoint
from tongxin.access.policy import Permission as P
from tongxin.access.policy import Role
from tongxin.access.rules import can
from tongxin.journal.models import Event
from tongxin.registrations.models import Registration
from tongxin.workflow.transitions import Refused

Status = Registration.Status
REFUSED_ON = "2026-12-07 10:00+08:00"  # a Monday; ten working days later is the 21st
APPEAL = reverse("registrations:appeal")


@pytest.fixture
def refused(world):
    with time_machine.travel(REFUSED_ON, tick=False):
        registration = world.registration
        registration.refuse(by=world.wang, reason="不住在本居村")
    return registration


@pytest.fixture
def appealed(world, refused):
    with time_machine.travel("2026-12-08 10:00+08:00", tick=False):
        fresh(refused).appeal(by=world.newcomer, reason="我一直住在这里")
    return refused


def test_an_appeal_waits_for_the_street_and_keeps_both_reasons(world, appealed):
    now = fresh(appealed)
    assert (now.status, now.reason, now.objection) == (Status.APPEALED, "不住在本居村", "我一直住在这里")
    assert moves(appealed, world.shen) == {"uphold", "overturn"} and moves(appealed, world.wang) == set()


@pytest.mark.parametrize(("day", "may"), [("2026-12-21 23:00+08:00", True), ("2026-12-22 00:10+08:00", False)])
def test_ten_working_days_and_then_no_more(world, refused, day, may):
    with time_machine.travel(day, tick=False):
        assert ("appeal" in moves(refused, world.newcomer)) is may


def test_red_twin_without_the_guard_the_days_do_not_count(world, refused, monkeypatch):
    without_guard(monkeypatch, "appeal")
    with time_machine.travel("2027-05-07 10:00+08:00", tick=False):
        fresh(refused).appeal(by=world.newcomer, reason="晚了半年")
    assert fresh(refused).status == Status.APPEALED


def test_whoever_checked_in_again_waits_for_that_answer(world, refused):
    Registration.submit(phone=world.newcomer.local_phone, name="孙一鸣", place=world.neighbourhood)
    with time_machine.travel(REFUSED_ON, tick=False), pytest.raises(Refused, match="重新报到"):
        fresh(refused).appeal(by=world.newcomer, reason="我住在这里")


@pytest.mark.parametrize("who", ["wang", "shen", "alan"])
def test_only_the_person_appeals(world, refused, who):
    with pytest.raises(PermissionDenied):
        fresh(refused).appeal(by=getattr(world, who), reason="替他申诉")


def test_an_appeal_without_words_cannot_be_stored(world, refused):
    with pytest.raises(IntegrityError), transaction.atomic():
        Registration.objects.filter(pk=refused.pk).update(status=Status.APPEALED)


def test_upheld_is_final(world, appealed):
    with time_machine.travel("2026-12-09 10:00+08:00", tick=False):
        fresh(appealed).uphold(by=world.shen, reason="核对过，户籍和居住都不在这里")
        assert fresh(appealed).is_final and "appeal" not in moves(appealed, world.newcomer)
        with pytest.raises(Refused, match="复核过一次"):
            fresh(appealed).appeal(by=world.newcomer, reason="再看一次")
        page = world.client(world.newcomer).get(reverse("registrations:mine")).content.decode()
    assert "12345" in page and "核对过" in page


def test_upholding_needs_a_reason(world, appealed):
    with pytest.raises(Refused, match="写明原因"):
        fresh(appealed).uphold(by=world.shen, reason=" ")


def test_overturned_goes_to_the_captain_with_a_newcomers_access(world, appealed):
    fresh(appealed).overturn(by=world.shen, reason="物业证明住在这里")
    now = fresh(appealed)
    assert now.status == Status.ACCEPTED and now.due_at and can(person_of(now), P.JOIN_TEAM, world.neighbourhood)
    now.contact(by=world.zhou)
    now.join(by=person_of(now))
    assert fresh(now).status == Status.JOINED and sound()
    assert [e.verb.split(".")[1] for e in Event.objects.about(now)] == [
        "submit", "refuse", "appeal", "overturn", "contact", "join",
    ]  # fmt: skip


def refuser_at_the_street(world):
    """王书记 moves up to the 街镇, and meets her own refusal there."""
    appoint(world.wang, Role.CLERK, world.subdistrict, by=None)
    world.wang.__dict__.pop("_held", None)


@pytest.mark.parametrize("verb", ["uphold", "overturn"])
def test_nobody_who_refused_decides_the_appeal(world, appealed, verb):
    refuser_at_the_street(world)
    with pytest.raises(Refused, match="请另一位同事复核"):
        getattr(fresh(appealed), verb)(by=world.wang, reason="还是不行")
    assert verb not in moves(appealed, world.wang)


@pytest.mark.parametrize("verb", ["uphold", "overturn"])
def test_red_twin_without_the_guard_the_refuser_judges_herself(world, appealed, monkeypatch, verb):
    refuser_at_the_street(world)
    without_guard(monkeypatch, verb)
    getattr(fresh(appealed), verb)(by=world.wang, reason="还是不行")
    assert fresh(appealed).status != Status.APPEALED


def test_an_account_of_the_same_name_counts_as_the_refuser(world, appealed):
    other = world.staff("王敏华", "wang2", Role.CLERK, world.subdistrict, "")
    with pytest.raises(Refused, match="同名"):
        fresh(appealed).uphold(by=other, reason="还是不行")


@pytest.mark.parametrize("who", ["zhou", "he", "far_secretary", "newcomer", "auditor"])
def test_only_the_street_decides(world, appealed, who):
    with pytest.raises(PermissionDenied):
        fresh(appealed).overturn(by=getattr(world, who), reason="通过")


def test_two_clerks_at_once_the_second_is_told(world, appealed):
    one, two = fresh(appealed), fresh(appealed)
    one.overturn(by=world.shen, reason="通过")
    with pytest.raises(Refused, match="先处理"):
        two.uphold(by=world.shen, reason="不通过")
    assert fresh(appealed).status == Status.ACCEPTED


def test_from_page_to_page(world, refused):
    with time_machine.travel("2026-12-08 10:00+08:00", tick=False):
        person, clerk = world.client(world.newcomer), world.client(world.shen)
        assert "我要申诉" in person.get(reverse("registrations:mine")).content.decode()
        assert set(person.get(APPEAL).context["form"].fields) == {"words"}
        person.post(APPEAL, {"words": "我一直住在这里"})
        assert "街镇正在复核" in person.get(reverse("registrations:mine")).content.decode()
        assert "孙一鸣" in clerk.get(reverse("registrations:queue"), {"status": "appealed"}).content.decode()
        decide = reverse("registrations:decide", args=[refused.pk])
        assert clerk.post(decide, {"verdict": "uphold"}).status_code == 200  # words are missing
        assert fresh(refused).status == Status.APPEALED
        clerk.post(decide, {"verdict": "overturn", "words": "核实过"})
    assert fresh(refused).status == Status.ACCEPTED
