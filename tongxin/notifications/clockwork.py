"""What the clock says."""

import datetime as dt

from tongxin.workflow.clock import by_the_clock

from .digest import send_digests
from .reminders import remind


@by_the_clock()
def the_evening_before(now) -> int:
    """Tomorrow's tasks are remembered."""
    return remind(now=now)


@by_the_clock(every=dt.timedelta(seconds=30))
def the_daily_digest(now) -> int:
    """Staff hear once a working day what waits for them."""
    return send_digests(now)
