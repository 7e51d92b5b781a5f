"""Members of staff: making one (person, sign-in name, post, in one step), and who they are."""

from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from tongxin.people.models import Person

from .models import Appointment, appoint
from .policy import STAFF_ROLES
from .rules import scope


def create_staff(*, name, username, password, role, place, by=None, salutation="", initial=True) -> Person:
    """A person with a password and a post; the second factor is set up at the first sign-in. Raises ValidationError.

    An `initial` password is known to whoever set it: the first sign-in changes it before anything else.
    """
    person = Person(username=username, salutation=salutation, must_change=initial)
    person.set_name(name)
    validate_password(password, person)
    person.set_password(password)
    with transaction.atomic():
        person.save()
        appoint(person, role, place, by=by)
    return person


def staff_in(reader, permission):
    """Everybody with an account of staff and a post, now or once, at the reader's places."""
    posts = Appointment.objects.filter(scope(reader, permission), role__in=STAFF_ROLES)
    people = Person.objects.filter(pk__in=posts.values("person"), username__isnull=False)
    return people.order_by("username")
