"""What the neighbourhood answers, and what the 街镇 decides on appeal (审核、申诉)."""

from django.conf import settings
from django.utils import timezone

from tongxin.access.models import appoint
from tongxin.access.policy import Permission as P
from tongxin.access.policy import Role
from tongxin.people.models import SENSITIVE_KINDS, Category, Kind
from tongxin.workflow.transitions import CLOCK, OWN, Refused, transition
from tongxin.workflow.working_time import add_working_days

from .after import stay_in_the_old_team, then
from .guards import not_oneself, not_the_refuser, once_and_in_time
from .states import Status

WRITE_WHY = "请写明原因，本人会看到"


class Reviewing:
    """The verbs of the second step."""

    @transition(
        Status.SUBMITTED, to=Status.RETURNED, permission=P.REVIEW_REGISTRATION, label="请本人补充", guard=not_oneself,
        asks=["reason"], writes=["reason", "due_at"],
    )  # fmt: skip
    def send_back(self, *, by, reason):
        """Ask the person to mend something; nothing is decided by it, and no clock runs against the person."""
        self._hold_here()
        self.reason, self.due_at = _words(reason), None

    @transition(
        Status.SUBMITTED, to=Status.SUBMITTED, permission=P.REVIEW_REGISTRATION, label="转给对的居村", guard=not_oneself,
        asks=["place", "reason"], writes=["place", "home", "due_at"],
    )  # fmt: skip
    def redirect(self, *, by, place, home=None, reason):
        """Pass it on to the neighbourhood where the person lives (报错居村); the person is told and types nothing."""
        self._hold_here()
        _words(reason)
        if place.pk == self.place_id:
            raise Refused("这一份已经在这个居村，请选另一个")
        self._pass_to(place, home, by)
        self.due_at = self._answer_by()

    @transition(
        Status.SUBMITTED, to=Status.ACCEPTED, permission=P.REVIEW_REGISTRATION, label="通过", guard=not_oneself,
        asks=["kind"], writes=["due_at"],
    )  # fmt: skip
    def accept(self, *, by, kind=""):
        """Accept after review; the 人员类别 is confirmed with it. The captain has two working days to get in touch."""
        self._hold_here()
        if kind in SENSITIVE_KINDS and not self.agreed_to_sensitive_kind():
            raise Refused("这一身份要本人另行同意才能登记，请先选别的类别")
        self._let_in(by, kind)

    @then(stay_in_the_old_team)
    @transition(
        Status.SUBMITTED, to=Status.REFUSED, permission=P.REVIEW_REGISTRATION, label="不通过", guard=not_oneself,
        asks=["reason"], writes=["reason", "due_at"],
    )  # fmt: skip
    def refuse(self, *, by, reason):
        """Refuse with a reason the person can act on; whoever was moving stays in the old team."""
        self._hold_here()
        self.reason, self.due_at = _words(reason), None
        self._end_registrant(by)

    @transition(
        Status.REFUSED, to=Status.APPEALED, permission=OWN, label="申诉", guard=once_and_in_time,
        asks=["reason"], writes=["objection", "due_at"],
    )  # fmt: skip
    def appeal(self, *, by, reason):
        """The person asks the 街镇 to look again (申诉)."""
        self.objection = _words(reason)
        self.due_at = add_working_days(timezone.now(), settings.DECIDE_APPEAL_WORKING_DAYS)
        self._leave_the_old_team_again()

    @then(stay_in_the_old_team)
    @transition(
        Status.APPEALED, to=Status.REFUSED, permission=P.DECIDE_APPEAL, label="维持不通过", guard=not_the_refuser,
        asks=["reason"], writes=["reason", "due_at"],
    )  # fmt: skip
    def uphold(self, *, by, reason):
        """The refusal stands, with a reason; nobody decides a third time."""
        self.reason, self.due_at = _words(reason), None

    @transition(
        Status.APPEALED, to=Status.ACCEPTED, permission=P.DECIDE_APPEAL, label="改为通过", guard=not_the_refuser,
        asks=["reason"], writes=["reason", "due_at"],
    )  # fmt: skip
    def overturn(self, *, by, reason=""):
        """The 街镇 lets the person in; the captain gets in touch as after any review."""
        self.reason = ""
        self._let_in(by, "")
        appoint(self.person, Role.REGISTRANT, self.place, by=by)

    def _let_in(self, by, kind):
        self.due_at = add_working_days(timezone.now(), settings.CONTACT_WORKING_DAYS)
        category = self.person.categories.filter(primary=True, until=None).first()
        if category is None:
            category = Category(person=self.person, since=timezone.localdate(), kind=kind or Kind.VOLUNTEER)
        elif kind:
            category.kind = kind
        category.confirmed_by, category.confirmed_at = by, timezone.now()
        category.save()
        if old := self._moving():
            old.transfer(by=CLOCK)


def _words(reason) -> str:
    if not reason.strip():
        raise Refused(WRITE_WHY)
    return reason.strip()
