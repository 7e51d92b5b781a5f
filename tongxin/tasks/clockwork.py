"""What the clock does with tasks."""

import datetime as dt

from tongxin.workflow.clock import by_the_clock

from .chasing import STEPS
from .leavers import release_leavers
from .models import close_past, make_coming


@by_the_clock()
def end_what_is_over(now) -> int:
    """Tasks whose time is over end; people who left hold no seats."""
    return close_past(now=now) + release_leavers()


for step in STEPS:  # each by itself, so that one that fails holds up no other
    by_the_clock(every=dt.timedelta(minutes=5))(step)


@by_the_clock(every=dt.timedelta(minutes=30))
def make_what_comes_again(now) -> int:
    """The tasks of running series, two weeks ahead."""
    return make_coming(now=now)
