"""Retention clocks (保存期限, PIPL Art. 19): what is kept how long, and who ends it. The worker runs them, a page shows them.

Rooms add theirs in their `retention.py`; the sentence a reader sees and the code that does it stand together.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import F
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from tongxin.journal.models import record

from .models import RetentionRun


@dataclass(frozen=True)
class Clock:
    """One kind of data and how long it is kept."""

    key: str
    what: str  # which data, in words for everybody
    keep: str  # how long, in words
    why: str  # the purpose or the rule it follows
    then: str  # what happens at the end
    days: int | None  # None: no fixed number of days, the function knows
    end: Callable | None  # moment before which it is over → how many were ended; None: nothing to do

    def run(self, now) -> int:
        """End what is over; returns how many."""
        before = now - dt.timedelta(days=self.days) if self.days is not None else now
        return self.end(before) if self.end else 0


CLOCKS: dict[str, Clock] = {}


def retention(key, *, what, keep, why, then, days=None):
    """Register a clock. The function gets the moment before which things are over, and returns how many it ended."""

    def register(function):
        CLOCKS[key] = Clock(key, what, keep, why, then, days, function)
        return function

    return register


def kept(key, *, what, keep, why, then) -> None:
    """Say what is kept without a clock of its own, so that the page is complete."""
    CLOCKS[key] = Clock(key, what, keep, why, then, None, None)


def clocks() -> list[Clock]:
    """Every clock of every room."""
    autodiscover_modules("retention")
    return list(CLOCKS.values())


def run_clocks(*, now=None) -> dict[str, int]:
    """End everything whose time is over; how many of each."""
    now = now or timezone.now()
    return {clock.key: _run(clock, now) for clock in clocks() if clock.end}


def _run(clock, now) -> int:
    ended = clock.run(now)
    run, _ = RetentionRun.objects.get_or_create(rule=clock.key, defaults={"last_at": now})
    RetentionRun.objects.filter(pk=run.pk).update(last_at=now)
    if ended:
        RetentionRun.objects.filter(pk=run.pk).update(ended_at=now, ended=F("ended") + ended)
        record("retention.end", subject=run, facts={"rule": clock.key, "rows": ended})
    return ended


def overview() -> list[dict]:
    """The page: each clock with when it last ran and how much it ended so far."""
    runs = {run.rule: run for run in RetentionRun.objects.all()}
    return [{"clock": clock, "run": runs.get(clock.key)} for clock in clocks()]


kept(
    "ledger",
    what="服务时长和积分的账",
    keep="10年以上",
    why="国家标准GB/T 40143要求志愿服务记录至少保存10年",
    then="删除个人资料后只留编号和时长",
)  # fmt: skip
kept(
    "journal",
    what="操作记录（谁在什么时候做了什么，不含姓名和电话）",
    keep="长期保存，已封存，不能改动",
    why="防止事后改动，供审计核对",
    then="只有编号，查不出是谁",
)  # fmt: skip


@retention(
    "number_changes",
    what="换号时的新旧号码（加密）",
    keep="办完后30天",
    why="换错了还来得及换回",
    then="清除号码，只留下换过号这件事",
    days=30,
)
def _numbers(before) -> int:
    from .numbers import forget_numbers

    return forget_numbers(before)
