"""The words of a notice, made from a template: the first line is the title, the rest the body."""

from django.conf import settings
from django.template import Context
from django.template.loader import get_template

from tongxin.teams.models import Team

from .stop import HOW_TO_STOP

TITLE, BODY, TEXT = 60, 300, 300


def words(rule, event, subject) -> tuple[str, str, str]:
    """(title, body, text message) for one event; the text message is empty where the rule sends none."""
    facts = _facts(event, subject)
    title, body = _render(rule.message, facts)
    if not rule.text:
        return title, body, ""
    # Somebody else may be holding the phone: no name of anybody, and no words somebody typed, in what lights up on it.
    pushed = "【同心】{}。{}".format(*_render(rule.message, facts | {"captain": "队长", "push": True}))
    return title, body, pushed[: TEXT - len(HOW_TO_STOP)] + HOW_TO_STOP


def _render(message: str, facts: dict) -> tuple[str, str]:
    template = get_template(f"notifications/messages/{message}.txt").template
    title, _, body = template.render(Context(facts, autoescape=False)).strip().partition("\n")
    body, call = "".join(line.strip() for line in body.splitlines()), facts["call"]
    if call not in body:  # whom to call stands in every message
        body = body[: BODY - len(call)] + call
    return title.strip()[:TITLE], body[:BODY]


def _facts(event, subject) -> dict:
    place = getattr(subject, "place", None)
    neighbourhood = (place.neighbourhood or place) if place else None
    team = Team.objects.filter(place=neighbourhood).first() if neighbourhood else None
    captain = team.captain() if team else None
    phone = (neighbourhood.human if neighbourhood else "") or settings.CONTACT_PHONE
    return {
        "event": event,
        "subject": subject,
        "place": neighbourhood,
        "captain": captain.person.shown_as if captain else "居委",
        "call": f"有事请打{phone}。" if phone else "有事请问居委。",
        "verify_days": settings.VERIFY_WORKING_DAYS,
        "feedback_days": settings.FEEDBACK_WORKING_DAYS,
        "push": False,
    }
