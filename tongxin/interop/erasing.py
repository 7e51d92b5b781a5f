"""What this room forgets about an erased person: the address of their calendar."""

from tongxin.people.erasure import eraser

from .models import CalendarFeed


@eraser
def forget_feed(person) -> None:
    CalendarFeed.objects.filter(person=person).delete()
