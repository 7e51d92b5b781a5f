"""What this room forgets besides the person's own row: numbers and names in requests, and the rows merged into it."""

from .erasure import erase, eraser
from .models import Correction, NumberChange, Person, selves


@eraser
def forget_requests(person) -> None:
    """Sealed words of what was asked for."""
    mine = NumberChange.objects.filter(person=person)
    mine.filter(status=NumberChange.Status.WAITING).update(status=NumberChange.Status.STOPPED)
    mine.update(old_number=None, new_number=None, new_index=None, stop_hash=None)
    asked = Correction.objects.filter(person=person)
    asked.filter(status=Correction.Status.WAITING).update(status=Correction.Status.WITHDRAWN)
    asked.update(name=None)


@eraser
def forget_other_selves(person) -> None:
    """Rows that were merged into this one are the same human being: they go with it."""
    for other in Person.objects.filter(pk__in=selves(person)[1:], erased_at=None):
        erase(other, by=None)
