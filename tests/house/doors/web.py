"""The doors of `web`."""

import datetime as dt

from tongxin.access.models import today
from tongxin.teams.models import Reorganisation

from .kinds import EVERYBODY, door, public

DOORS = [
    public("web:home"),
    public("web:help"),
    public("web:livez"),
    public("web:readyz"),
    public("web:door", args="code"),
    public("web:elder", method="POST"),
    door("web:desk", EVERYBODY),
    door("web:demo", []),
    door("web:demo_enter", [], args="slug", method="POST"),
    door("web:register", ["wang", "shen", "he", "auditor", "admin", "security", "far_secretary"]),
    door("web:register_place", ["wang", "shen", "he", "auditor", "admin", "security"], args="neighbourhood"),
    door("web:reorganise", ["he"]),
    door("web:reorganise_new", ["he"], args="reorganise_as"),
    door("web:reorganised", ["he"], args="reorganisation"),
    door("web:reorganise_cancel", ["he"], args="reorganisation", method="POST", data={"reason": "方案有变"}),
    door("web:journal", ["auditor"]),
    door("web:journal_export", ["auditor"]),
    door("web:sample", ["auditor"]),
    door("web:seals", ["auditor"]),
    door("web:trace", ["auditor"], args="trace"),
    door("web:calendar", EVERYBODY),
    door("web:calendar", ["he"], method="POST", data={"day": "2099-10-10", "working": "0", "note": "按国办通知调休"}),
    door("web:contacts", ["wang", "shen", "he", "far_secretary"]),
    door("web:contact", ["wang", "shen", "he"], args="neighbourhood"),
]


def things(world) -> dict:
    """One of everything of this room, all of it at the neighbourhood of the cast."""
    reorganisation = Reorganisation.objects.create(
        kind="rename", place=world.neighbourhood, plan={"name": "新名"}, on=today() + dt.timedelta(days=30), by=world.he
    )
    return {
        "reorganise_as": "split", "reorganisation": reorganisation.pk,
        "code": world.buildings[0].short_code, "slug": "alan", "neighbourhood": world.neighbourhood.pk,
        "trace": ("access.appointment", world.wang.appointments.get().pk),
    }  # fmt: skip
