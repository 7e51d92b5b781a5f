"""Who may open which door: one row a URL, as data, a file a room in `doors/`. A URL of the house without a row fails the matrix test.

`who` names the cast of `tests.world` who get in (any answer but 403 and 404, and for visitors not the sign-in page).
Everybody else is refused: 404 where the thing is not theirs to see, 403 where the page as such is not their job.
"""

from importlib import import_module
from pathlib import Path

from .doors.kinds import EVERYBODY, HERE, MEMBERS, STAFF, Door, door, public

__all__ = ["DOORS", "EVERYBODY", "HERE", "MEMBERS", "STAFF", "Door", "door", "public", "things"]

ROOMS = [
    import_module(f"tests.house.doors.{path.stem}")
    for path in sorted(Path(__file__).parent.glob("doors/*.py"))
    if path.stem != "kinds"
]
DOORS = [one for room in ROOMS for one in room.DOORS]


def things(world, door=None) -> dict:
    """One of everything the doors lead to, all of it at the neighbourhood of the cast; for one door, of its room alone if that will do."""
    made = {}
    own = door.name.split(":")[0] if door else ""
    for room in sorted(ROOMS, key=lambda room: not room.__name__.endswith(f".{own}")):
        if hasattr(room, "things"):
            made |= room.things(world)
        if door and (not door.args or door.args in made):
            break
    return made
