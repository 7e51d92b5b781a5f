"""The doors of `teams`."""

from .kinds import door

DOORS = [
    door("teams:roster", ["wang", "shen", "he", "far_secretary"]),
    door("teams:buildings", ["zhou", "wu", "alan", "wang", "shen", "far_secretary"]),
]
