"""The doors of `web`."""

from .kinds import EVERYBODY, door, public

DOORS = [
    public("web:home"),
    public("web:help"),
    public("web:livez"),
    public("web:readyz"),
    public("web:door", args="code"),
    public("web:elder", method="POST"),
    door("web:desk", EVERYBODY),
    door("web:demo", []),
    door("web:demo_enter", [], args="slug", method="POST"),
    door("web:register", ["wang", "shen", "he", "auditor", "admin", "far_secretary"]),
    door("web:register_place", ["wang", "shen", "he", "auditor", "admin"], args="neighbourhood"),
    door("web:journal", ["auditor"]),
]


def things(world) -> dict:
    """One of everything of this room, all of it at the neighbourhood of the cast."""
    return {
        "code": world.buildings[0].short_code, "slug": "alan", "neighbourhood": world.neighbourhood.pk,
    }  # fmt: skip
