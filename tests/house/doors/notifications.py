"""The doors of `notifications`."""

from tongxin.notifications.models import Notice

from .kinds import EVERYBODY, door

DOORS = [
    door("notifications:list", EVERYBODY),
    door("notifications:read_all", EVERYBODY, method="POST"),
    door("notifications:open", ["alan"], args="notice", method="POST"),
]


def things(world) -> dict:
    """One of everything of this room, all of it at the neighbourhood of the cast."""
    return {
        "notice": Notice.objects.create(person=world.alan, event_id=1, title="消息").pk,
    }  # fmt: skip
