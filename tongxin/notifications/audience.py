"""Whom a rule tells: functions of an event and its subject that return people; and where the notice leads."""

from django.urls import reverse

from tongxin.access.models import Appointment
from tongxin.access.policy import ALWAYS, Permission, Role
from tongxin.people.models import Person
from tongxin.tasks.models import Claim


def person(event, subject):
    """The one it is about."""
    return [subject.person]


def secretaries(event, subject):
    """Who reviews at the neighbourhood."""
    return _holders(subject.place, Role.SECRETARY, besides=subject.person_id)


def captains(event, subject):
    """The captain; while the post is vacant, the neighbourhood itself."""
    return _holders(subject.place, Role.CAPTAIN, besides=subject.person_id) or secretaries(event, subject)


def verifiers(event, subject):
    """Who verifies hours: the captain, or the neighbourhood where the captain is the claimant or missing."""
    return captains(event, subject)


def claimants(event, subject):
    """Everybody who holds a seat of the task."""
    return Person.objects.filter(claims__task=subject, claims__status=Claim.Status.CLAIMED, is_active=True)


def told_of_change(event, subject):
    """Everybody in the task or in its line, when the time or the spot is another one; more seats concern nobody."""
    if not {"when_to", "spot_to"} & event.facts.keys():
        return []
    inside = [Claim.Status.CLAIMED, Claim.Status.WAITING]
    return Person.objects.filter(claims__task=subject, claims__status__in=inside, is_active=True)


def successor(event, subject):
    """Who takes over, unless they did it themselves."""
    new = event.facts.get("successor")
    return Person.objects.filter(pk=new, is_active=True).exclude(pk=event.actor_id)


def contact_besides(event, subject):
    """The contact, when somebody else did it."""
    return [subject.contact] if subject.contact_id != event.actor_id and subject.contact.is_active else []


def statement_holders(event, subject):
    """Everybody with a statement of the closed year."""
    return Person.objects.filter(statements__year=subject, is_active=True)


def task_page(claim) -> str:
    return reverse("tasks:detail", args=[claim.task_id])


def trace_page(subject) -> str:
    """What happened with it, for whoever reads the journal: that and when, not what it says."""
    return reverse("web:trace", args=[subject._meta.label_lower, subject.pk])


def own_page(task) -> str:
    return reverse("tasks:detail", args=[task.pk])


def _holders(place, role, *, besides):
    """Holders of a role at the neighbourhood of a place, without the one it is about."""
    neighbourhood = place.neighbourhood or place
    posts = Appointment.objects.current().filter(place=neighbourhood, role=role, person__is_active=True)
    return [post.person for post in posts.exclude(person=besides).select_related("person").order_by("pk")]


def keepers(event, subject):
    """Who keeps the system running: administrators of the system and of its security."""
    posts = Appointment.objects.current().filter(role__in=[Role.ADMIN, Role.SECURITY], person__is_active=True)
    return _each_once(posts)


def reporter(event, subject):
    """Who left the words, if they did so by their account."""
    return [subject.person] if subject.person_id else []


def feedback_handlers(event, subject):
    """Who answers for the district, without anybody it is about."""
    posts = Appointment.objects.current().filter(place=subject.place, role=Role.DISTRICT, person__is_active=True)
    return [one for one in _each_once(posts) if not subject.is_about(one) and one.pk != subject.person_id]


def auditors(event, subject):
    """Who watches over the district."""
    posts = Appointment.objects.current().filter(place=subject.place, role=Role.AUDITOR, person__is_active=True)
    return _each_once(posts)


def _each_once(posts):
    return list({post.person_id: post.person for post in posts.select_related("person").order_by("pk")}.values())


def auditors_alone(event, subject):
    """Who watches over the district, when everybody who could answer is the one it is about."""
    return [] if feedback_handlers(event, subject) else auditors(event, subject)


def members_below(event, subject):
    """Everybody with a post of a member at the place or below: what concerns all of them."""
    roles = [Role.VOLUNTEER, Role.REGISTRANT, Role.CAPTAIN, Role.SQUAD_LEADER]
    posts = Appointment.objects.current().filter(place__path__under=subject.place.path, role__in=roles)
    return Person.objects.filter(pk__in=posts.values("person"), is_active=True)


def members_below_if_announced(event, subject):
    """The same, when they had been told about it before."""
    return members_below(event, subject) if event.came_from == "approved" else []


def subdistrict_clerks(event, subject):
    """Who works at the 街镇 of the place."""
    subdistrict = subject.place.subdistrict
    posts = Appointment.objects.current().filter(place=subdistrict, role=Role.CLERK, person__is_active=True)
    return _each_once(posts.exclude(person=subject.person_id))


def confirmers(event, subject):
    """Who may be the second person for hours from paper: the neighbourhood, or the 街镇 where it entered them itself."""
    others = [one for one in secretaries(event, subject) if one.pk != subject.entered_by_id]
    return others or subdistrict_clerks(event, subject)


def who_entered(event, subject):
    """Who entered the hours from paper."""
    return [subject.entered_by]


def dispute_page(dispute) -> str:
    return reverse("service:dispute", args=[dispute.pk])


def inviter(event, subject):
    """Who sent the invitation."""
    return [subject.invited_by]


