"""Every limited place is granted here: task, later activity, course, court and battery slot.

One conditional UPDATE takes the seat, a unique constraint keeps a person to one, a CHECK is the second belt. Never read
then write: two people pressing at once yield exactly one place. The hot row is touched last, just before the commit, so
that it is held for as short as possible and a refusal costs next to nothing.

Whoever gives seats back or queues for one holds the row (`lock`) until the commit: then either the leaver sees the
waiting person, or the waiting person sees the free seat. Nobody waits beside a free seat.
"""

from collections.abc import Callable

from django.db import models, transaction
from django.db.models import F


class Seated(models.Model):
    """Something with a limited number of seats (名额)."""

    seats = models.PositiveIntegerField()
    taken = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=models.Q(taken__lte=F("seats")), name="%(app_label)s_%(class)s_not_oversold"
            )
        ]

    @property
    def free_seats(self) -> int:
        return max(self.seats - self.taken, 0)


def grant(holder, row, *, journal: Callable[[], object], **still) -> bool:
    """Write `row` and its journal entry and take one seat of `holder`: all or nothing.

    `still` are conditions the holder has to meet at that very moment (status="open"). Returns False when no seat is
    free or a condition no longer holds. Raises IntegrityError when the person already holds one.
    """
    with transaction.atomic():
        row.save(force_insert=True)
        journal()
        if take(holder, **still):
            return True
        transaction.set_rollback(True)
    row.pk = None
    row._state.adding = True
    return False


def take(holder, **still) -> bool:
    """Take a seat if there is one and `still` holds, in one statement."""
    free = type(holder)._base_manager.filter(pk=holder.pk, taken__lt=F("seats"), **still)
    return bool(free.update(taken=F("taken") + 1))


def release(holder) -> None:
    """Give a seat back; symmetric to `take`. The row is held until the commit."""
    type(holder)._base_manager.filter(pk=holder.pk, taken__gt=0).update(taken=F("taken") - 1)


def lock(holder, *fields):
    """Hold the row until the commit and return its seats, and the `fields` named, as they are now. Needs a transaction.

    On SQLite the transaction itself is the lock (BEGIN IMMEDIATE). `no_key`: rows pointing here (the claims) hold the
    weaker key lock, and two of those asking for the full one would wait for each other.
    """
    held = type(holder)._base_manager.select_for_update(no_key=True).only("seats", "taken", *fields)
    return held.get(pk=holder.pk)
