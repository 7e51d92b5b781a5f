"""Attacks on duties kept apart: a second account, a merged row, a deputy's post that outlives its holder, one's own check.

Each test tries to be the second pair of eyes on one's own act; a red twin shows the harm with the guard away.
"""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from tongxin.access import deputies, duties
from tongxin.access.deputies import delegate
from tongxin.access.models import Appointment, appoint
from tongxin.access.policy import Permission, Role
from tongxin.access.rules import can
from tongxin.access.staff import create_staff
from tongxin.oversight.exporting import Exporter
from tongxin.oversight.models import Export, Glass, Reset
from tongxin.oversight.models.export import write_down
from tongxin.people.merges import merge
from tongxin.people.models import Person
from tongxin.refused import Refused
from tongxin.service.models import BackEntry, Dispute, Entry, Rule, award, findings, note_checked
from tongxin.service.models import dispute as dispute_rules
from tongxin.tasks.models import Claim

LONG = "correct horse battery staple"


def days(n):
    return timezone.localdate() + dt.timedelta(days=n)


def fresh(person):
    return Person.objects.get(pk=person.pk)


def second_account(world, person, role, place):
    """A second account of staff for the same human being: another user name, the same name."""
    return world.staff(person.name, f"{person.username}2", role, place, "")


# two accounts of one person -------------------------------------------------------------------------------------------


def test_an_administrator_cannot_give_themself_a_second_account_for_security(world):
    with pytest.raises(Refused, match="三员分立"):
        create_staff(
            name=world.admin.name, username="guan2", password=LONG, role=Role.SECURITY, place=world.district, by=world.admin
        )  # fmt: skip
    assert not Person.objects.filter(username="guan2").exists()


def test_other_staff_may_have_the_name_of_an_administrator(world):
    made = create_staff(
        name=world.admin.name, username="guan2", password=LONG, role=Role.SECRETARY, place=world.far, by=world.admin
    )  # fmt: skip
    assert made.appointments.get().role == Role.SECRETARY


def test_red_twin_one_person_would_hold_two_duties_by_two_accounts(world, monkeypatch):
    monkeypatch.setattr(duties, "namesakes", lambda person: [])
    create_staff(
        name=world.admin.name, username="guan2", password=LONG, role=Role.SECURITY, place=world.district, by=world.admin
    )  # fmt: skip
    assert Person.objects.filter(username="guan2").exists()


def test_a_second_account_does_not_approve_the_reset_the_first_asked_for(world, monkeypatch):
    monkeypatch.setattr(duties, "namesakes", lambda person: [])
    twin = second_account(world, world.admin, Role.SECURITY, world.district)
    reset = Reset.ask(person=world.wang, how="face", by=world.admin)
    with pytest.raises(Refused):
        reset.approve(by=twin)
    monkeypatch.setattr(Person, "may_be", lambda self, other: False)
    reset.approve(by=twin)
    assert not fresh(world.wang).totp_secret  # the harm


def test_a_second_account_does_not_agree_to_ones_own_export(world, settings, monkeypatch):
    settings.EXPORT_ROWS = 3
    twin = second_account(world, world.shen, Role.CLERK, world.subdistrict)
    one = Exporter("roster", "在队名册", Permission.VIEW_ROSTER, None)
    row = write_down(by=world.shen, exporter=one, place=world.subdistrict, purpose="街道汇总", params={}, rows=9)
    with pytest.raises(Refused):
        row.approve(by=twin)
    monkeypatch.setattr(Person, "may_be", lambda self, other: False)
    row.approve(by=twin)
    assert row.status == Export.Status.APPROVED


def test_a_second_account_does_not_review_ones_own_emergency_view(world, monkeypatch):
    twin = second_account(world, world.shen, Role.AUDITOR, world.district)
    glass = Glass.open(person=world.alan, case="missing", reason="三天没有开门", by=world.shen)
    with pytest.raises(Refused):
        glass.find_fine(by=twin)
    monkeypatch.setattr(Person, "may_be", lambda self, other: False)
    glass.find_fine(by=twin)
    assert glass.status == Glass.Status.FINE


