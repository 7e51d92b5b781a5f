"""更正、异议、裁定: nobody's hours are overruled in one step by one hand, and silence never removes them."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from tongxin.access.models import appoint
from tongxin.access.policy import Role
from tongxin.journal.models import Event
from tongxin.service.models import Entry
from tongxin.tasks import guards
from tongxin.tasks.checks import problems
from tongxin.tasks.models import Claim, Task
from tongxin.teams.models import Membership
from tongxin.workflow import transitions
from tongxin.workflow.transitions import CLOCK, Refused, moves_of, open_moves

TWO, ONE, NONE = Decimal(2), Decimal(1), Decimal(0)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


@pytest.fixture
def reported(world):
    claim = world.claimed(world.past_task(), world.alan)
    claim.report(by=world.alan, hours=TWO, note="搬了花盆")
    return fresh(claim)


@pytest.fixture
def corrected(world, reported):
    reported.correct(by=world.zhou, hours=ONE, reason="四点就散了")
    return fresh(reported)


@pytest.fixture
def disputed(world, corrected):
    corrected.dispute(by=world.alan, reason="我留下收拾到五点")
    return fresh(corrected)


@pytest.fixture
def proposed(world):
    claim = world.claimed(world.past_task(), world.alan)
    claim.propose(by=CLOCK)
    return fresh(claim)


def test_a_correction_stands_beside_what_the_person_said(world, corrected):
    assert (corrected.status, corrected.hours, corrected.corrected_hours) == ("corrected", TWO, ONE)
    assert corrected.corrected_by == world.zhou
    assert Event.objects.about(corrected).last().reason == "四点就散了"
    assert not Entry.objects.exists()


def test_agreeing_enters_the_corrected_hours_and_keeps_the_others(world, corrected):
    corrected.agree(by=world.alan)
    entry = Entry.objects.get()
    assert (entry.hours, entry.by, entry.person) == (ONE, world.zhou, world.alan)
    claim = fresh(corrected)
    assert (claim.status, claim.hours, claim.reported_hours) == ("verified", ONE, TWO)
    assert list(problems()) == []


def test_disagreeing_is_decided_by_somebody_else(world, disputed):
    assert set(Claim.objects.to_decide(world.wang)) == {disputed}
    disputed.rule(by=world.wang, hours=Decimal("1.5"), reason="门卫看见您五点前走的")
    assert Entry.objects.get().hours == Decimal("1.5")
    assert (fresh(disputed).hours, fresh(disputed).reported_hours) == (Decimal("1.5"), TWO)
    assert not Claim.objects.to_decide(world.wang).exists()
    assert list(problems()) == []


def test_deciding_none_enters_nothing_and_is_the_end(world, disputed):
    disputed.rule(by=world.wang, hours=NONE, reason="那天没有来")
    assert (fresh(disputed).status, Entry.objects.count()) == ("absent", 0)
    with pytest.raises(Refused, match="裁定过"):
        fresh(disputed).dispute(by=world.alan, reason="来了")
    assert list(problems()) == []


@pytest.mark.parametrize("who", ["alan", "zhou", "wu", "shen", "he", "auditor", "far_secretary", "outsider"])
def test_only_the_neighbourhood_decides(world, disputed, who):
    with pytest.raises(PermissionDenied):
        disputed.rule(by=getattr(world, who), hours=TWO, reason="信他")


def test_red_twin_without_the_question_the_claimant_decides(world, disputed, unpermitted):
    with pytest.raises(Refused):  # the guard is the second belt
        disputed.rule(by=world.alan, hours=TWO, reason="信我")
    disputed.rule(by=world.outsider, hours=TWO, reason="信他")
    assert Entry.objects.get().by == world.outsider


def test_what_the_secretary_corrected_goes_up(world, reported):
    reported.correct(by=world.wang, hours=ONE, reason="四点就散了")
    fresh(reported).dispute(by=world.alan, reason="五点")
    assert not Claim.objects.to_decide(world.wang).exists()
    assert set(Claim.objects.to_decide(world.shen)) == {reported}
    with pytest.raises(PermissionDenied):
        fresh(reported).rule(by=world.wang, hours=ONE, reason="我说了算")
    fresh(reported).rule(by=world.shen, hours=TWO, reason="双方都问过")
    assert Entry.objects.get().hours == TWO


def test_the_corrector_decides_nothing_even_with_another_post_or_name(world, disputed):
    appoint(world.zhou, Role.SECRETARY, world.neighbourhood, by=None)
    twin = world.staff("周建国", "zhou2", Role.SECRETARY, world.neighbourhood, "")
    for one in (type(world.zhou).objects.get(pk=world.zhou.pk), twin):
        with pytest.raises(Refused, match="另一位"):
            fresh(disputed).rule(by=one, hours=ONE, reason="我看见的")


def test_red_twin_without_the_guard_the_corrector_is_judge_as_well(world, disputed, unguarded):
    appoint(world.zhou, Role.SECRETARY, world.neighbourhood, by=None)
    disputed.rule(by=type(world.zhou).objects.get(pk=world.zhou.pk), hours=ONE, reason="我看见的")
    assert Entry.objects.get().by == world.zhou


def test_nobody_answers_for_the_person(world, corrected):
    for who in (world.zhou, world.wang, world.wu):
        with pytest.raises(PermissionDenied):
            corrected.agree(by=who)
        with pytest.raises(PermissionDenied):
            corrected.dispute(by=who, reason="不对")


def test_red_twin_without_the_question_the_captain_agrees_for_her(world, corrected, unpermitted):
    corrected.agree(by=world.zhou)
    assert Entry.objects.get().hours == ONE


def test_correcting_to_nothing_asks_the_person_too(world, reported):
    reported.put_right(by=world.zhou, hours=NONE, reason="没看到您")
    assert fresh(reported).status == "corrected"
    with pytest.raises(Refused):
        fresh(reported).accept(by=world.alan)
    fresh(reported).agree(by=world.alan)
    assert (fresh(reported).status, Entry.objects.count()) == ("absent", 0)
    assert list(problems()) == []


def test_what_a_person_reported_is_never_called_absent_in_one_step(world, reported):
    with pytest.raises(Refused, match="更正"):
        reported.mark_absent(by=world.zhou, reason="没看到")


def test_red_twin_without_the_guard_one_hand_takes_two_hours_away(world, reported, unguarded):
    reported.mark_absent(by=world.zhou, reason="没看到")
    assert (fresh(reported).status, Entry.objects.count()) == ("absent", 0)


def test_absence_of_a_proposed_time_may_be_disputed_for_ten_working_days(world, proposed, time_machine):
    proposed.put_right(by=world.zhou, hours=NONE, reason="没看到您")
    absent = fresh(proposed)
    assert (absent.status, absent.proposed) == ("absent", True)
    assert [move.name for move in open_moves(absent, world.alan)] == ["dispute"]
    time_machine.move_to(absent.answer_by + dt.timedelta(minutes=1), tick=False)
    with pytest.raises(Refused, match="打电话"):
        fresh(absent).dispute(by=world.alan, reason="来过")
    time_machine.move_to(absent.answer_by - dt.timedelta(minutes=1), tick=False)
    fresh(absent).dispute(by=world.alan, reason="来过，和老周一组")
    fresh(absent).rule(by=world.wang, hours=TWO, reason="签到本上有")
    assert Entry.objects.get().hours == TWO
    assert list(problems()) == []


def test_red_twin_without_the_day_limit_a_dispute_comes_years_later(world, proposed, time_machine, unguarded):
    proposed.mark_absent(by=world.zhou, reason="没看到您")
    time_machine.move_to(fresh(proposed).answer_by + dt.timedelta(days=900), tick=False)
    fresh(proposed).dispute(by=world.alan, reason="来过")
    assert fresh(proposed).status == "disputed"


@pytest.mark.parametrize(("hours", "words"), [("2", "直接核验"), ("9", "半小时"), ("0.7", "半小时")])
def test_impossible_corrections_say_so(world, reported, hours, words):
    with pytest.raises(Refused, match=words):
        reported.correct(by=world.zhou, hours=Decimal(hours), reason="看表")


def test_every_backward_step_asks_for_words(world, reported):
    with pytest.raises(Refused, match="原因"):
        reported.correct(by=world.zhou, hours=ONE, reason="  ")
    fresh(reported).correct(by=world.zhou, hours=ONE, reason="看表")
    with pytest.raises(Refused, match="原因"):
        fresh(reported).dispute(by=world.alan, reason="")
    fresh(reported).dispute(by=world.alan, reason="没有")
    with pytest.raises(Refused, match="原因"):
        fresh(reported).rule(by=world.wang, hours=ONE, reason=" ")


def test_nobody_corrects_their_own(world):
    own = world.claimed(world.past_task(), world.zhou)
    own.report(by=world.zhou, hours=TWO)
    with pytest.raises(Refused, match="别人"):
        fresh(own).correct(by=world.zhou, hours=ONE, reason="想想")


def test_red_twin_without_the_guard_only_the_database_stops_it(world, unguarded):
    own = world.claimed(world.past_task(), world.zhou)
    own.report(by=world.zhou, hours=TWO)
    with pytest.raises(IntegrityError), transaction.atomic():
        fresh(own).correct(by=world.zhou, hours=ONE, reason="想想")


def test_who_left_the_team_still_reports_and_answers(world):
    claim = world.claimed(world.past_task(), world.alan)
    Membership.objects.filter(person=world.alan).update(until=timezone.localdate())
    for post in world.alan.appointments.current():
        post.end(by=world.alan, reason="搬家")
    gone = type(world.alan).objects.get(pk=world.alan.pk)
    client = world.client(gone)
    client.post(f"/tasks/claims/{claim.pk}/report/", {"hours": "2.0", "note": ""})
    fresh(claim).correct(by=world.zhou, hours=ONE, reason="看表")
    assert "看表" in client.get(f"/tasks/claims/{claim.pk}/answer/").content.decode()
    assert client.get(f"/tasks/{claim.task_id}/").status_code == 200
    client.post(f"/tasks/claims/{claim.pk}/agree/")
    assert Entry.objects.get(person=gone).hours == ONE


def test_a_verified_claim_knows_no_way_back(world, reported):
    reported.verify(by=world.zhou)
    assert not [move for move in moves_of(Claim) if "verified" in move.sources]


def test_the_checks_name_hours_overruled_by_hand(world, corrected):
    corrected.agree(by=world.alan)
    Claim.objects.filter(pk=corrected.pk).update(corrected_by=None)
    assert f"tasks.claim {corrected.pk}: 时长改过，却没有更正的人" in list(problems())
    Claim.objects.filter(pk=corrected.pk).update(
        status="absent", verified_by=None, corrected_by=world.zhou, corrected_hours=1
    )
    assert f"tasks.claim {corrected.pk}: 记为没有参加，却没有经过本人或裁定" in list(problems())


def test_verifying_and_correcting_at_once_is_one_of_the_two(world, reported):
    by_captain, by_secretary = fresh(reported), fresh(reported)
    by_captain.correct(by=world.zhou, hours=ONE, reason="看表")
    with pytest.raises(Refused, match="刚才有人"):
        by_secretary.verify(by=world.wang)
    assert (fresh(reported).status, Entry.objects.count()) == ("corrected", 0)
    assert list(problems()) == []


def test_red_twin_writing_whatever_the_status_enters_hours_that_are_being_corrected(world, reported, monkeypatch):
    by_captain, by_secretary = fresh(reported), fresh(reported)
    by_captain.correct(by=world.zhou, hours=ONE, reason="看表")
    monkeypatch.setattr(transitions, "_write", lambda subject, move, came_from: subject.save())
    by_secretary.verify(by=world.wang)
    assert (Entry.objects.get().hours, fresh(reported).status) == (TWO, "verified")


def test_a_cancelled_task_keeps_who_was_in(world):
    task = world.task()
    mine = task.claim(by=world.alan)
    fresh(task).cancel(by=world.zhou, reason="下雨")
    assert [claim.person for claim in Task.objects.get(pk=task.pk).claims.all()] == [world.alan]
    page = world.client(world.zhou).get(f"/tasks/{task.pk}/").content.decode()
    assert "取消时在册的人" in page and world.alan.name in page
    assert fresh(mine).status == "dropped"


def test_guards_say_in_one_line_what_they_ask(world):
    named = {move.guard for move in moves_of(Claim) if move.guard and move.guard.__module__ == guards.__name__}
    assert len(named) >= 8 and all((guard.__doc__ or "").strip() for guard in named)


# what the clock proposed, said by the person after all ---------------------------------------------------------------


def test_what_the_clock_proposed_the_person_may_still_say_before_it_is_verified(world, proposed):
    claim = proposed
    client = world.client(world.alan)
    assert "改成实际时长" in client.get("/tasks/mine/").content.decode()
    assert "改成实际时长" in client.get(f"/tasks/{claim.task_id}/").content.decode()
    client.post(f"/tasks/claims/{claim.pk}/report/", {"hours": "1.0", "note": "提前走了"})
    claim = fresh(claim)
    assert (claim.status, claim.hours, claim.proposed, claim.note) == ("reported", 1, False, "提前走了")
    claim.verify(by=world.zhou)
    assert Entry.objects.get().hours == 1


def test_what_the_person_said_is_said_once(world, proposed):
    claim = proposed
    claim.report(by=world.alan, hours=Decimal(1))
    with pytest.raises(Refused, match="已经登记过"):
        fresh(claim).report(by=world.alan, hours=Decimal(2))
    assert "改成实际时长" not in world.client(world.alan).get("/tasks/mine/").content.decode()


def test_nobody_else_says_it(world, proposed):
    claim = proposed
    for other in (world.zhou, world.wu, world.wang):
        with pytest.raises(PermissionDenied):
            claim.report(by=other, hours=Decimal(1))


def test_after_verification_it_is_too_late(world, proposed):
    claim = proposed
    stale = fresh(claim)
    claim.verify(by=world.zhou)
    with pytest.raises(Refused):
        stale.report(by=world.alan, hours=Decimal(1))
    assert Entry.objects.get().hours == 2


@pytest.mark.parametrize("act", ["verify", "mark_absent", "correct"])
def test_who_read_the_proposal_does_not_decide_about_what_the_person_said_since(world, proposed, act):
    claim = proposed
    stale = fresh(claim)
    claim.report(by=world.alan, hours=Decimal("1.5"))
    given = {"verify": {}, "mark_absent": {"reason": "没来"}, "correct": {"hours": Decimal(1), "reason": "看表"}}[act]
    with pytest.raises(Refused, match="刚刚改了时长"):
        getattr(stale, act)(by=world.zhou, **given)
    assert (fresh(claim).status, fresh(claim).hours) == ("reported", Decimal("1.5"))


def test_red_twin_without_the_look_the_old_hours_would_be_written_over_theirs(world, proposed, monkeypatch):
    from tongxin.tasks.models import claim as claims

    claim = proposed
    stale = fresh(claim)
    claim.report(by=world.alan, hours=Decimal("1.5"))
    monkeypatch.setattr(claims, "as_it_was_read", lambda claim: None)
    stale.verify(by=world.zhou)
    assert Entry.objects.get().hours == 2
