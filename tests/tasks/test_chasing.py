"""The clock asks once, proposes, warns before it releases, reminds and passes on: it never removes hours."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from tongxin.journal.models import Event
from tongxin.service.models import Entry
from tongxin.tasks import chasing
from tongxin.tasks.checks import problems
from tongxin.tasks.clockwork import end_what_is_over
from tongxin.tasks.models import Claim
from tongxin.tasks.models import claim as models
from tongxin.workflow.transitions import CLOCK, Refused
from tongxin.workflow.working_time import add_working_days

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
MONDAY = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.timezone(8 * HOUR))


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def tick(clock, when) -> int:
    clock.move_to(when, tick=False)
    return sum(step(timezone.now()) for step in chasing.STEPS)


def verbs(claim):
    return [event.verb for event in Event.objects.about(claim)]


@pytest.fixture
def clock(time_machine):
    time_machine.move_to(MONDAY, tick=False)
    return time_machine


@pytest.fixture
def forgotten(world, clock):
    task = world.task(starts_at=MONDAY + 6 * HOUR, ends_at=MONDAY + 8 * HOUR)
    return task.claim(by=world.alan)


def morning(days, hour=9):
    return (MONDAY + days * DAY).replace(hour=hour)


def test_who_forgot_is_asked_once_the_next_morning(forgotten, clock):
    assert tick(clock, MONDAY + 9 * HOUR) == 0
    assert tick(clock, morning(1, 8)) == 0
    assert tick(clock, morning(1)) == 1
    assert tick(clock, morning(1, 15)) == tick(clock, morning(2)) == 0
    assert verbs(forgotten) == ["claim.claim", "claim.ask"]
    assert fresh(forgotten).status == "claimed"


def test_asking_twice_at_once_asks_once(forgotten, clock):
    clock.move_to(morning(1), tick=False)
    both = [fresh(forgotten), fresh(forgotten)]
    asked = [chasing._once(claim, "claim.ask", asked_at=(None, timezone.now())) for claim in both]
    assert asked == [True, False]
    assert verbs(forgotten).count("claim.ask") == 1


def test_red_twin_marking_without_looking_asks_twice(forgotten, clock):
    clock.move_to(morning(1), tick=False)
    for claim in (fresh(forgotten), fresh(forgotten)):
        Claim.objects.filter(pk=claim.pk).update(asked_at=timezone.now())
        chasing.record("claim.ask", subject=claim, place=claim.task.place_id)
    assert verbs(forgotten).count("claim.ask") == 2


def test_without_an_answer_the_plan_is_put_before_the_verifier_with_its_mark(world, forgotten, clock):
    tick(clock, morning(1))
    assert tick(clock, morning(4)) == 0
    assert tick(clock, morning(4, 10)) == 1
    claim = fresh(forgotten)
    assert (claim.status, claim.proposed, claim.hours) == ("reported", True, Decimal(2))
    assert Event.objects.about(claim).last().actor_id is None
    page = world.client(world.zhou).get("/tasks/verify/?all=1").content.decode()
    assert "系统按计划时间代为登记，本人未填" in page and " checked>" not in page
    claim.verify(by=world.zhou)
    assert Entry.objects.get().hours == 2
    assert list(problems()) == []


def test_nobody_but_the_clock_proposes(world, forgotten, clock):
    clock.move_to(morning(1), tick=False)
    for who in (world.zhou, world.wang):
        with pytest.raises(Refused, match="系统"):
            fresh(forgotten).propose(by=who)


def test_an_answer_in_between_is_not_overwritten(world, forgotten, clock):
    tick(clock, morning(1))
    stale = fresh(forgotten)
    fresh(forgotten).report(by=world.alan, hours=Decimal(1))
    assert chasing.done(stale.propose) is False
    assert tick(clock, morning(6)) == 0
    assert (fresh(forgotten).hours, fresh(forgotten).proposed) == (1, False)


def test_a_very_long_task_is_proposed_for_a_day_at_most(world, clock):
    task = world.task(starts_at=MONDAY + HOUR, ends_at=MONDAY + 40 * HOUR)
    claim = task.claim(by=world.alan)
    clock.move_to(MONDAY + 5 * DAY, tick=False)
    fresh(claim).propose(by=CLOCK)
    assert fresh(claim).hours == 24


# a seat nobody works at


@pytest.fixture
def flexible(world, clock):
    return world.task(seats=1, starts_at=MONDAY - HOUR, ends_at=MONDAY + 14 * DAY, flexible=True, hours=2)


def test_a_seat_of_a_flexible_task_says_until_when_it_is_held(world, flexible):
    claim = flexible.claim(by=world.alan)
    assert claim.release_at == MONDAY.replace(hour=21) + 3 * DAY
    assert "名额给您留到" in world.client(world.alan).get(f"/tasks/{flexible.pk}/").content.decode()
    assert "留到" in world.client(world.zhou).get(f"/tasks/{flexible.pk}/").content.decode()


def test_the_holder_is_warned_a_day_before_and_then_the_next_in_line_has_the_seat(world, flexible, clock):
    held, waiting = flexible.claim(by=world.alan), fresh(flexible).claim(by=world.wu)
    assert tick(clock, held.release_at - DAY - HOUR) == 0
    assert tick(clock, held.release_at - DAY) == 1
    assert tick(clock, held.release_at - HOUR) == 0
    assert tick(clock, held.release_at + HOUR) == 1
    assert (fresh(held).status, fresh(waiting).status) == ("released", "claimed")
    assert fresh(waiting).release_at == held.release_at + 3 * DAY
    assert verbs(held) == ["claim.claim", "claim.release_soon", "claim.release"]
    assert list(problems()) == []
    assert fresh(flexible).claim(by=world.alan).status == "waiting"


def test_a_clock_that_stood_still_warns_first_all_the_same(world, flexible, clock):
    held = flexible.claim(by=world.alan)
    assert tick(clock, held.release_at + 2 * DAY) == 1
    assert fresh(held).status == "claimed"
    assert tick(clock, held.release_at + 3 * DAY) == 1
    assert fresh(held).status == "released"


def test_red_twin_without_the_warning_the_seat_is_gone_unsaid(world, flexible, clock):
    held = flexible.claim(by=world.alan)
    clock.move_to(held.release_at, tick=False)
    held.release(by=CLOCK, reason="到时")
    assert "claim.release_soon" not in verbs(held)


def test_some_days_more_unless_somebody_waits(world, flexible, clock):
    held = flexible.claim(by=world.alan)
    with pytest.raises(Refused, match="不用延长"):
        fresh(held).keep(by=world.alan)
    tick(clock, held.release_at - DAY)
    fresh(held).keep(by=world.alan)
    assert fresh(held).release_at == held.release_at + 2 * DAY
    assert tick(clock, held.release_at + HOUR) == 0
    tick(clock, held.release_at + DAY)
    fresh(flexible).claim(by=world.wu)
    with pytest.raises(Refused, match="候补"):
        fresh(held).keep(by=world.alan)


def test_done_but_not_said_is_reported_after_the_release(world, flexible, clock):
    held = flexible.claim(by=world.alan)
    held.release(by=CLOCK, reason="到时")
    fresh(held).report(by=world.alan, hours=Decimal(2))
    assert (fresh(held).status, fresh(flexible).taken) == ("reported", 1)
    assert list(problems()) == []


def test_a_seat_given_away_is_not_taken_back_by_a_report(world, flexible, clock):
    held, _ = flexible.claim(by=world.alan), fresh(flexible).claim(by=world.wu)
    held.release(by=CLOCK, reason="到时")
    with pytest.raises(Refused, match="补录"):
        fresh(held).report(by=world.alan, hours=Decimal(2))
    assert list(problems()) == []


def test_red_twin_a_report_that_takes_no_seat_breaks_the_count(world, flexible, clock, monkeypatch):
    held, _ = flexible.claim(by=world.alan), fresh(flexible).claim(by=world.wu)
    held.release(by=CLOCK, reason="到时")
    monkeypatch.setattr(models.Claim, "_take_again", lambda self: None)
    fresh(held).report(by=world.alan, hours=Decimal(2))
    assert any("实际在册2" in line for line in problems())


def test_release_and_report_at_once_are_one_of_the_two(world, flexible, clock):
    held = flexible.claim(by=world.alan)
    by_clock, by_person = fresh(held), fresh(held)
    by_person.report(by=world.alan, hours=Decimal(2))
    assert chasing.done(by_clock.release, reason="到时") is False
    assert (fresh(held).status, fresh(flexible).taken) == ("reported", 1)
    assert list(problems()) == []


def test_seats_of_a_fixed_task_are_not_timed(world, clock):
    assert (
        world.task(starts_at=MONDAY + 9 * DAY, ends_at=MONDAY + 9 * DAY + HOUR).claim(by=world.alan).release_at is None
    )


@pytest.mark.parametrize("how", ["pause", "inactive"])
def test_who_pauses_or_is_gone_holds_no_seat(world, clock, how):
    held = world.task().claim(by=world.alan)
    if how == "pause":
        world.alan.memberships.update(paused_at=timezone.now())
    else:
        type(world.alan).objects.filter(pk=world.alan.pk).update(is_active=False)
    end_what_is_over(timezone.now())
    assert fresh(held).status == "released"
    assert list(problems()) == []


# reminders


@pytest.fixture
def reported(world, clock):
    claim = world.claimed(world.task(starts_at=MONDAY - 3 * HOUR, ends_at=MONDAY - HOUR), world.alan)
    claim.report(by=world.alan, hours=Decimal(2))
    return fresh(claim)


def test_a_silent_verifier_is_reminded_then_the_neighbourhood_is_asked(reported, clock):
    assert tick(clock, add_working_days(MONDAY, 5)) == 0
    assert tick(clock, add_working_days(MONDAY, 5) + HOUR) == 1
    assert tick(clock, add_working_days(MONDAY, 5) + 2 * HOUR) == 0
    assert tick(clock, add_working_days(MONDAY, 10) + HOUR) == 1
    assert tick(clock, add_working_days(MONDAY, 30)) == 0
    assert verbs(reported)[1:] == ["claim.verify_late", "claim.verify_escalate"]
    assert (fresh(reported).status, fresh(reported).hours) == ("reported", 2)


def test_a_person_who_does_not_answer_agrees_to_nothing(world, reported, clock):
    reported.correct(by=world.zhou, hours=Decimal(1), reason="看表")
    claim = fresh(reported)
    assert tick(clock, claim.answer_by) == 0
    assert tick(clock, claim.answer_by + HOUR) == 1
    assert (fresh(claim).status, Entry.objects.count()) == ("disputed", 0)
    fresh(claim).rule(by=world.wang, hours=Decimal(2), reason="签到本上有")
    assert Entry.objects.get().hours == 2


def test_red_twin_taking_silence_for_consent_removes_an_hour(world, reported, unpermitted):
    reported.correct(by=world.zhou, hours=Decimal(1), reason="看表")
    fresh(reported).accept(by=CLOCK)
    assert Entry.objects.get().hours == 1


def test_a_decision_that_waits_is_remembered_once(world, reported, clock):
    reported.correct(by=world.zhou, hours=Decimal(1), reason="看表")
    fresh(reported).dispute(by=world.alan, reason="不对")
    assert tick(clock, add_working_days(MONDAY, 10)) == 0
    assert tick(clock, add_working_days(MONDAY, 10) + HOUR) == 1
    assert tick(clock, add_working_days(MONDAY, 40)) == 0
    assert verbs(reported)[-1] == "claim.decide_late"


def test_the_calendar_is_asked_once_a_day_of_reports(world, clock, monkeypatch):
    asked = []
    monkeypatch.setattr(
        chasing, "add_working_days", lambda start, days: asked.append(days) or add_working_days(start, days)
    )
    for n in range(20):
        start = MONDAY - (n + 3) * HOUR
        claim = world.claimed(world.task(starts_at=start, ends_at=start + HOUR), world.alan)
        claim.report(by=world.alan, hours=Decimal(1))
    clock.move_to(MONDAY + 9 * DAY, tick=False)
    assert chasing.chase_verifiers(timezone.now()) == 20
    assert asked == [5]
