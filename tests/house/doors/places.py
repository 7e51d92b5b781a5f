"""The doors of `places`."""

from .kinds import public

DOORS = [
    public("places:find"),
]
