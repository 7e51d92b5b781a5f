"""The doors of `access`."""

import datetime as dt

from django.utils import timezone

from tongxin.access.deputies import delegate

from .kinds import STAFF, door

DOORS = [
    door("access:appointments", ["admin"]),
    door("access:new", ["admin"]),
    door("access:existing", ["admin"]),
    door("access:end", ["admin"], args="post"),
    door("access:end", ["admin"], args="post", method="POST", data={"reason": "调任"}),
    door("access:term", ["admin"], args="post"),
    door("access:deputies", STAFF),
    door("access:delegate", ["wang"], args="post"),
    door("access:recall", ["wang", "shen"], args="stand_in", method="POST"),
]


def things(world) -> dict:
    """One of everything of this room, all of it at the neighbourhood of the cast."""
    post, day = world.wang.appointments.get(), timezone.localdate()
    stand_in = delegate(post, to=world.shen, since=day + dt.timedelta(days=9), until=day + dt.timedelta(days=12),
                        reason="休假", by=world.wang)  # fmt: skip
    return {"post": post.pk, "stand_in": stand_in.pk}
