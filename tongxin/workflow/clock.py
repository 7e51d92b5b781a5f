"""What happens by itself: each room lists it in its `clockwork.py`, the worker does it.

A step must be safe to run twice and at any time: `every` only saves work, it promises nothing.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

STEPS: list["Step"] = []


@dataclass
class Step:
    """One thing the clock does."""

    name: str
    run: Callable  # now → how much was done
    every: dt.timedelta

    def due(self, last, now) -> bool:
        """Whether so much time has passed since it was last done."""
        return last is None or now - last >= self.every


def by_the_clock(every=dt.timedelta(0)):
    """Register a function of the time now (aware) that returns how much it did; run at most once in `every`."""

    def register(function):
        STEPS.append(Step(f"{function.__module__.split('.')[-2]}.{function.__name__}", function, every))
        return function

    return register


def steps() -> list[Step]:
    """Every step of every room, in the order of the rooms."""
    autodiscover_modules("clockwork")
    return STEPS


def run_all(*, now=None) -> dict[str, int]:
    """Every step once, as a test or a simulated day wants it; what each did."""
    now = now or timezone.now()
    return {step.name: step.run(now) for step in steps()}
