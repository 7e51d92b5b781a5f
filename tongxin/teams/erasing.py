"""What teams forget about a person."""

from tongxin.access.models import Appointment
from tongxin.access.policy import STAFF_ROLES
from tongxin.people.erasure import eraser, obstacle

from .models import Membership


@eraser
def leave_and_forget(person) -> None:
    """Membership and posts end; where one lives and what one can do go from every membership there was."""
    for membership in Membership.objects.filter(person=person, until=None):
        membership.leave(by=None, reason="本人删除了个人资料")
    Membership.objects.filter(person=person).update(home=None, skills="", times="")
    for post in Appointment.objects.current().filter(person=person):
        post.end(by=None, reason="本人删除了个人资料")


@obstacle
def still_in_office(person) -> str | None:
    """A post of staff is handed over first: others rely on it."""
    held = Appointment.objects.current().filter(person=person, role__in=STAFF_ROLES).first()
    return f"您还担任{held.get_role_display()}，请先交接、离任，再删除资料" if held else None
