"""The doors of `people`."""

from .kinds import EVERYBODY, door, public

DOORS = [
    public("people:sign_in"),
    public("people:staff_sign_in"),
    public("people:privacy"),
    public("people:sign_out", method="POST"),
    door("people:second_factor", EVERYBODY),
    door("people:me", EVERYBODY),
    door("people:own_copy", EVERYBODY),
    door("people:set_consent", EVERYBODY, args="purpose", method="POST"),
    door("people:set_salutation", EVERYBODY, method="POST"),
    door("people:reveal", ["alan", "zhou", "wang", "shen"], args="alan"),
]


def things(world) -> dict:
    """One of everything of this room, all of it at the neighbourhood of the cast."""
    return {
        "purpose": "sms", "alan": world.alan.pk,
    }  # fmt: skip
