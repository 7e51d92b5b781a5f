"""What the pages of this room show."""

from django.utils import timezone

from tongxin.access.policy import Permission as P
from tongxin.access.rules import may_anywhere
from tongxin.people.models import Consent, Purpose

from . import digest
from .models import Choice, DigestHour, Family, Notice

ABOUT = {
    Family.REGISTRATIONS: "报到的每一步",
    Family.TASKS: "认领、候补、提醒、取消",
    Family.SERVICE: "时长核验、更正、年终单",
    Family.TEAMS: "入队、邀请、交接",
    Family.OTHER: "其他与您有关的事",
}


def by_day(page) -> list[dict]:
    """The notices of a page in groups: those not read yet, then those read, each day by itself."""
    groups = []
    for notice in page:
        key = (notice.read_at is None, timezone.localdate(notice.at))
        if not groups or groups[-1]["key"] != key:
            groups.append({"key": key, "fresh": key[0], "day": key[1], "notices": []})
        groups[-1]["notices"].append(notice)
    return groups


def how_many_to_call(person) -> int:
    """Whom an urgent message did not reach, where this person may telephone."""
    return Notice.objects.to_call(person).count() if may_anywhere(person, P.REVEAL_CONTACT) else 0


def choices_page(person) -> dict:
    """Every switch as it stands."""
    choice = Choice.of(person)
    return {
        "agreed": Consent.objects.filter(person=person, purpose=Purpose.SMS, withdrawn_at=None).exists(),
        "families": [
            {"name": family.value, "label": family.label, "about": ABOUT[family], "on": choice.wants_text(family)}
            for family in Family
        ],
        "choice": choice,
        "gets_digest": digest.readers().filter(pk=person.pk).exists(),
        "hours": [
            {"value": hour.value, "label": hour.label, "current": hour.value == choice.digest_at} for hour in DigestHour
        ],
    }
