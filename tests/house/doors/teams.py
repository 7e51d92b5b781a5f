"""The doors of `teams`."""

import datetime as dt

from tongxin.access.models import Appointment, today
from tongxin.access.policy import Role
from tongxin.teams.models import Handover, Invitation

from .kinds import EVERYBODY, door

MANAGERS = ["zhou", "wang"]
DOORS = [
    door("teams:roster_export", ["wang", "shen", "he"], args="roster_place"),
    door(
        "teams:roster_export", ["wang", "shen", "he"], args="roster_place", method="POST", data={"purpose": "年终慰问"}
    ),
    door("teams:roster", ["wang", "shen", "he", "far_secretary"]),
    door("teams:buildings", ["zhou", "wu", "alan", "wang", "shen", "far_secretary"]),
    door("teams:team", ["zhou", "wu", "alan", "wang", "shen", "far_secretary"]),
    door("teams:mine", EVERYBODY),
    door("teams:post_new", ["wang"], args="unit"),
    door("teams:post_end", ["wang"], args="local_post"),
    door("teams:handover", MANAGERS, args="leaving"),
    door("teams:handed", MANAGERS, args="handed"),
    door("teams:squad_new", MANAGERS, args="unit", method="POST", data={"name": "第三分队"}),
    door("teams:squad", MANAGERS, args="squad"),
    door("teams:squad_rename", MANAGERS, args="squad", method="POST", data={"name": "一分队"}),
    door("teams:squad_dissolve", MANAGERS, args="squad", method="POST"),
    door("teams:invite", MANAGERS, args="vacant"),
    door("teams:invitation", ["alan"], args="asked"),
    door("teams:accept", ["alan"], args="asked", method="POST"),
    door("teams:decline", ["alan"], args="asked", method="POST"),
    door("teams:invitation_withdraw", MANAGERS, args="asked", method="POST"),
]


def things(world) -> dict:
    """One of everything of this room, all of it at the neighbourhood of the cast."""
    captain = Appointment.objects.get(person=world.zhou, role=Role.CAPTAIN)
    handover = Handover.objects.create(place=world.neighbourhood, old=world.wu, new=world.zhou, by=world.wang)
    asked = Invitation.objects.create(
        person=world.alan, role=Role.RESIDENT_LEADER, place=world.buildings[2], invited_by=world.wang,
        due_on=today() + dt.timedelta(days=7),
    )  # fmt: skip
    return {
        "roster_place": world.neighbourhood.pk,
        "unit": world.neighbourhood.pk, "local_post": captain.pk, "leaving": (world.neighbourhood.pk, world.zhou.pk),
        "handed": handover.pk, "squad": world.squads[0].pk, "vacant": world.buildings[3].pk, "asked": asked.pk,
    }  # fmt: skip
