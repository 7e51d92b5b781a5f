"""What the planning pages show, put together in a constant number of queries."""

from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from tongxin.access.models import Appointment
from tongxin.access.policy import ALWAYS
from tongxin.access.policy import Permission as P
from tongxin.workflow.transitions import open_moves

from .models import Series, Task, TaskTemplate
from .task_forms import ContactForm

DESK_PAGE = 50
COMING = Prefetch(
    "tasks",
    Task.objects.filter(status__in=[Task.Status.DRAFT, Task.Status.OPEN]).order_by("starts_at"),
    to_attr="standing",
)


def like(request) -> Task | None:
    """The task a new one is copied from, if one was asked for."""
    wanted = request.GET.get("like", "")
    if not wanted.isdecimal() or len(wanted) > 18:
        return None
    return get_object_or_404(Task.objects.published_by(request.user), pk=wanted)


def kept_words(made, *, opened) -> str:
    if isinstance(made, Series):
        return (
            f"系列排好了：{made.rhythm}，到{made.until.month}月{made.until.day}日。每场提前两周放出来，可以单独改或取消"
        )
    return "草稿存好了，想好了再发布" if made.is_draft else opened


def address(made) -> str:
    return reverse("tasks:series") if isinstance(made, Series) else reverse("tasks:detail", args=[made.pk])


def change_page(task, person, *, form) -> dict:
    contact = ContactForm(task=task)
    return {
        "task": task,
        "form": form,
        "contact_form": contact if contact.fields["to"].queryset.exists() else None,
        "closed": None
        if task.is_open and not task.too_late
        else "现在不能再改时间和地点。需要的话可以照着它再发一个。",
    }


def templates_page(person) -> dict:
    """Own templates first, then those of the house by family."""
    rows = list(TaskTemplate.objects.usable_by(person))
    return {
        "own": [template for template in rows if template.place_id],
        "house": [template for template in rows if not template.place_id],
    }


def series_page(person, *, number) -> dict:
    page = Paginator(Series.objects.published_by(person).prefetch_related(COMING), DESK_PAGE).get_page(number)
    now = timezone.now()
    lost = _without_contact(page)
    rows = [
        {
            "series": series,
            "lost": series.pk in lost,
            "coming": [task for task in series.standing if task.starts_at > now],
            "moves": {move.name for move in open_moves(series, person)},
        }
        for series in page
    ]
    return {"page": page, "rows": rows}


def _without_contact(series) -> set:
    """Running series whose contact may not publish there any more: nothing is made until somebody takes over."""
    publish = [role for role, may in ALWAYS.items() if P.PUBLISH_TASK in may]
    contacts = {one.contact_id for one in series}
    posts = Appointment.objects.current().filter(person__in=contacts, role__in=publish, person__is_active=True)
    held = {}
    for person, path in posts.values_list("person", "place__path"):
        held.setdefault(person, []).append(path)
    return {
        one.pk
        for one in series
        if one.is_running and not any(one.place.path.startswith(path) for path in held.get(one.contact_id, []))
    }


def stop_page(series, person, *, form) -> dict:
    coming = series.tasks.filter(status=Task.Status.OPEN, starts_at__gt=timezone.now()).order_by("starts_at")
    return {
        "series": series,
        "form": form,
        "coming": coming,
        "may_stop": "stop" in {move.name for move in open_moves(series, person)},
    }
