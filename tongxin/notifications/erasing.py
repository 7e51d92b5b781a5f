"""What this room forgets about an erased person: every message, and how they wanted them."""

from tongxin.people.erasure import eraser

from .models import Choice, Notice


@eraser
def forget_messages(person) -> None:
    Notice.objects.filter(person=person).delete()
    Choice.objects.filter(person=person).delete()
