"""The doors of `interop`: one's own calendar, and whoever holds its address."""

from tongxin.interop.models import CalendarFeed

from .kinds import EVERYBODY, HERE, door, public

DOORS = [
    door("interop:feed", EVERYBODY),
    door("interop:start", EVERYBODY, method="POST"),
    door("interop:stop", ["alan"], method="POST"),
    public("interop:calendar", args="feed_token"),
    door("interop:task", [*HERE, "wang", "shen"], args="task"),
]


def things(world) -> dict:
    """阿兰 subscribes."""
    return {"feed_token": CalendarFeed.start(world.alan, by=world.alan)}
