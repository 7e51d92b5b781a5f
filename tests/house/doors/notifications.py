"""The doors of `notifications`."""

from tongxin.notifications.models import Notice

from .kinds import EVERYBODY, door

DOORS = [
    door("notifications:list", EVERYBODY),
    door("notifications:read_all", EVERYBODY, method="POST"),
    door("notifications:open", ["alan"], args="notice", method="POST"),
    door("notifications:read_one", ["alan"], args="notice", method="POST"),
    door("notifications:choices", EVERYBODY),
    door("notifications:choose", EVERYBODY, method="POST"),
    door("notifications:agree", EVERYBODY, method="POST"),
    door("notifications:to_call", ["zhou", "wang", "shen", "far_secretary"]),
    door("notifications:called", ["zhou", "wang", "shen"], args="urgent_notice", method="POST"),
]


def things(world) -> dict:
    """One of everything of this room, all of it at the neighbourhood of the cast."""
    return {
        "notice": Notice.objects.create(person=world.alan, event_id=1, title="消息").pk,
        "urgent_notice": Notice.objects.create(
            person=world.alan, event_id=2, title="请马上看", urgent=True, place=world.neighbourhood
        ).pk,
    }  # fmt: skip