def test_a_second_account_does_not_approve_ones_own_rule(world):
    twin = second_account(world, world.he, Role.DISTRICT, world.district)
    factors = {"ordinary": "1.0", "skilled": "2.0", "hard": "1.2"}
    rule = Rule.draft(
        by=world.he, place=world.district, version="v9", since=days(60), factors=factors, day_cap=8, year_cap=200
    )
    with pytest.raises(Refused):
        rule.approve(by=twin)
    assert rule.status == Rule.Status.DRAFT


def test_a_second_account_does_not_confirm_what_the_first_entered(world):
    twin = second_account(world, world.wang, Role.SECRETARY, world.neighbourhood)
    (back,) = BackEntry.enter(
        [(world.alan, 3)], by=world.wang, place=world.neighbourhood, served_on=days(-3), what="送水",
        evidence="签到表", sheet="a",
    )  # fmt: skip
    with pytest.raises(Refused):
        back.confirm(by=twin)
    assert not Entry.objects.exists()


# a merged row ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def second_row(world):
    """周队长 reported hours under a second number; the two rows were then put together, as they should be."""
    twin = world.member("周大国", world.neighbourhood)
    claim = world.claimed(
        world.past_task(), twin, status=Claim.Status.REPORTED, hours=Decimal(2), reported_at=timezone.now()
    )
    merge(kept=world.zhou, gone=twin, by=world.wang, reason="两个号码，当面核对")
    return Claim.objects.get(pk=claim.pk)


def test_nobody_verifies_the_hours_of_a_row_merged_into_their_own(world, second_row):
    with pytest.raises(Refused):
        second_row.verify(by=fresh(world.zhou))
    answer = world.client(world.zhou).post(reverse("tasks:verify_one", args=[second_row.pk]))
    assert answer.status_code == 409 and not Entry.objects.exists()
    second_row.verify(by=fresh(world.wang))
    assert Entry.objects.of(world.zhou).totals()["hours"] == 2


def test_red_twin_the_captain_would_verify_their_own_hours_by_the_other_row(world, second_row, monkeypatch):
    monkeypatch.setattr(Person, "may_be", lambda self, other: False)
    second_row.verify(by=fresh(world.zhou))
    assert Entry.objects.of(world.zhou).totals()["hours"] == 2


def test_a_namesake_among_the_members_does_not_verify_either(world):
    twin = world.member(world.zhou.name, world.neighbourhood)
    claim = world.claimed(
        world.past_task(), twin, status=Claim.Status.REPORTED, hours=Decimal(2), reported_at=timezone.now()
    )
    with pytest.raises(Refused, match="同名"):
        claim.verify(by=world.zhou)
    claim.verify(by=world.wang)
    assert Entry.objects.get().by == world.wang


# a deputy's post ------------------------------------------------------------------------------------------------------


def wangs_post(world):
    return world.wang.appointments.get(stands_in_for=None)


def test_a_deputy_does_not_stay_longer_than_the_term_of_the_post(world):
    post = wangs_post(world)
    Appointment.objects.filter(pk=post.pk).update(until=days(2))
    with pytest.raises(Refused, match="任期"):
        delegate(wangs_post(world), to=world.shen, since=days(0), until=days(10), reason="出差", by=world.wang)
    made = delegate(wangs_post(world), to=world.shen, since=days(0), until=days(1), reason="出差", by=world.wang)
    assert made.until == days(2)


def test_red_twin_the_deputy_would_stay(world, monkeypatch, time_machine):
    monkeypatch.setattr(deputies, "refusal", lambda *args, **more: None)
    Appointment.objects.filter(pk=wangs_post(world).pk).update(until=days(2))
    delegate(wangs_post(world), to=world.shen, since=days(0), until=days(10), reason="出差", by=world.wang)
    time_machine.move_to(timezone.now() + dt.timedelta(days=5))
    assert can(fresh(world.shen), Permission.REVIEW_REGISTRATION, world.neighbourhood)


