"""登记、核验: hours come from the person who did it, are confirmed by somebody else, and enter the ledger once."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from tongxin.service.models import Entry
from tongxin.tasks.checks import problems
from tongxin.tasks.models import Claim, verify_many
from tongxin.workflow.transitions import Refused, open_moves


def fresh(row):
    return type(row).objects.get(pk=row.pk)


@pytest.fixture
def done(world):
    """阿兰 was there; the task is over."""
    return world.claimed(world.past_task(), world.alan)


@pytest.fixture
def reported(world, done):
    fresh(done).report(by=world.alan, hours=Decimal("1.5"), note="多待了一会儿")
    return fresh(done)


def test_the_plan_is_offered_in_half_hours(world):
    task = world.past_task()
    assert task.planned_hours == Decimal(2)
    assert (task.hours_offered[0], task.hours_offered[-1]) == (Decimal("0.5"), Decimal(5))


def test_reported_verified_and_in_the_ledger_once(world, reported):
    reported.verify(by=world.zhou)
    entry = Entry.objects.get()
    assert (entry.person, entry.hours, entry.source_id, entry.by) == (
        world.alan,
        Decimal("1.5"),
        reported.pk,
        world.zhou,
    )
    assert fresh(reported).verified_by == world.zhou
    assert list(problems()) == []


@pytest.mark.parametrize("hours", ["0", "-1", "0.7", "24.5", "5.5"])
def test_impossible_hours_are_refused_in_words(world, done, hours):
    with pytest.raises(Refused, match="半小时"):
        fresh(done).report(by=world.alan, hours=Decimal(hours))
    assert fresh(done).status == Claim.Status.CLAIMED


def test_red_twin_the_database_is_the_second_belt_for_hours(world, done):
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.filter(pk=done.pk).update(status="reported", hours=0)


def test_no_report_before_it_began(world):
    claim = world.task().claim(by=world.alan)
    with pytest.raises(Refused, match="还没有开始"):
        claim.report(by=world.alan, hours=Decimal(1))


def test_red_twin_without_the_guard_hours_of_tomorrow_are_in_the_ledger_today(world, unguarded):
    claim = world.task().claim(by=world.alan)
    claim.report(by=world.alan, hours=Decimal(1))
    fresh(claim).verify(by=world.zhou)
    assert Entry.objects.count() == 1


def test_nobody_reports_for_another(world, done):
    with pytest.raises(PermissionDenied):
        fresh(done).report(by=world.zhou, hours=Decimal(1))


def test_red_twin_without_the_question_a_captain_writes_my_hours(world, done, unpermitted):
    fresh(done).report(by=world.zhou, hours=Decimal(1))
    assert fresh(done).hours == 1


def test_nobody_verifies_their_own_hours(world):
    own = world.claimed(world.past_task(), world.zhou)
    fresh(own).report(by=world.zhou, hours=Decimal(2))
    with pytest.raises(Refused, match="别人"):
        fresh(own).verify(by=world.zhou)
    assert "verify" not in [move.name for move in open_moves(fresh(own), world.zhou)]
    assert Entry.objects.count() == 0


def test_red_twin_without_the_guard_only_the_database_stops_own_hours(world, unguarded):
    own = world.claimed(world.past_task(), world.zhou)
    fresh(own).report(by=world.zhou, hours=Decimal(2))
    with pytest.raises(IntegrityError), transaction.atomic():
        fresh(own).verify(by=world.zhou)


@pytest.mark.parametrize("who", ["neighbour", "outsider", "shen", "he", "auditor", "far_secretary"])
def test_only_who_leads_there_verifies(world, reported, who):
    with pytest.raises(PermissionDenied):
        reported.verify(by=getattr(world, who))


def test_red_twin_without_the_question_an_outsider_hands_out_hours(world, reported, unpermitted):
    reported.verify(by=world.outsider)
    assert Entry.objects.get().by == world.outsider


def test_verifying_twice_is_one_entry(world, reported):
    stale = fresh(reported)
    reported.verify(by=world.zhou)
    with pytest.raises(Refused):
        stale.verify(by=world.wang)
    with pytest.raises(Refused):
        fresh(reported).verify(by=world.wang)
    assert Entry.objects.count() == 1


def test_a_batch_verifies_what_it_may_and_says_why_not_for_the_rest(world, reported):
    own = world.claimed(world.past_task(), world.zhou)
    fresh(own).report(by=world.zhou, hours=Decimal(2))
    verified, left = verify_many(Claim.objects.to_verify(world.zhou), by=world.zhou)
    assert [claim.pk for claim in verified] == [reported.pk]
    assert [(claim.pk, why) for claim, why in left] == [(own.pk, "自己的时长请别人核验")]


def test_checks_name_every_disagreement(world, reported):
    reported.verify(by=world.zhou)
    orphan = world.claimed(world.past_task(), world.wu, status="reported", hours=1, reported_at=reported.reported_at)
    Claim.objects.filter(pk=orphan.pk).update(status="verified", verified_by=world.zhou, verified_at=orphan.at)
    Claim.objects.filter(pk=reported.pk).update(status="withdrawn", verified_by=None)
    assert list(problems()) == [
        f"tasks.task {reported.task_id}: 已占名额记为1，实际在册0",
        f"tasks.claim {orphan.pk}: 已核验1.00小时，时长账里没有相同的一笔",
        f"service.entry {Entry.objects.get().pk}: 来自认领{reported.pk}，但那条认领没有核验",
    ]
