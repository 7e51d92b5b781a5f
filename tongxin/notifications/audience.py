"""Whom a rule tells: functions of an event and its subject that return people; and where the notice leads."""

from django.urls import reverse

from tongxin.access.models import Appointment
from tongxin.access.policy import Role
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


def statement_holders(event, subject):
    """Everybody with a statement of the closed year."""
    return Person.objects.filter(statements__year=subject, is_active=True)


def task_page(claim) -> str:
    return reverse("tasks:detail", args=[claim.task_id])


def own_page(task) -> str:
    return reverse("tasks:detail", args=[task.pk])


def _holders(place, role, *, besides):
    """Holders of a role at the neighbourhood of a place, without the one it is about."""
    neighbourhood = place.neighbourhood or place
    posts = Appointment.objects.current().filter(place=neighbourhood, role=role, person__is_active=True)
    return [post.person for post in posts.exclude(person=besides).select_related("person").order_by("pk")]
