"""What the clock says."""

from tongxin.workflow.clock import by_the_clock

from .reminders import remind


@by_the_clock()
def the_evening_before(now) -> int:
    """Tomorrow's tasks are remembered."""
    return remind(now=now)
