"""The doors of `tasks`."""

import datetime as dt

from django.utils import timezone

from tongxin.tasks.models import HOUR, Incident, Series, Task, TaskTemplate

from .kinds import EVERYBODY, HERE, door

DOORS = [
    door("tasks:list", EVERYBODY),
    door("tasks:mine", EVERYBODY),
    door("tasks:board", ["zhou", "wang", "far_secretary"]),
    door("tasks:new", ["zhou", "wang", "far_secretary"]),
    door("tasks:verify", ["zhou", "wu", "wang", "far_secretary"]),
    door("tasks:detail", [*HERE, "wang", "shen"], args="task"),
    door("tasks:claim", HERE, args="task", method="POST"),
    door("tasks:publish", ["zhou", "wang"], args="draft", method="POST"),
    door("tasks:age", EVERYBODY),
    door("tasks:templates", ["zhou", "wang", "far_secretary"]),
    door("tasks:use_template", ["zhou", "wang"], args="template"),
    door("tasks:retire_template", ["zhou", "wang"], args="template", method="POST"),
    door("tasks:series", ["zhou", "wang", "far_secretary"]),
    door("tasks:take_series", ["zhou", "wang"], args="series", method="POST"),
    door("tasks:stop_series", ["zhou", "wang"], args="series"),
    door("tasks:change", ["zhou", "wang"], args="task"),
    door("tasks:hand_over", ["zhou", "wang"], args="task", method="POST"),
    door("tasks:keep", ["zhou", "wang"], args="task", method="POST"),
    door("tasks:cancel", ["zhou", "wang"], args="task", method="POST", data={"reason": "下雨"}),
    door("tasks:withdraw", ["alan"], args="claim", method="POST"),
    door("tasks:report", ["alan"], args="done_claim", method="POST", data={"hours": "1.5"}),
    door("tasks:verify_one", ["zhou", "wu", "wang"], args="reported", method="POST"),
    door("tasks:hold", ["alan"], args="held", method="POST"),
    door("tasks:answer", ["alan"], args="corrected"),
    door("tasks:agree", ["alan"], args="corrected", method="POST"),
    door("tasks:dispute", ["alan"], args="corrected", method="POST", data={"reason": "我来过"}),
    door("tasks:correct", ["zhou", "wu", "wang"], args="reported"),
    door("tasks:disputes", ["wang", "far_secretary", "shen"]),
    door("tasks:decide", ["wang"], args="disputed"),
    door("tasks:sample", ["wang", "far_secretary", "shen", "auditor"]),
    door("tasks:sample_note", ["wang", "shen", "auditor"], args="verified", method="POST", data={"result": "fine"}),
    door("tasks:help", ["alan", "zhou", "wu", "wang"], args="on_now"),
    door("tasks:incident", ["alan", "zhou", "wu", "wang"], args="on_now", method="POST", data={"kind": "hurt"}),
    door("tasks:incidents", EVERYBODY),
    door("tasks:incident_see", ["zhou", "wu", "wang"], args="incident", method="POST"),
    door("tasks:incident_close", ["zhou", "wu", "wang"], args="incident", method="POST", data={"outcome": "送回家了"}),
]


def things(world) -> dict:
    """One of everything of this room, all of it at the neighbourhood of the cast."""
    return {
        "task": world.task().pk, "draft": world.task(status=Task.Status.DRAFT).pk,
        "claim": world.claimed(world.task(), world.alan).pk, "done_claim": world.claimed(world.past_task(), world.alan).pk,
        **_later(world), **_planned(world),
        "reported": world.claimed(world.past_task(), world.alan, status="reported", hours=1, reported_at=timezone.now()).pk,
    }  # fmt: skip


def _planned(world) -> dict:
    """What is published again and again: a template of the place, and a series."""
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    series = Series.objects.create(
        place=world.neighbourhood, contact=world.zhou, title="每周巡查", spot="南门", risk_text="量力而行", seats=2, every="week",
        first=tomorrow, until=tomorrow, starts=dt.time(9), ends=dt.time(10),
    )  # fmt: skip
    return {"template": TaskTemplate.keep(world.task(title="存过的"), by=world.zhou).pk, "series": series.pk}


def _later(world) -> dict:
    """What comes after the report: corrected, disputed, verified; a seat held, somebody who asked for help."""
    now = timezone.now()
    said = {"hours": 2, "reported_at": now}
    other = said | {
        "corrected_hours": 1,
        "corrected_by": world.zhou,
        "corrected_at": now,
        "answer_by": now + dt.timedelta(days=7),
    }
    flexible = world.task(starts_at=now - HOUR, ends_at=now + 90 * HOUR, flexible=True, hours=2)
    on_now = world.task(starts_at=now - HOUR, ends_at=now + HOUR)
    world.claimed(on_now, world.alan)
    return {
        "held": world.claimed(flexible, world.alan, release_at=now + HOUR, warned_at=now).pk,
        "corrected": world.claimed(world.past_task(), world.alan, status="corrected", **other).pk,
        "disputed": world.claimed(world.past_task(), world.alan, status="disputed", disputed_at=now, **other).pk,
        "verified": world.claimed(
            world.past_task(), world.alan, status="verified", verified_by=world.zhou, verified_at=now, **said
        ).pk,
        "on_now": on_now.pk,
        "incident": Incident.note(on_now, by=world.alan, kind=Incident.Kind.HURT).pk,
    }
