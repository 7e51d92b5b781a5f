"""What registrations forget about a person."""

from tongxin.people.erasure import eraser
from tongxin.workflow.transitions import CLOCK

from .models import MemberFile, Registration

GONE = "（已按本人要求删除）"


@eraser
def forget_words(person) -> None:
    """The open check-in ends; home, skills, times and typed words go; that there was one stays."""
    mine = Registration.objects.filter(person=person)
    for registration in mine.filter(status__in=[*Registration.OPEN, Registration.Status.MOVING]):
        registration.lapse(by=CLOCK)
    mine.update(home=None, skills="", times="")
    mine.exclude(reason="").update(reason=GONE)
    mine.exclude(objection="").update(objection=GONE)
    MemberFile.objects.filter(registration__person=person).delete()
