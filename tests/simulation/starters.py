"""What people begin by themselves, one file a room in `begin/`: a function (sim) → (verb, given), None when nobody can now.

A starter reads; only the simulation acts. `daily` gives one a chance of its own besides the lot it has with all others.
"""

from collections.abc import Callable

STARTERS: dict[str, Callable] = {}
DAILY: dict[str, tuple[float, Callable]] = {}
DATED: dict[tuple[int, int], Callable] = {}


def begins(name, *, daily=0.0, by_lot=True):
    """Register a starter by the name it is counted under; one that is not by lot has only its own chance, in the evening."""

    def register(function):
        if by_lot:
            STARTERS[name] = function
        if daily:
            DAILY[name] = daily, function
        return function

    return register


def on_the(*days):
    """Something for certain days (month, day), one second before midnight."""

    def register(function):
        DATED.update(dict.fromkeys(days, function))
        return function

    return register


from tests.simulation.begin import feedback, people, places, registrations, service, tasks, teams, watching  # noqa: E402, F401
