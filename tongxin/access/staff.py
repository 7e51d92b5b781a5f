"""Making a member of staff: person, sign-in name, post, in one step."""

from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from tongxin.people.models import Person

from .models import appoint


def create_staff(*, name, username, password, role, place, by=None, salutation="") -> Person:
    """A person with a password and a post; the second factor is set up at the first sign-in. Raises ValidationError."""
    person = Person(username=username, salutation=salutation)
    person.set_name(name)
    validate_password(password, person)
    person.set_password(password)
    with transaction.atomic():
        person.save()
        appoint(person, role, place, by=by)
    return person
