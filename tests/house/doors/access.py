"""The doors of `access`."""

from .kinds import door

DOORS = [
    door("access:appointments", ["admin"]),
    door("access:new", ["admin"]),
    door("access:end", ["admin"], args="post", method="POST"),
]


def things(world) -> dict:
    """One of everything of this room, all of it at the neighbourhood of the cast."""
    return {
        "post": world.wang.appointments.get().pk,
    }  # fmt: skip
