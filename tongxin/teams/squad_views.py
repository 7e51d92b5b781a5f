"""Pages of the squads: made, renamed, re-cut, dissolved."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from tongxin.access.policy import Permission as P
from tongxin.access.rules import may_anywhere, scope

from . import squads as verbs
from .forms import CutForm
from .models import Squad
from .team import reads_names
from .team_views import to_team, unit_of


def _squad(request, pk):
    if not may_anywhere(request.user, P.MANAGE_TEAM):
        raise PermissionDenied
    rows = Squad.objects.filter(scope(request.user, P.MANAGE_TEAM, "team__place"), until=None)
    return get_object_or_404(rows.select_related("team__place__parent"), pk=pk)


@require_POST
def create(request, pk):
    """A new squad."""
    unit = unit_of(request, pk, P.MANAGE_TEAM)
    squad = verbs.create_squad(unit, name=request.POST.get("name", ""), by=request.user)
    messages.success(request, f"已建“{squad.name}”，现在可以把队员和楼栋调进来")
    return to_team(unit)


@require_POST
def rename(request, pk):
    squad = _squad(request, pk)
    verbs.rename_squad(squad, name=request.POST.get("name", ""), by=request.user)
    messages.success(request, "分队名称改好了")
    return redirect("teams:squad", pk=pk)


@require_POST
def dissolve(request, pk):
    squad = _squad(request, pk)
    verbs.dissolve_squad(squad, by=request.user)
    messages.success(request, f"“{squad.name}”已撤销，以前的记录都在")
    return to_team(squad.place)


@require_http_methods(["GET", "POST"])
def squad(request, pk):
    """One squad: its members and buildings, and whatever is ticked goes to another one: first in words, then done."""
    squad = _squad(request, pk)
    full = reads_names(request.user, squad.place)
    members = squad.memberships.filter(until=None).select_related("person", "home").order_by("pk")
    duties = squad.responsibilities.filter(until=None).select_related("building__parent").order_by("building__path")
    rows = [(row.pk, f"{row.person.name if full else row.person.shown_as}{_lives(row)}") for row in members]
    buildings = [(row.building_id, f"{row.building.parent.name} {row.building.own_label}") for row in duties]
    form = CutForm(request.POST or None, squad=squad, members=rows, buildings=buildings)
    cut = None
    if request.method == "POST" and form.is_valid():
        cut = verbs.cut_from(squad, **form.cleaned_data)
        if "sure" in request.POST:
            return _cut(request, cut)
    context = {"squad": squad, "unit": squad.place, "form": form, "cut": cut, "why_not": verbs.why_not_dissolve(squad)}
    return render(request, "teams/squad.html", context | {"rows": rows, "buildings": buildings})


def _cut(request, cut):
    cut.do(by=request.user)
    messages.success(request, f"调好了：{len(cut.members)}名队员、{len(cut.buildings)}栋楼到了{cut.to.name}")
    return redirect("teams:squad", pk=cut.to.pk)


def _lives(row) -> str:
    return f"（{row.home.own_label}）" if row.home else ""
