"""What happened when: every act of the story is done by its verb, with the clock standing at its moment."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.utils import timezone


class Diary:
    """Acts with their moments, done in order. Days are counted back from today; a moment to come is done now."""

    def __init__(self, now: dt.datetime):
        self.now = now
        self._acts = []

    def at(self, ago: float, hour: float = 12) -> dt.datetime:
        """So many days ago at this hour (negative: days to come)."""
        return self.now.replace(hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(days=-ago, hours=hour)

    def note(self, when: dt.datetime, act: Callable, *args, **given) -> None:
        """Have `act` done at that moment."""
        self._acts.append((min(when, self.now), len(self._acts), act, args, given))

    def play(self) -> None:
        """Do everything, the oldest first."""
        for when, _, act, args, given in sorted(self._acts, key=lambda row: row[:2]):
            with clock_at(when):
                act(*args, **given)


@contextmanager
def clock_at(moment: dt.datetime) -> Iterator[None]:
    """Let the house's one clock (`django.utils.timezone`) stand at a moment. For the one process that loads the demo."""

    class Then(dt.datetime):
        @classmethod
        def now(cls, tz=None):
            return moment.astimezone(tz)

    real, timezone.datetime = timezone.datetime, Then
    try:
        yield
    finally:
        timezone.datetime = real
