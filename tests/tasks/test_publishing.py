"""发布、取消、结束: who may, when, and what stays on record."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from tongxin.journal.models import Event
from tongxin.tasks.checks import problems
from tongxin.tasks.models import Claim, Task, close_past
from tongxin.tasks.models import task as models
from tongxin.workflow.transitions import Refused, open_moves


def fields(world, **overrides):
    start = timezone.now() + dt.timedelta(days=1)
    given = {
        "place": world.neighbourhood, "title": "花坛补种", "spot": "南门", "seats": 3, "risk_text": "风险低",
        "starts_at": start, "ends_at": start + dt.timedelta(hours=1),
    }  # fmt: skip
    return given | overrides


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def test_a_draft_becomes_an_open_task(world):
    task = Task.draft(by=world.zhou, **fields(world))
    assert (task.status, task.contact) == ("draft", world.zhou)
    task.publish(by=world.zhou)
    assert fresh(task).status == "open"
    assert [e.verb for e in Event.objects.about(task)] == ["task.draft", "task.publish"]


def test_the_same_form_sent_twice_is_one_task(world):
    first = Task.draft(by=world.zhou, submit_key="k1", publish=True, **fields(world))
    second = Task.draft(by=world.zhou, submit_key="k1", publish=True, **fields(world))
    assert first == second
    assert Task.objects.count() == 1
    assert Event.objects.filter(verb="task.publish").count() == 1


def test_red_twin_without_the_key_a_double_press_is_two_tasks(world):
    for _ in range(2):
        Task.draft(by=world.zhou, **fields(world))
    assert Task.objects.count() == 2


@pytest.mark.parametrize("who", ["alan", "wu", "shen", "he", "auditor", "far_secretary", "outsider"])
def test_only_captain_and_secretary_of_the_place_publish(world, who):
    person = getattr(world, who)
    with pytest.raises(PermissionDenied):
        Task.draft(by=person, **fields(world))
    draft = Task.draft(by=world.wang, **fields(world))
    with pytest.raises(PermissionDenied):
        draft.publish(by=person)


def test_red_twin_without_the_question_anybody_publishes(world, monkeypatch, unpermitted):
    monkeypatch.setattr(models, "can", lambda *_: True)
    assert Task.draft(by=world.outsider, publish=True, **fields(world)).status == "open"


def test_what_began_is_not_published(world):
    past = world.past_task(status="draft")
    with pytest.raises(Refused, match="已经开始"):
        past.publish(by=world.wang)


def test_red_twin_without_the_guard_a_task_of_yesterday_opens(world, unguarded):
    past = world.past_task(status="draft")
    past.publish(by=world.wang)
    assert fresh(past).status == "open"


def test_cancelling_keeps_who_was_in_and_frees_the_seats(world):
    task = world.task(seats=1)
    inside, waiting = fresh(task).claim(by=world.alan), fresh(task).claim(by=world.wu)
    fresh(task).cancel(by=world.zhou, reason="下大雨")
    assert [fresh(c).status for c in (inside, waiting)] == ["dropped", "dropped"]
    assert (fresh(task).status, fresh(task).taken) == ("cancelled", 0)
    dropped = Event.objects.filter(verb="claim.drop").order_by("id")
    assert [(e.subject_id, e.came_from, e.reason) for e in dropped] == [
        (inside.pk, "claimed", "下大雨"),
        (waiting.pk, "waiting", "下大雨"),
    ]
    assert list(problems()) == []


def test_hours_somebody_reported_are_not_cancelled_away(world):
    task = world.past_task()
    claim = world.claimed(task, world.alan)
    fresh(claim).report(by=world.alan, hours=task.planned_hours)
    with pytest.raises(Refused, match="已经有人登记"):
        fresh(task).cancel(by=world.zhou, reason="写错了")
    assert "cancel" not in [move.name for move in open_moves(fresh(task), world.zhou)]


def test_what_is_over_is_not_cancelled_but_an_old_draft_is(world):
    over = world.past_task()
    world.claimed(over, world.alan)
    with pytest.raises(Refused, match="已经结束"):
        fresh(over).cancel(by=world.zhou, reason="写错了")
    world.past_task(status="draft").cancel(by=world.zhou, reason="没用上")
    assert Task.objects.filter(status="cancelled").count() == 1


def test_red_twin_without_the_guard_reported_work_hangs_on_a_cancelled_task(world, unguarded):
    task = world.past_task()
    claim = world.claimed(task, world.alan)
    fresh(claim).report(by=world.alan, hours=task.planned_hours)
    fresh(task).cancel(by=world.zhou, reason="写错了")
    assert any("已取消，认领却还在" in line for line in problems())


def test_nobody_ends_a_claim_or_moves_it_up_by_hand(world):
    task = world.task(seats=1)
    inside, waiting = fresh(task).claim(by=world.alan), fresh(task).claim(by=world.wu)
    assert {move.name for move in open_moves(inside, world.alan)} == {"withdraw"}
    for person in (world.zhou, world.wang, world.wu):
        with pytest.raises((Refused, PermissionDenied)):
            inside.drop(by=person, reason="不要")
        with pytest.raises((Refused, PermissionDenied)):
            waiting.promote(by=person)
        with pytest.raises((Refused, PermissionDenied)):
            fresh(task).close(by=person)


def test_red_twin_without_the_guard_a_captain_pushes_somebody_out(world, unguarded):
    inside = world.task().claim(by=world.alan)
    inside.drop(by=world.zhou, reason="不要")
    assert fresh(inside).status == "dropped"


def test_the_clock_ends_what_is_over_and_a_late_report_still_counts(world):
    end = timezone.now() - dt.timedelta(days=2)
    task = world.past_task(seats=1, starts_at=end - dt.timedelta(hours=2), ends_at=end)
    claim = world.claimed(task, world.alan)
    waiting = Claim.objects.create(task=task, person=world.wu, status="waiting")
    assert close_past() == 1
    assert close_past() == 0
    assert (fresh(task).status, fresh(waiting).status, fresh(claim).status) == ("closed", "dropped", "claimed")
    fresh(claim).report(by=world.alan, hours=task.planned_hours)
    assert fresh(claim).status == "reported"


@pytest.mark.parametrize(
    "wrong",
    [{"seats": 0}, {"taken": 3}, {"ends_at": timezone.now() - dt.timedelta(days=9)}],
    ids=["no seats", "more taken than there are", "ends before it starts"],
)
def test_the_database_refuses_impossible_tasks(world, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        world.task(**wrong)


def test_drafts_are_seen_where_one_may_publish_and_other_places_see_nothing(world):
    draft, open_task = world.task(status="draft"), world.task()
    seen = lambda person: set(Task.objects.visible_to(person))  # noqa: E731
    assert seen(world.zhou) == seen(world.wang) == {draft, open_task}
    assert seen(world.alan) == seen(world.shen) == {open_task}
    assert seen(world.neighbour) == seen(world.outsider) == seen(world.far_secretary) == set()
