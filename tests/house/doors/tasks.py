"""The doors of `tasks`."""

from django.utils import timezone

from tongxin.tasks.models import Task

from .kinds import EVERYBODY, HERE, door

DOORS = [
    door("tasks:list", EVERYBODY),
    door("tasks:mine", EVERYBODY),
    door("tasks:board", ["zhou", "wang", "far_secretary"]),
    door("tasks:new", ["zhou", "wang", "far_secretary"]),
    door("tasks:verify", ["zhou", "wu", "wang", "far_secretary"]),
    door("tasks:detail", [*HERE, "wang", "shen"], args="task"),
    door("tasks:claim", HERE, args="task", method="POST"),
    door("tasks:publish", ["zhou", "wang"], args="draft", method="POST"),
    door("tasks:cancel", ["zhou", "wang"], args="task", method="POST", data={"reason": "下雨"}),
    door("tasks:withdraw", ["alan"], args="claim", method="POST"),
    door("tasks:report", ["alan"], args="done_claim", method="POST", data={"hours": "1.5"}),
    door("tasks:verify_one", ["zhou", "wu", "wang"], args="reported", method="POST"),
]


def things(world) -> dict:
    """One of everything of this room, all of it at the neighbourhood of the cast."""
    return {
        "task": world.task().pk, "draft": world.task(status=Task.Status.DRAFT).pk,
        "claim": world.claimed(world.task(), world.alan).pk, "done_claim": world.claimed(world.past_task(), world.alan).pk,
        "reported": world.claimed(world.past_task(), world.alan, status="reported", hours=1, reported_at=timezone.now()).pk,
    }  # fmt: skip
