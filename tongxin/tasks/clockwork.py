"""What the clock does with tasks."""

from tongxin.workflow.clock import by_the_clock

from .leavers import release_leavers
from .models import close_past


@by_the_clock()
def end_what_is_over(now) -> int:
    """Tasks whose time is over end; people who left hold no seats."""
    return close_past(now=now) + release_leavers()