def test_a_shortened_term_shortens_the_deputy(world, time_machine):
    delegate(wangs_post(world), to=world.shen, since=days(0), until=days(10), reason="出差", by=world.wang)
    appoint(
        world.staff("接任", "jie", Role.CLERK, world.far_subdistrict, ""), Role.SECRETARY, world.neighbourhood, by=None
    )
    wangs_post(world).set_term(days(3), by=world.admin)
    assert can(fresh(world.shen), Permission.REVIEW_REGISTRATION, world.neighbourhood)
    time_machine.move_to(timezone.now() + dt.timedelta(days=4))
    assert not can(fresh(world.shen), Permission.REVIEW_REGISTRATION, world.neighbourhood)


# one's own check ------------------------------------------------------------------------------------------------------


@pytest.fixture
def from_paper(world):
    """Entered by the secretary, confirmed by the 街镇."""
    (back,) = BackEntry.enter(
        [(world.alan, 3)], by=world.wang, place=world.neighbourhood, served_on=days(-3), what="送水",
        evidence="签到表", sheet="a",
    )  # fmt: skip
    back.confirm(by=world.shen)
    return Entry.objects.get()


@pytest.mark.parametrize("who", ["wang", "shen"])
def test_whoever_entered_or_confirmed_from_paper_does_not_check_it_off(world, from_paper, who):
    by = getattr(world, who)
    found = next(one for one in findings(by) if one.kind == "paper")
    with pytest.raises(Refused):
        note_checked(found, by=by, result="fine")
    answer = world.client(by).post(reverse("service:check_note"), {"key": found.key, "result": "fine"})
    assert answer.status_code == 409
    assert note_checked(found, by=world.auditor, result="fine").by == world.auditor


def test_red_twin_they_would_check_themselves_off(world, from_paper):
    found = next(one for one in findings(world.wang) if one.kind == "paper")
    found.hands = frozenset()
    assert note_checked(found, by=world.wang, result="fine").by == world.wang


def test_whoever_entered_from_paper_does_not_decide_the_dispute_about_it(world, from_paper, time_machine):
    dispute = Dispute.raise_on(from_paper, by=world.alan, words="做了四小时", hours=4)
    dispute.answer_it(by=world.zhou, hours=3, reason="签到表写三小时")
    dispute.ask(by=world.alan, reason="后来又送了一车")
    with pytest.raises(Refused):
        dispute.decide(by=world.wang, hours=3, reason="我录的没有错")
    assert Dispute.objects.get().status == Dispute.Status.ASKED
    assert not dispute.someone_decides()  # so the clock passes it up


def test_whoever_wrote_the_correction_does_not_decide_the_dispute_about_it(world):
    claim = world.claimed(
        world.past_task(), world.alan, status=Claim.Status.REPORTED, hours=Decimal(2), reported_at=timezone.now()
    )
    claim.correct(by=world.wang, hours=Decimal("0.5"), reason="早走了")
    claim.dispute(by=world.alan, reason="没有早走")
    claim.decide(by=world.shen, hours=Decimal("0.5"), reason="按签到")
    dispute = Dispute.raise_on(Entry.objects.get(), by=world.alan, words="签到表不全", hours=2)
    dispute.answer_it(by=world.zhou, hours=Decimal("0.5"), reason="维持")
    dispute.ask(by=world.alan, reason="请再看")
    with pytest.raises(Refused):
        dispute.decide(by=world.wang, hours=Decimal("0.5"), reason="我更正得对")


def test_red_twin_the_corrector_would_decide(world, from_paper, monkeypatch):
    dispute = Dispute.raise_on(from_paper, by=world.alan, words="做了四小时", hours=4)
    dispute.answer_it(by=world.zhou, hours=3, reason="签到表写三小时")
    dispute.ask(by=world.alan, reason="后来又送了一车")
    monkeypatch.setattr(dispute_rules, "HANDS", [])
    dispute.decide(by=world.wang, hours=3, reason="我录的没有错")
    assert dispute.status == Dispute.Status.DECIDED


def test_an_award_cannot_be_had_twice_by_asking_twice(world, from_paper):
    again = award(
        world.alan, hours=3, factor="ordinary", place=world.neighbourhood, served_on=days(-3), reason="送水",
        source=BackEntry.objects.get(), by=world.shen,
    )  # fmt: skip
    assert again == from_paper and Entry.objects.count() == 1
