"""What this room forgets about an erased person: that it was them who wrote, and how to reach them."""

from tongxin.people.erasure import eraser

from .models import Feedback


@eraser
def forget_writer(person) -> None:
    Feedback.objects.filter(person=person).update(person=None, contact=None)
