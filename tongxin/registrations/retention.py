"""How long registrations keep what they know of people who did not join."""

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from tongxin.access.models import Appointment
from tongxin.journal.models import Event, kind_of
from tongxin.people.erasure import erase
from tongxin.people.models import Merge, Person
from tongxin.people.retention import retention
from tongxin.teams.models import Membership
from tongxin.workflow.transitions import CLOCK

from .models import MemberFile, Registration
from .models.states import OPEN

UNANSWERED_DAYS = 90


@retention(
    "refused",
    what="没有通过的报到：姓名、手机号和填过的内容",
    keep=f"{settings.RETENTION_DAYS_REFUSED}天",
    why="留出申诉和重新报到的时间",
    then="删除姓名、手机号和内容，只留一个编号",
    days=settings.RETENTION_DAYS_REFUSED,
)
def forget_refused(before) -> int:
    """Erase people who were only ever refused, and not lately; nobody with another tie to the house."""
    own = Registration.objects.filter(person=OuterRef("pk"))
    people = Person.objects.filter(
        Exists(own.filter(status=Registration.Status.REFUSED)),
        ~Exists(own.exclude(status=Registration.Status.REFUSED)),
        ~Exists(own.filter(_went_to(Registration.Status.REFUSED, before))),
        ~Exists(Membership.objects.filter(person=OuterRef("pk"))),
        ~Exists(Appointment.objects.filter(person=OuterRef("pk")).exclude(until__lte=before.date())),
        ~Exists(Merge.objects.filter(Q(kept=OuterRef("pk")) | Q(gone=OuterRef("pk")), undone_at=None)),
        erased_at=None,
    )
    for person in (people := list(people)):
        erase(person, by=CLOCK)
    return len(people)


def _went_to(status, before) -> Exists:
    """The registration came to this status since then: the journal knows when."""
    return Exists(
        Event.objects.filter(
            subject_kind=kind_of(Registration), subject_id=OuterRef("pk"), went_to=status, at__gte=before
        )
    )


@retention(
    "unanswered",
    what="请本人补充、一直没有补充的报到",
    keep=f"{UNANSWERED_DAYS}天",
    why="等本人补充",
    then="报到自动作废，可以随时重新报到",
    days=UNANSWERED_DAYS,
)
def lapse_unanswered(before) -> int:
    """End registrations that went back to the person so long ago."""
    waiting = Registration.objects.filter(status=Registration.Status.RETURNED).exclude(
        _went_to(Registration.Status.RETURNED, before)
    )
    for registration in (waiting := list(waiting.select_related("place", "person"))):
        registration.lapse(by=CLOCK)
    return len(waiting)


@retention(
    "answers",
    what="退队、迁出的人在报到里填的住处、技能、方便的时间",
    keep="办结后180天",
    why="万一想回来，不用重填",
    then="删除；报到过这件事和日期保留",
    days=180,
)
def forget_answers(before) -> int:
    """The answers of check-ins that have been over so long; the state and the dates stay."""
    lately = Event.objects.filter(
        subject_kind=kind_of(Registration),
        subject_id=OuterRef("pk"),
        came_from__in=[*OPEN, Registration.Status.MOVING],
        at__gte=before,
    )
    over = Registration.objects.filter(status__in=[Registration.Status.LEFT, Registration.Status.TRANSFERRED])
    over = over.exclude(home=None, skills="", times="").exclude(Exists(lately))
    return over.filter(submitted_at__lt=before).update(home=None, skills="", times="")


@retention(
    "paper",
    what="街镇纸质名册里的其他登记（政治面貌、单位等）",
    keep="退队后180天",
    why="与纸质名册核对",
    then="删除",
    days=180,
)
def forget_paper(before) -> int:
    """What the office's paper file says besides, of people who left so long ago."""
    inside = Membership.objects.filter(person=OuterRef("registration__person"))
    gone = MemberFile.objects.exclude(Exists(inside.exclude(until__lt=before.date())))
    return gone.filter(registration__submitted_at__lt=before).delete()[0]
