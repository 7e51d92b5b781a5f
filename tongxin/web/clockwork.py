"""What the clock does for rooms that stand below it."""

import datetime as dt

from tongxin.people.numbers import finish_due
from tongxin.workflow.clock import by_the_clock


@by_the_clock(every=dt.timedelta(minutes=5))
def change_numbers(now) -> int:
    """Changes of a phone number whose wait is over."""
    return finish_due(now)
