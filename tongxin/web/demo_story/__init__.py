"""A little life for the demo: a named cast among the roster's people, and what happened to them since last winter.

Everything goes through the verbs of the rooms, each at the moment it is said to have happened (`diary.py`); one seed
gives the same neighbourhood again. The people of the roster stay as many as the roster says.
"""

from django.db import transaction
from django.utils import timezone

from tongxin.journal.models import Event

from . import hours, messages, newcomers, office, team, work
from .cast import find_cast
from .diary import Diary

ROOMS = (work, newcomers, team, hours, office, messages)


@transaction.atomic
def begin(district) -> None:
    """Make the cast and their year, up to now."""
    diary = Diary(timezone.localtime())
    cast = find_cast(district, diary)
    # The roster was entered just now: nobody is told of it.
    Event.objects.undelivered().update(delivered_at=timezone.now())
    for room in ROOMS:
        room.tell(diary, cast)
    diary.play()
