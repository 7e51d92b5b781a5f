"""Who may open which door: one row a URL, as data, a file a room in `doors/`. A URL of the house without a row fails the matrix test.

`who` names the cast of `tests.world` who get in (any answer but 403 and 404, and for visitors not the sign-in page).
Everybody else is refused: 404 where the thing is not theirs to see, 403 where the page as such is not their job.
"""

from importlib import import_module
from pathlib import Path

from .doors.kinds import EVERYBODY, HERE, MEMBERS, STAFF, Door, door, public

__all__ = ["BATCHES", "DOORS", "EVERYBODY", "HERE", "MEMBERS", "STAFF", "Door", "door", "public", "things"]

ROOMS = [
    import_module(f"tests.house.doors.{path.stem}")
    for path in sorted(Path(__file__).parent.glob("doors/*.py"))
    if path.stem != "kinds"
]
DOORS = [one for room in ROOMS for one in room.DOORS]


class Batch(tuple):
    """Some doors of one room: they share a world, which costs more to make than to look at."""

    def __str__(self):
        return f"{self[0].name}-and-{len(self) - 1}-more"


SIZE = 12
BATCHES = [Batch(room.DOORS[at : at + SIZE]) for room in ROOMS for at in range(0, len(room.DOORS), SIZE)]


def things(world, doors=DOORS) -> dict:
    """One of everything these doors lead to, all of it at the neighbourhood of the cast; of no more rooms than needed."""
    made, wanted = {}, {door.args for door in doors if door.args}
    own = {door.name.split(":")[0] for door in doors}
    for room in sorted(ROOMS, key=lambda room: room.__name__.split(".")[-1] not in own):
        if hasattr(room, "things") and not wanted <= made.keys():
            made |= {key: pk for key, pk in room.things(world).items() if key not in made}
    return made