def holder_and_secretaries(event, subject):
    """Who holds the post, and the neighbourhood that gives it."""
    return [subject.person, *secretaries(event, subject)]


def planner(event, subject):
    """Who planned it."""
    return [subject.by]


def offices_after(event, subject):
    """The secretaries of the neighbourhoods as they are after a reorganisation."""
    units = [subject.place_id, subject.target_id, *subject.place.successions.values_list("new", flat=True)]
    posts = Appointment.objects.current().filter(place__in=units, role=Role.SECRETARY, person__is_active=True)
    return _each_once(posts)


def own_invitation(invitation) -> str:
    return reverse("teams:invitation", args=[invitation.pk])


def own_reorganisation(reorganisation) -> str:
    return reverse("web:reorganised", args=[reorganisation.pk])


def contact(event, subject):
    """Whom the people of a task turn to, unless it is they themselves."""
    one = subject.task.contact
    return [one] if one.is_active and one.pk != subject.person_id else []


def contact_of_late(event, subject):
    """The contact, of somebody who cannot come at short notice."""
    return contact(event, subject) if subject.late else []


def deciders(event, subject):
    """Who decides a disagreement about hours: the neighbourhood, or the 街镇 where the neighbourhood had corrected."""
    if not subject.up:
        return secretaries(event, subject)
    above = Appointment.objects.current().filter(
        place__in=subject.place.ancestor_ids(), role=Role.CLERK, person__is_active=True
    )
    return _each_once(above.exclude(person=subject.person_id))


def helpers(event, subject):
    """Who looks after an incident: the contact, the captain and the neighbourhood, all at once."""
    people = [*contact(event, subject), *captains(event, subject), *secretaries(event, subject)]
    return list({one.pk: one for one in people}.values())


def answer_page(claim) -> str:
    return reverse("tasks:answer", args=[claim.pk])


def report_page(claim) -> str:
    return reverse("tasks:report", args=[claim.pk])


def holder(event, subject):
    """Whose post a colleague stands in for."""
    return [subject.stands_in_for.person]


def appointers(event, subject):
    """Who appoints the staff of the place."""
    above = [*subject.place.ancestor_ids(), subject.place_id]
    posts = Appointment.objects.current().filter(place__in=above, role=Role.ADMIN, person__is_active=True)
    return _each_once(posts.exclude(person=subject.person_id))


def security_keepers(event, subject):
    """Who approves the reset of a second factor, besides the one it is about."""
    above = [*subject.place.ancestor_ids(), subject.place_id]
    posts = Appointment.objects.current().filter(place__in=above, role=Role.SECURITY, person__is_active=True)
    return _each_once(posts.exclude(person=subject.person_id))


def who_asked(event, subject):
    """Who asked for it."""
    return [subject.asked_by]


def unit_and_auditors(event, subject):
    """The secretary of the unit and whoever audits it: they hear of every emergency view, besides whoever opened it."""
    above = [*subject.place.ancestor_ids(), subject.place_id]
    told = Appointment.objects.current().filter(person__is_active=True, place__in=above)
    told = told.filter(role__in=[Role.SECRETARY, Role.AUDITOR]).exclude(person__in=[subject.person_id, subject.by_id])
    return _each_once(told)


def opener(event, subject):
    """Who opened it."""
    return [subject.by]


def answering_unit(event, subject):
    """Who answers a finding or follows up at the unit above."""
    posts = Appointment.objects.current().filter(place=subject.place, role__in=[Role.CLERK, Role.DISTRICT])
    return _each_once(posts.filter(person__is_active=True))


def unit_above(event, subject):
    """Who supervises the place an emergency view was about."""
    above = [pk for pk in subject.place.ancestor_ids() if pk != subject.place_id] or [subject.place_id]
    posts = Appointment.objects.current().filter(place__in=above, role__in=[Role.CLERK, Role.DISTRICT])
    return _each_once(posts.filter(person__is_active=True).exclude(person=subject.by_id))


def second_persons(event, subject):
    """Colleagues of the same places who may see the rows of an export too, besides the one who asks."""
    roles = [role for role, may in ALWAYS.items() if subject.permission in may]
    if subject.permission != Permission.READ_JOURNAL:  # who checks does not decide
        roles = [role for role in roles if role != Role.AUDITOR]
    above = [*subject.place.ancestor_ids(), subject.place_id]
    posts = Appointment.objects.current().filter(place__in=above, role__in=roles, person__is_active=True)
    return _each_once(posts.exclude(person=subject.person_id))


def whose_line_went(event, subject):
    """Whose line was taken back; not when a dispute put another one in its place, which is told by its answer."""
    line = subject.reverses
    return [] if line.disputes.exists() or hasattr(line, "correction") else [subject.person]


def late_at(event, subject):
    """Who should have acted by now: the neighbourhood, of calls the captain too, of appeals the 街镇."""
    step = event.facts.get("step")
    if step == "appealed":
        return subdistrict_clerks(event, subject)
    people = [*secretaries(event, subject), *(captains(event, subject) if step == "accepted" else [])]
    return list({one.pk: one for one in people}.values())


def above_the_late(event, subject):
    """The 街镇 hears what its neighbourhoods leave lying; an appeal is its own and it has heard."""
    return [] if event.facts.get("step") == "appealed" else subdistrict_clerks(event, subject)
