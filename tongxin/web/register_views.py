"""单位登记册: what the register of places held on a day, from the 街镇 down to the door, and how it came to be so."""

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import BigIntegerField, F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from tongxin.access.policy import Permission
from tongxin.access.rules import places_where
from tongxin.places.models import Level, Place, PlaceVersion, Succession

PER_PAGE = 50


class DayForm(forms.Form):
    """The day to show (today when empty) and what to look for."""

    as_of = forms.DateField(
        label="截止日",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "日期看不懂，请写成 2023-03-03 这样"},
    )
    q = forms.CharField(label="找一个地方", required=False, max_length=100, empty_value="")

    @classmethod
    def read(cls, query):
        form = cls({"as_of": f"{timezone.localdate()}"} | query.dict())
        form.is_valid()
        return form, form.cleaned_data.get("as_of") or timezone.localdate(), form.cleaned_data.get("q", "")


@require_GET
def register(request):
    """The highest place the reader may look at; with something typed, what was found."""
    form, day, q = DayForm.read(request.GET)
    seen = places_where(request.user, Permission.VIEW_REGISTER)
    top = seen.order_by("path").first()
    if top is None:
        raise PermissionDenied
    if not q:
        return _show(request, top, form, day)
    page = Paginator(seen.as_of(day).search(q), PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = page.object_list.with_ancestors()
    return render(request, "web/register_found.html", {"form": form, "day": day, "q": q, "page": page, "place": top})


@require_GET
def place(request, pk):
    """One place: what is in it, what it was called, what it came from and became."""
    form, day, _ = DayForm.read(request.GET)
    return _show(request, get_object_or_404(places_where(request.user, Permission.VIEW_REGISTER), pk=pk), form, day)


def _show(request, here, form, day):
    context = {"place": here, "form": form, "day": day, "is_today": day == timezone.localdate()}
    context |= {"name": here.name_on(day), "code": here.code_on(day), "above": here.ancestors}
    context |= {"versions": here.versions.select_related("parent"), "counts": _counts(here, day)}
    context["came_from"] = Succession.objects.filter(new=here).select_related("old")
    context["became"] = Succession.objects.filter(old=here).select_related("new")
    if here.level in (Level.DISTRICT, Level.SUBDISTRICT):
        return render(request, "web/register.html", context | {"branches": _branches(here, day)})
    below = Place.objects.under(here, on=day).as_of(day).at_level(Level.BUILDING).named_at(day)
    page = Paginator(below.select_related("parent").order_by("parent__path", "path"), PER_PAGE)
    return render(request, "web/register_place.html", context | {"page": page.get_page(request.GET.get("page"))})


def _branches(here, day) -> list[dict]:
    """街镇 with their 居村 as they were that day, in the order of the codes."""
    then = PlaceVersion.objects.filter(place=OuterRef("pk")).as_of(day)
    rows = Place.objects.under(here, on=day).as_of(day).at_level(Level.SUBDISTRICT, Level.NEIGHBOURHOOD)
    rows = rows.named_at(day).annotate(
        parent_then=Coalesce(Subquery(then.values("parent_id")[:1]), F("parent_id"), output_field=BigIntegerField())
    )
    rows = list(rows.order_by("code_then", "path"))
    inside = {}
    for row in rows:
        if row.level == Level.NEIGHBOURHOOD:
            inside.setdefault(row.parent_then, []).append(row)
    return [{"place": row, "inside": inside.get(row.pk, [])} for row in rows if row.level == Level.SUBDISTRICT]


def _counts(here, day) -> list[tuple[str, int]]:
    """How many places of each level are below, in words."""
    levels = list(Place.objects.under(here, on=day).as_of(day).exclude(pk=here.pk).values_list("level", flat=True))
    return [(level.label, levels.count(level)) for level in Level if level in levels]
