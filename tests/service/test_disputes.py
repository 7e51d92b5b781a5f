"""A dispute on a line, or on a missing one: answered, decided, appealed; never worse for who raised it."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from tests.journal.tampering import raw
from tongxin.journal.models import Event
from tongxin.service.checks import problems
from tongxin.service.clockwork import disputes_go_on, the_last_step_is_late
from tongxin.service.models import Correction, Dispute, Entry, close_year, reverse
from tongxin.service.models import dispute as rules
from tongxin.workflow.transitions import CLOCK, OWN, Refused, moves_of

S = Dispute.Status
WEEKS = dt.timedelta(days=21)


@pytest.fixture
def dispute(world, line):
    """阿兰 says three, two are entered."""
    return Dispute.raise_on(line(2), by=world.alan, words="还做了一小时收尾", hours=3)


@pytest.fixture
def missing(world, travel):
    return Dispute.raise_missing(
        by=world.alan,
        place=world.neighbourhood,
        served_on=dt.date(2026, 11, 21),
        what="送水",
        hours=2,
        words="和周队长一起",
    )


def balance(person):
    return Entry.objects.of(person).totals()["hours"]


def fresh(dispute):
    return Dispute.objects.get(pk=dispute.pk)


def clock(travel, gap=WEEKS):
    travel.shift(gap)
    return disputes_go_on(timezone.now())


def test_an_agreed_dispute_is_corrected_by_a_mirror_and_a_new_line(world, dispute):
    dispute.answer_it(by=world.zhou, hours=3, reason="对过签到表，是三小时")
    assert balance(world.alan) == 3
    old = dispute.entry
    assert Entry.objects.filter(reverses=old).count() == 1
    fix = Correction.objects.get()
    assert (fix.entry.source_kind, fix.entry.source_id) == ("service.correction", fix.pk)
    assert (fix.hours_before, fix.hours, fix.entry.by_id) == (2, 3, world.zhou.pk)
    dispute.accept(by=world.alan)
    assert fresh(dispute).status == S.CLOSED and problems() == []


def test_an_explanation_leaves_the_line(world, dispute):
    dispute.answer_it(by=world.zhou, hours=2, reason="收尾是别人做的")
    assert balance(world.alan) == 2 and not Correction.objects.exists()
    assert fresh(dispute).answer == "收尾是别人做的"


def test_the_whole_way_to_the_last_word(world, dispute):
    dispute.answer_it(by=world.zhou, hours=2, reason="记录如此")
    dispute.ask(by=world.alan, reason="签到表上有")
    dispute.decide(by=world.wang, hours=Decimal("2.5"), reason="签到表只写到八点半")
    assert balance(world.alan) == Decimal("2.5")
    dispute.appeal(by=world.alan, reason="第二页也有")
    dispute.finish(by=world.shen, hours=3, reason="两页都看了")
    assert fresh(dispute).status == S.FINAL and balance(world.alan) == 3
    verbs = list(Event.objects.about(dispute).values_list("verb", flat=True))
    assert verbs == [f"dispute.{verb}" for verb in ("submit", "answer_it", "ask", "decide", "appeal", "finish")]
    assert problems() == []
    with pytest.raises(Refused, match="街镇已经复核"):
        Dispute.raise_on(dispute.current, by=world.alan, words="还是不对", hours=4)


def test_a_missing_line_goes_the_same_way(world, missing):
    assert missing.entry is None and missing.status == S.OPEN
    missing.answer_it(by=world.zhou, hours=2, reason="确实一起做的")
    line = Entry.objects.get()
    assert (line.person, line.hours, line.served_on, line.reason) == (world.alan, 2, dt.date(2026, 11, 21), "送水")
    assert problems() == []


def test_a_missing_line_that_is_explained_leaves_nothing(world, missing):
    missing.answer_it(by=world.zhou, hours=0, reason="那天没有这件事")
    assert not Entry.objects.exists() and fresh(missing).status == S.ANSWERED


def test_raising_twice_is_raising_once(world, line, missing):
    entry = line(2)
    one = Dispute.raise_on(entry, by=world.alan, words="少了", hours=3)
    assert Dispute.raise_on(entry, by=world.alan, words="少了", hours=4) == one
    again = Dispute.raise_missing(
        by=world.alan, place=world.neighbourhood, served_on=missing.served_on, what="送水", hours=2, words="再说一次"
    )
    assert again == missing


def test_a_line_taken_back_can_be_disputed_by_its_mirror(world, line):
    mirror = reverse(line(2), by=world.wang, reason="记重了")
    dispute = Dispute.raise_on(mirror, by=world.alan, words="没有记重", hours=2)
    dispute.answer_it(by=world.zhou, hours=2, reason="确实两次")
    assert balance(world.alan) == 2 and problems() == []


def test_a_replaced_line_is_disputed_by_what_replaced_it(world, dispute):
    dispute.answer_it(by=world.zhou, hours=3, reason="对")
    dispute.accept(by=world.alan)
    with pytest.raises(Refused, match="更正后的那一笔"):
        Dispute.raise_on(dispute.entry, by=world.alan, words="还有", hours=4)
    second = Dispute.raise_on(fresh(dispute).current, by=world.alan, words="还有", hours=4)
    second.answer_it(by=world.wang, hours=4, reason="对")
    assert balance(world.alan) == 4 and problems() == []


@pytest.mark.parametrize("hours", [1, Decimal("1.5"), Decimal("3.5"), 8])
def test_a_dispute_never_makes_it_worse_nor_more_than_said(world, dispute, hours):
    with pytest.raises(Refused, match="不会让时长变得更少"):
        dispute.answer_it(by=world.zhou, hours=hours, reason="我看是这样")
    assert balance(world.alan) == 2 and fresh(dispute).status == S.OPEN


def test_without_the_bounds_a_dispute_would_cost_hours(world, dispute, monkeypatch):
    """The red twin: whoever complains would lose."""
    monkeypatch.setattr(rules, "min", lambda *_: Decimal(0), raising=False)
    dispute.answer_it(by=world.zhou, hours=0, reason="干脆没有")
    assert balance(world.alan) == 0


def test_not_mine_takes_the_line_away_when_the_person_says_so(world, line):
    dispute = Dispute.raise_on(line(2), by=world.alan, words="不是我", hours=0)
    dispute.answer_it(by=world.zhou, hours=0, reason="记错人了")
    assert balance(world.alan) == 0 and problems() == []


def test_who_verified_or_answered_does_not_decide(world, line):
    verified = Dispute.raise_on(line(2, by=world.wang), by=world.alan, words="少了", hours=3)
    verified.answer_it(by=world.zhou, hours=2, reason="记录如此")
    verified.ask(by=world.alan, reason="不对")
    answered = Dispute.raise_on(line(2), by=world.alan, words="少了", hours=3)
    answered.answer_it(by=world.wang, hours=2, reason="记录如此")
    answered.ask(by=world.alan, reason="不对")
    for dispute in (verified, answered):
        with pytest.raises(Refused, match="请另一位同事或街镇"):
            dispute.decide(by=world.wang, hours=3, reason="好吧")


def test_without_the_guard_one_decides_about_oneself(world, dispute, monkeypatch):
    """The red twin; and `verify` finds it."""
    dispute.answer_it(by=world.wang, hours=2, reason="记录如此")
    dispute.ask(by=world.alan, reason="不对")
    object.__setattr__(Dispute.decide.move, "guard", None)
    try:
        dispute.decide(by=world.wang, hours=2, reason="还是我说了算")
    finally:
        object.__setattr__(Dispute.decide.move, "guard", rules.not_involved)
    assert problems() == [f"service.dispute {dispute.pk}: decided by somebody who had a hand in it"]


def test_nobody_works_on_their_own_dispute(world, line):
    entry = line(2, person=world.zhou)
    dispute = Dispute.raise_on(entry, by=world.zhou, words="少了", hours=3)
    with pytest.raises(Refused, match="自己的异议"):
        dispute.answer_it(by=world.zhou, hours=3, reason="我说了算")
    twin = world.staff("周建国", "zhou2", "secretary", world.neighbourhood, "")
    with pytest.raises(Refused, match="同名"):
        dispute.answer_it(by=twin, hours=3, reason="我说了算")


@pytest.mark.parametrize("name", ["outsider", "far_secretary", "shen", "he", "neighbour"])
def test_others_do_not_answer(world, dispute, name):
    with pytest.raises(PermissionDenied):
        dispute.answer_it(by=getattr(world, name), hours=3, reason="对")


def test_only_the_person_takes_the_persons_steps(world, dispute):
    own = [move.name for move in moves_of(Dispute) if move.permission == OWN]
    assert own == ["ask", "appeal", "accept", "withdraw"]
    for name in own:
        with pytest.raises(PermissionDenied):
            getattr(dispute, name)(by=world.zhou, **({"reason": "x"} if getattr(dispute, name).move.asks else {}))
    with pytest.raises(PermissionDenied):
        Dispute.raise_on(dispute.entry, by=world.wu, words="替他", hours=3)


def test_silence_of_the_answerer_sends_it_up_and_costs_nothing(world, dispute, travel):
    assert clock(travel, dt.timedelta(days=3)) == 0 and fresh(dispute).status == S.OPEN
    assert clock(travel) == 1 and fresh(dispute).status == S.ASKED
    assert clock(travel) == 1 and fresh(dispute).status == S.APPEALED
    assert clock(travel) == 0 and balance(world.alan) == 2
    assert the_last_step_is_late(timezone.now()) == 1 and the_last_step_is_late(timezone.now()) == 0
    fresh(dispute).finish(by=world.shen, hours=3, reason="补上")
    assert balance(world.alan) == 3


def test_where_nobody_may_decide_it_goes_up_at_once(world, line, travel):
    dispute = Dispute.raise_on(line(2, by=world.wang), by=world.alan, words="少了", hours=3)
    dispute.answer_it(by=world.zhou, hours=2, reason="记录如此")
    dispute.ask(by=world.alan, reason="不对")
    assert clock(travel, dt.timedelta(hours=1)) == 1 and fresh(dispute).status == S.APPEALED


def test_where_somebody_may_decide_it_waits_for_them(world, dispute, travel):
    dispute.answer_it(by=world.zhou, hours=2, reason="记录如此")
    dispute.ask(by=world.alan, reason="不对")
    assert clock(travel, dt.timedelta(hours=1)) == 0
    with pytest.raises(Refused, match="还在期限内"):
        dispute.pass_up(by=CLOCK)


def test_an_answer_left_alone_ends_as_it_stands(world, dispute, travel):
    dispute.answer_it(by=world.zhou, hours=Decimal("2.5"), reason="半小时收尾")
    assert clock(travel) == 1 and fresh(dispute).status == S.CLOSED
    assert balance(world.alan) == Decimal("2.5")


def test_an_appeal_too_late_is_refused(world, dispute, travel):
    dispute.answer_it(by=world.zhou, hours=2, reason="记录如此")
    dispute.ask(by=world.alan, reason="不对")
    dispute.decide(by=world.wang, hours=2, reason="记录如此")
    travel.shift(WEEKS)
    with pytest.raises(Refused, match="时间已过"):
        dispute.appeal(by=world.alan, reason="不对")


def test_whoever_left_the_team_keeps_the_right(world, dispute):
    for post in world.alan.appointments.all():
        post.end(by=world.wang)
    dispute.answer_it(by=world.zhou, hours=2, reason="记录如此")
    dispute.ask(by=type(world.alan).objects.get(pk=world.alan.pk), reason="不对")
    assert fresh(dispute).status == S.ASKED


def test_the_days_cap_holds_through_a_correction(world, line):
    line(7)
    dispute = Dispute.raise_on(line(1), by=world.alan, words="是四小时", hours=4)
    dispute.answer_it(by=world.zhou, hours=4, reason="对")
    assert Entry.objects.of(world.alan).totals() == {"hours": Decimal(11), "points": Decimal(8), "times": 2}
    assert problems() == []


def test_a_correction_of_a_frozen_year_counts_in_the_running_one(world, dispute, travel):
    travel.move_to(dt.datetime(2027, 1, 4, 9, tzinfo=dt.timezone(dt.timedelta(hours=8))))
    closed = close_year(world.district, 2026)
    dispute.answer_it(by=world.zhou, hours=3, reason="对")
    assert Entry.objects.of(world.alan).in_year(2026).totals()["hours"] == 2
    assert Entry.objects.of(world.alan).in_year(2027).totals()["hours"] == 1
    assert closed.recomputed_digest() == closed.digest and problems() == []


@pytest.mark.parametrize(
    ("hours", "words", "why"), [("2.3", "x", "半小时"), (25, "x", "24"), (3, " ", "哪里不对"), (-1, "x", "半小时")]
)
def test_what_cannot_be_is_refused(world, line, hours, words, why):
    with pytest.raises(Refused, match=why):
        Dispute.raise_on(line(2), by=world.alan, words=words, hours=Decimal(hours))


def test_a_missing_line_is_of_the_past_and_of_ones_own_team(world, travel):
    ask = {"what": "送水", "hours": 2, "words": "x"}
    with pytest.raises(Refused, match="还没有到"):
        Dispute.raise_missing(by=world.alan, place=world.neighbourhood, served_on=dt.date(2026, 11, 24), **ask)
    with pytest.raises(PermissionDenied):
        Dispute.raise_missing(by=world.alan, place=world.far, served_on=dt.date(2026, 11, 20), **ask)


def test_a_correction_that_does_not_fit_is_found(world, dispute):
    dispute.answer_it(by=world.zhou, hours=3, reason="对")
    with transaction.atomic():
        raw("UPDATE service_correction SET hours = 1")
    assert problems() == [f"service.correction {Correction.objects.get().pk}: its line does not say its hours"]


def test_a_corrected_line_is_still_the_same_dispute_while_that_goes_on(dispute, world):
    """Two at once about one line would each put their own hours beside the other's."""
    dispute.answer_it(by=world.zhou, hours=Decimal("2.5"), reason="核对了一半")
    corrected = dispute.current
    assert Dispute.raise_on(corrected, by=world.alan, words="还是不对", hours=4) == dispute
    dispute.ask(by=world.alan, reason="还差半小时")
    dispute.decide(by=world.wang, hours=3, reason="签到表为准")
    assert Entry.objects.of(world.alan).totals()["hours"] == 3


def test_red_twin_a_second_dispute_about_one_line_doubles_the_hours(dispute, world):
    dispute.answer_it(by=world.zhou, hours=Decimal("2.5"), reason="核对了一半")
    corrected = dispute.current
    second = Dispute.objects.create(
        kind="entry", entry=corrected, person=world.alan, place=world.neighbourhood, served_on=corrected.served_on,
        what=corrected.reason, hours=4, words="还是不对", due_at=timezone.now(),
    )  # fmt: skip
    second.answer_it(by=world.zhou, hours=4, reason="按本人说的")
    dispute.ask(by=world.alan, reason="还差半小时")
    dispute.decide(by=world.wang, hours=3, reason="签到表为准")
    assert Entry.objects.of(world.alan).totals()["hours"] == 7
