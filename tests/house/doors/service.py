"""The doors of `service`."""

from .kinds import EVERYBODY, door

DOORS = [
    door("service:mine", EVERYBODY),
    door("service:download", EVERYBODY),
    door("service:points", EVERYBODY, method="POST"),
    door("service:rules", EVERYBODY),
]
