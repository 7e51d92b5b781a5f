"""The kinds of door and the cast that knocks: what every file of this folder is written with."""

from dataclasses import dataclass

MEMBERS = ["alan", "zhou", "wu", "neighbour", "outsider"]
STAFF = ["wang", "shen", "he", "auditor", "admin", "security", "far_secretary"]
EVERYBODY = [*MEMBERS, *STAFF, "newcomer"]
HERE = ["alan", "zhou", "wu"]  # members of the neighbourhood the things are in


@dataclass(frozen=True)
class Door:
    """One URL: how it is opened and by whom."""

    name: str
    who: tuple
    args: str = ""  # attribute path on the world's `things`, the pk of which goes into the URL
    method: str = "GET"
    visitors: bool = False  # open without signing in
    data: dict | None = None

    def __str__(self):
        return f"{self.method} {self.name}"


def door(name, who, **more):
    return Door(name, tuple(who), **more)


def public(name, **more):
    return Door(name, tuple(EVERYBODY), visitors=True, **more)
