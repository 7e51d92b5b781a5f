"""What the clock does with what is kept: ended in time, backed up once a day."""

import datetime as dt

from django.conf import settings

from tongxin.people.retention import run_clocks
from tongxin.workflow.clock import by_the_clock

from .backup import back_up, backups_in


@by_the_clock(every=dt.timedelta(hours=1))
def back_up_once_a_day(now) -> int:
    """Into TONGXIN_BACKUPS, if that is set, when the newest backup there is a day old."""
    if not settings.BACKUPS:
        return 0
    newest = next(iter(backups_in(settings.BACKUPS)), None)
    if newest and newest.at > now - dt.timedelta(days=1):
        return 0
    back_up(settings.BACKUPS, keep_days=settings.BACKUP_KEEP_DAYS, now=now)
    return 1


@by_the_clock(every=dt.timedelta(hours=6))
def end_what_was_kept_long_enough(now) -> int:
    """Every retention clock of every room."""
    return sum(run_clocks(now=now).values())
