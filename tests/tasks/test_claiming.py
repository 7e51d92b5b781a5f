"""认领、候补、退出: a seat is held once, the line keeps its order, and nobody waits beside a free seat."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from tongxin.journal.models import Event
from tongxin.tasks.checks import problems
from tongxin.tasks.models import Claim, Risk, Task
from tongxin.tasks.models import task as models
from tongxin.workflow import seats
from tongxin.workflow.transitions import Refused

Status = Claim.Status


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def claim(task, person, **given):
    return fresh(task).claim(by=person, **given)


@pytest.fixture
def people(world):
    """Five more volunteers of the neighbourhood."""
    return [world.member(f"志愿者{n}", world.neighbourhood) for n in "甲乙丙丁戊"]


def test_claiming_takes_a_seat_and_tells_the_journal(world):
    task = world.task()
    mine = claim(task, world.alan)
    assert mine.status == Status.CLAIMED
    assert fresh(task).taken == 1
    event = Event.objects.about(mine).get()
    assert (event.verb, event.actor_id, event.went_to) == ("claim.claim", world.alan.pk, "claimed")


def test_claiming_twice_is_claiming_once(world):
    task = world.task()
    first, second = claim(task, world.alan), claim(task, world.alan)
    assert first == second
    assert fresh(task).taken == 1
    assert Event.objects.filter(verb="claim.claim").count() == 1


def test_claiming_twice_in_the_waiting_list_is_waiting_once(world, people):
    task = world.task(seats=1)
    claim(task, people[0])
    assert claim(task, people[1]) == claim(task, people[1])
    assert Claim.objects.filter(task=task).count() == 2


def test_red_twin_without_the_unique_constraint_one_person_would_hold_two(world):
    task = world.task()
    claim(task, world.alan)
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.create(task=task, person=world.alan, status=Status.CLAIMED)


def test_a_full_task_puts_you_in_the_line(world, people):
    task = world.task(seats=2)
    statuses = [claim(task, person).status for person in people]
    assert statuses == ["claimed", "claimed", "waiting", "waiting", "waiting"]
    assert fresh(task).taken == 2


def test_a_stale_look_at_the_seats_still_ends_in_the_line(world, people):
    """Two pages showed a free seat; one person was quicker."""
    task = world.task(seats=1)
    stale = fresh(task)
    claim(task, people[0])
    assert stale.taken == 0
    assert stale.claim(by=people[1]).status == Status.WAITING
    assert fresh(task).taken == 1


def test_red_twin_without_the_condition_the_database_itself_stops_an_oversold_task(world, people, monkeypatch):
    task = world.task(seats=1)
    stale = fresh(task)
    claim(task, people[0])
    unconditional = Task.objects.filter(pk=task.pk)
    monkeypatch.setattr(seats, "take", lambda *_, **__: unconditional.update(taken=models.F("taken") + 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        stale.claim(by=people[1])


def test_a_withdrawn_seat_goes_to_the_first_in_line(world, people):
    task = world.task(seats=1)
    claims = [claim(task, person) for person in people]
    fresh(claims[0]).withdraw(by=people[0])
    assert [fresh(c).status for c in claims] == ["withdrawn", "claimed", "waiting", "waiting", "waiting"]
    assert fresh(task).taken == 1
    moved = Event.objects.get(verb="claim.promote")
    assert (moved.subject_id, moved.actor_id) == (claims[1].pk, None)
    assert list(problems()) == []


def test_red_twin_a_release_that_forgets_the_line_leaves_them_waiting_beside_a_free_seat(world, people, monkeypatch):
    task = world.task(seats=1)
    first, _ = [claim(task, person) for person in people[:2]]
    monkeypatch.setattr(Task, "promote_waiting", lambda self: None)
    fresh(first).withdraw(by=people[0])
    assert list(problems()) == [f"tasks.task {task.pk}: 有空名额，却有人在候补"]


def test_leaving_the_line_frees_no_seat(world, people):
    task = world.task(seats=1)
    claims = [claim(task, person) for person in people[:3]]
    fresh(claims[1]).withdraw(by=people[1])
    assert fresh(task).taken == 1
    fresh(claims[0]).withdraw(by=people[0])
    assert fresh(claims[2]).status == Status.CLAIMED


def test_the_seat_passes_over_somebody_who_leaves_the_line_that_moment(world, people, monkeypatch):
    task = world.task(seats=1)
    claims = [claim(task, person) for person in people[:3]]
    promote = Claim.promote

    def gone_meanwhile(self, *, by):
        if self.pk == claims[1].pk:
            Claim.objects.filter(pk=self.pk).update(status=Status.WITHDRAWN)
        return promote(self, by=by)

    monkeypatch.setattr(Claim, "promote", gone_meanwhile)
    fresh(claims[0]).withdraw(by=people[0])
    assert fresh(claims[2]).status == Status.CLAIMED
    assert fresh(task).taken == 1


def test_a_seat_freed_while_i_queue_is_mine(world, people):
    """The page still said "full"; the seat was free by the time the press arrived."""
    task = world.task(seats=1)
    first = claim(task, people[0])
    stale = fresh(task)
    fresh(first).withdraw(by=people[0])
    assert stale.taken == 1
    assert stale.claim(by=people[1]).status == Status.CLAIMED
    assert list(problems()) == []


def test_who_withdrew_may_claim_again(world):
    task = world.task()
    claim(task, world.alan).withdraw(by=world.alan)
    again = claim(task, world.alan)
    assert again.status == Status.CLAIMED
    assert [c.status for c in Claim.objects.filter(person=world.alan)] == ["withdrawn", "claimed"]
    assert fresh(task).taken == 1


def test_withdrawing_twice_frees_one_seat(world, people):
    task = world.task()
    mine = claim(task, people[0])
    claim(task, people[1])
    stale = fresh(mine)
    fresh(mine).withdraw(by=people[0])
    with pytest.raises(Refused):
        stale.withdraw(by=people[0])
    assert fresh(task).taken == 1


def test_nobody_withdraws_for_another(world):
    mine = claim(world.task(), world.alan)
    with pytest.raises(PermissionDenied):
        mine.withdraw(by=world.zhou)


def test_red_twin_without_the_question_a_neighbour_takes_my_seat_away(world, unpermitted):
    mine = claim(world.task(), world.alan)
    mine.withdraw(by=world.zhou)
    assert fresh(mine).status == Status.WITHDRAWN


def on_now(world, **more):
    now = timezone.now()
    return world.task(starts_at=now - dt.timedelta(hours=1), ends_at=now + dt.timedelta(hours=1), **more)


def test_i_cannot_come_is_said_even_after_the_start_and_marked_late(world):
    task = on_now(world, seats=1)
    mine = world.claimed(task, world.alan)
    waiting = Claim.objects.create(task=task, person=world.wu, status=Status.WAITING)
    fresh(mine).withdraw(by=world.alan)
    assert (fresh(mine).status, fresh(mine).late, fresh(task).taken) == ("withdrawn", True, 0)
    assert fresh(waiting).status == Status.WAITING  # nobody is sent to what began already
    assert list(problems()) == []


def test_in_good_time_is_not_late(world):
    mine = claim(world.task(), world.alan)
    mine.withdraw(by=world.alan)
    assert fresh(mine).late is False


def test_no_withdrawing_once_it_is_over(world):
    mine = world.claimed(world.past_task(), world.alan)
    with pytest.raises(Refused, match="已经结束"):
        fresh(mine).withdraw(by=world.alan)


def test_red_twin_without_the_guard_work_done_is_withdrawn(world, unguarded):
    task = world.past_task()
    mine = world.claimed(task, world.alan)
    fresh(mine).withdraw(by=world.alan)
    assert fresh(task).taken == 0


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"status": "draft"}, "草稿"),
        ({"status": "cancelled"}, "已取消"),
        ({"risk": Risk.SOME}, "安全说明"),
    ],
)
def test_what_cannot_be_claimed_says_why(world, overrides, words):
    with pytest.raises(Refused, match=words):
        claim(world.task(**overrides), world.alan)


def test_a_risky_task_is_claimed_by_who_read_the_text(world):
    assert claim(world.task(risk=Risk.SOME), world.alan, read_risk=True).read_risk is True


def test_a_task_that_began_is_not_claimed(world):
    with pytest.raises(Refused, match="来不及"):
        claim(world.past_task(), world.alan)


def test_red_twin_without_the_reasons_a_stranger_to_the_risk_is_on_the_roof(world, monkeypatch):
    monkeypatch.setattr(Task, "why_not_claim", lambda self, by, *, read_risk=True, agreed=True: None)
    assert claim(world.task(risk=Risk.HIGH), world.alan).read_risk is False


def test_only_volunteers_of_the_place_claim(world):
    for stranger in (world.neighbour, world.outsider, world.newcomer, world.he, world.auditor):
        with pytest.raises(PermissionDenied):
            claim(world.task(), stranger)


def test_red_twin_without_the_question_an_outsider_has_the_seat(world, monkeypatch):
    monkeypatch.setattr(models.reach, "may_claim", lambda *_: True)
    assert claim(world.task(), world.outsider).status == Status.CLAIMED


def test_a_claim_against_a_cancelled_task_finds_it_cancelled(world):
    """The page was open when the task was called off."""
    task = world.task()
    stale = fresh(task)
    fresh(task).cancel(by=world.wang, reason="下雨")
    with pytest.raises(Refused, match="已取消"):
        stale.claim(by=world.alan)
    assert fresh(task).taken == 0
    assert Claim.objects.count() == 0


def test_red_twin_a_seat_taken_whatever_the_status_sits_in_a_cancelled_task(world, monkeypatch):
    task = world.task()
    stale = fresh(task)
    fresh(task).cancel(by=world.wang, reason="下雨")
    careless = seats.take
    monkeypatch.setattr(seats, "take", lambda holder, **still: careless(holder))
    stale.claim(by=world.alan)
    assert any("已取消，认领却还在" in line for line in problems())


def test_overlapping_tasks_are_allowed(world):
    """报名撞了时间只提醒，不禁止."""
    start = timezone.now() + dt.timedelta(days=1)
    for title in ("上午的", "也是上午的"):
        task = world.task(title=title, starts_at=start, ends_at=start + dt.timedelta(hours=1))
        assert claim(task, world.alan).status == Status.CLAIMED
