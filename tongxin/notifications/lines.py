"""What the digest counts, room by room: only where this person acts, never their own case, each with the page to do it."""

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from tongxin.access.policy import Permission as P
from tongxin.access.rules import may_anywhere, scope
from tongxin.feedback.models import Feedback
from tongxin.oversight.models import Export, Finding, Glass, Reset
from tongxin.people.models import Correction, NumberChange
from tongxin.registrations.models import Registration
from tongxin.service.models import BackEntry, Dispute, Review, Rule
from tongxin.tasks.models import Claim, Incident

from .digest import line
from .models import Notice


def _count(person, permission, rows, field="place"):
    return rows.filter(scope(person, permission, field)).exclude(person=person).count()


def _registrations(person, permission, **wanted):
    return _count(person, permission, Registration.objects.filter(**wanted))


@line(covers=["registration_overdue"], late=True, again=True)
def registrations_late(person):
    """Reviews and calls whose day has passed, at whoever should have done them."""
    acts = ((P.REVIEW_REGISTRATION, "submitted"), (P.CONTACT_REGISTRATION, "accepted"))
    acts = [(permission, status) for permission, status in acts if may_anywhere(person, permission)]
    if not acts:
        return None
    late = Registration.objects.filter(due_at__lt=timezone.now()).exclude(person=person)
    mine = Q(pk__in=[])
    for permission, status in acts:
        mine |= scope(person, permission) & Q(status=status)
    url = "registrations:late" if may_anywhere(person, P.VIEW_REGISTRATION) else "registrations:contacts"
    return "报到已到期", late.filter(mine).count(), reverse(url)


@line(covers=["registration_new"])
def registrations_to_review(person):
    if not may_anywhere(person, P.REVIEW_REGISTRATION):
        return None
    waiting = _registrations(person, P.REVIEW_REGISTRATION, status="submitted")
    return "报到待审核", waiting, reverse("registrations:queue")


@line()
def registrations_to_contact(person):
    if not may_anywhere(person, P.CONTACT_REGISTRATION):
        return None
    waiting = _registrations(person, P.CONTACT_REGISTRATION, status="accepted")
    return "新报到待联络", waiting, reverse("registrations:contacts")


@line(covers=["appeal_new"])
def appeals(person):
    if not may_anywhere(person, P.DECIDE_APPEAL):
        return None
    return "报到申诉待办", _registrations(person, P.DECIDE_APPEAL, status="appealed"), reverse("registrations:queue")


@line(covers=["claims_to_verify"])
def hours_to_verify(person):
    if not may_anywhere(person, P.VERIFY_CLAIM):
        return None
    reported = Claim.objects.filter(status="reported")
    return "时长待核验", _count(person, P.VERIFY_CLAIM, reported, "task__place"), reverse("tasks:verify")


@line(covers=["claim_disputed"])
def hours_to_decide(person):
    if not (may_anywhere(person, P.DECIDE_DISPUTE) or may_anywhere(person, P.DECIDE_APPEAL)):
        return None
    return "更正有异议待裁定", Claim.objects.to_decide(person).exclude(person=person).count(), reverse("tasks:disputes")


@line(covers=["dispute_to_answer", "dispute_to_decide", "dispute_to_finish"])
def disputes(person):
    if not any(may_anywhere(person, duty) for duty in (P.VERIFY_CLAIM, P.DECIDE_DISPUTE, P.DECIDE_APPEAL)):
        return None
    return "时长异议待办", Dispute.objects.waiting_for(person).count(), reverse("service:disputes")


@line(covers=["hours_to_confirm"])
def hours_to_confirm(person):
    if not may_anywhere(person, P.CONFIRM_HOURS):
        return None
    return "补录时长待确认", BackEntry.objects.to_confirm(person).count(), reverse("service:back_entries")


@line(late=True)
def incidents(person):
    if not may_anywhere(person, P.VERIFY_CLAIM):
        return None
    return "受伤求助未办好", Incident.objects.open_at(person).count(), reverse("tasks:incidents")


@line(late=True, again=True)
def feedback_late(person):
    if not may_anywhere(person, P.HANDLE_FEEDBACK):
        return None
    late = Feedback.objects.for_handler(person).late(timezone.now())
    return "投诉建议已到期", late.count(), reverse("feedback:desk")


@line(covers=["feedback_new"])
def feedback_waiting(person):
    if not may_anywhere(person, P.HANDLE_FEEDBACK):
        return None
    return "投诉建议待办", Feedback.objects.for_handler(person).waiting().count(), reverse("feedback:desk")


@line(late=True)
def people_to_call(person):
    if not may_anywhere(person, P.REVEAL_CONTACT):
        return None
    return "急事待打电话", Notice.objects.to_call(person).count(), reverse("notifications:to_call")


@line()
def names_and_numbers(person):
    if not may_anywhere(person, P.CHANGE_NUMBER):
        return None
    claimed = NumberChange.in_reach_of(person).filter(status="waiting", kind=NumberChange.Kind.RECYCLED)
    return "更正姓名、号码待确认", Correction.waiting_for(person).count() + claimed.count(), reverse("people:matters")


@line()
def rules_to_approve(person):
    if not may_anywhere(person, P.SET_RULE):
        return None
    drafts = Rule.objects.filter(scope(person, P.SET_RULE), status=Rule.Status.DRAFT).exclude(drafted_by=person)
    return "积分规则待批准", drafts.count(), reverse("service:rules_desk")


@line()
def years_to_confirm(person):
    if not may_anywhere(person, P.CLOSE_YEAR):
        return None
    over = Review.objects.filter(scope(person, P.CLOSE_YEAR, "year__place"), status="review", due_at__lt=timezone.now())
    return "年度时长待确认", over.count(), reverse("service:years")


@line()
def exports_to_approve(person):
    mine = [permission for permission in (P.VIEW_ROSTER, P.VIEW_FIGURE_ROWS) if may_anywhere(person, permission)]
    if not mine:
        return None
    wanted = Q(pk__in=[])
    for permission in mine:
        wanted |= scope(person, permission) & Q(permission=permission)
    return "导出待同意", _others(Export.objects.filter(wanted, status="asked"), person), reverse("oversight:exports")


@line()
def findings_to_answer(person):
    if not may_anywhere(person, P.VIEW_FIGURE_ROWS):
        return None
    raised = Finding.objects.filter(scope(person, P.VIEW_FIGURE_ROWS), status="raised")
    return "审计意见待答复", raised.count(), reverse("oversight:findings")


@line()
def glasses_to_review(person):
    if not may_anywhere(person, P.REVIEW_GLASS):
        return None
    opened = Glass.objects.filter(scope(person, P.REVIEW_GLASS), status="open")
    return "紧急查看待复查", opened.exclude(by=person).count(), reverse("oversight:glasses")


@line()
def resets_to_approve(person):
    if not may_anywhere(person, P.RESET_FACTOR):
        return None
    asked = Reset.objects.filter(scope(person, P.RESET_FACTOR), status="asked").exclude(asked_by=person)
    return "动态口令、密码重置待批准", _others(asked, person), reverse("oversight:resets")


def _others(rows, person) -> int:
    return rows.exclude(person=person).count()
