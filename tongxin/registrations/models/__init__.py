"""报到·审核·联络·入队: a person checks in where they live, is reviewed, contacted, and joins the team."""

from django.db import models

from tongxin.access.policy import Permission as P
from tongxin.access.rules import scope
from tongxin.people.models import CONTACT_SCOPES
from tongxin.workflow.batches import each

from .contacting import Contact
from .pairs import ToldApart
from .registration import Registration
from .states import CONSENT_TEXT

from ..roster.models import MemberFile, RosterImport  # isort: skip - a folder of their own, the same room

__all__ = ["CONSENT_TEXT", "Contact", "MemberFile", "Registration", "RosterImport", "ToldApart", "accept_many"]


def accept_many(registrations, *, by):
    """Accept a batch; returns what was accepted and, for the rest, why not."""
    return each(registrations, lambda registration: registration.accept(by=by))


def _numbers_of_newcomers(reader):
    """Whoever reviews or contacts newcomers may open their numbers; a newcomer's captain is reached through teams."""
    here = scope(reader, P.REVEAL_CONTACT, "registrations__place")
    return here & models.Q(registrations__status__in=Registration.OPEN)


CONTACT_SCOPES.append(_numbers_of_newcomers)
