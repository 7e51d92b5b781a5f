"""The doors of `figures`."""

from .kinds import EVERYBODY, door

DOORS = [
    door("figures:district", ["wang", "shen", "he", "auditor", "far_secretary"]),
    door("figures:definitions", EVERYBODY),
    door("figures:place", ["wang", "shen", "he", "auditor"], args="neighbourhood"),
    door("figures:rows", ["wang", "shen", "he"], args="neighbourhood+members"),
    door(
        "figures:export",
        ["wang", "shen", "he", "auditor"],
        args="neighbourhood",
        method="POST",
        data={"purpose": "年终汇总"},
    ),
]


def things(world) -> dict:
    """One of everything of this room, all of it at the neighbourhood of the cast."""
    return {
        "neighbourhood+members": (world.neighbourhood.pk, "members"),
    }  # fmt: skip
