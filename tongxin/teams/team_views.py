"""Pages of one team: who leads it, posts, handover, and the member's own page."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from tongxin.access.models import Appointment
from tongxin.access.policy import Permission as P
from tongxin.access.rules import may_anywhere, places_where, scope
from tongxin.people.models import Person
from tongxin.places.models import Level

from . import posts
from .board import units_for
from .forms import PostForm, SuccessorForm
from .handover import Handover, complete, open_promises
from .team import OwnTeam, TeamSheet, known_as, may_call


def unit_of(request, pk, permission):
    """A neighbourhood where the reader may do this; anything else is not found."""
    if not may_anywhere(request.user, permission):
        raise PermissionDenied
    units = places_where(request.user, permission).current().at_level(Level.NEIGHBOURHOOD)
    return get_object_or_404(units.select_related("parent"), pk=pk)


def to_team(unit):
    return redirect(f"{reverse('teams:team')}?place={unit.pk}")


@require_GET
def team(request):
    """本居村队伍: captain, deputies, squads, terms, vacancies."""
    if not may_anywhere(request.user, P.VIEW_TEAM):
        raise PermissionDenied
    units = units_for(request.user)
    asked = request.GET.get("place")
    unit = next((one for one in units if str(one.pk) == asked), None) if asked else next(iter(units), None)
    if asked and unit is None:
        raise Http404
    sheet = TeamSheet(unit, reader=request.user) if unit else None
    return render(request, "teams/team.html", {"sheet": sheet, "unit": unit, "units": units})


@require_GET
def mine(request):
    """我的队伍, on the phone."""
    own = OwnTeam(request.user)
    callable_ones = may_call(request.user, [*own.captains, *own.leaders])
    return render(request, "teams/mine.html", {"own": own, "callable": callable_ones})


@require_http_methods(["GET", "POST"])
def post_new(request, pk):
    """Appoint a member; a new captain takes over from the old one with everything that is open."""
    unit = unit_of(request, pk, P.APPOINT_LOCAL)
    form = PostForm(request.POST or None, unit=unit, initial={"post": request.GET.get("post")})
    old = posts.captain_of(unit)
    if request.method == "POST" and form.is_valid():
        return _appointed(request, unit, form.chosen)
    lines = open_promises(old.person, unit) if old else []
    return render(request, "teams/post_new.html", {"unit": unit, "form": form, "old": old, "lines": lines})


def _appointed(request, unit, chosen):
    _, done = posts.settle(**chosen, by=request.user)
    word = posts.label_of(chosen["role"], chosen["deputy"])
    also = f"，{len(done.lines)}件没办完的事一起接过来了" if done else "，现在生效"
    messages.success(request, f"{chosen['person'].name}任{word}{also}")
    return redirect("teams:handed", pk=done.pk) if done else to_team(unit)


@require_http_methods(["GET", "POST"])
def post_end(request, pk):
    """End a local post; what is open goes to whoever is chosen."""
    if not may_anywhere(request.user, P.APPOINT_LOCAL):
        raise PermissionDenied
    rows = Appointment.objects.current().filter(scope(request.user, P.APPOINT_LOCAL), role__in=posts.LOCAL)
    post = get_object_or_404(rows.select_related("person", "place"), pk=pk)
    unit = post.place.neighbourhood
    lines = open_promises(post.person, unit)
    form = SuccessorForm(request.POST or None, unit=unit, old=post.person, reader=request.user)
    if request.method == "POST" and (not lines or form.is_valid()):
        return _ended(request, unit, post, form.cleaned_data["new"] if lines else None)
    name = known_as(post.person, request.user, unit)
    context = {"post": post, "unit": unit, "lines": lines, "form": form, "name": name}
    return render(request, "teams/post_end.html", context | {"word": posts.label_of(post.role, post.deputy)})


def _ended(request, unit, post, new):
    with transaction.atomic():
        done = complete(post.person, new, unit, by=request.user) if new else None
        posts.end_post(post, by=request.user, reason=request.POST.get("reason", "")[:200])
    messages.success(request, "已结束任职，空缺写在队伍页上")
    return redirect("teams:handed", pk=done.pk) if done else to_team(unit)


@require_http_methods(["GET", "POST"])
def handover(request, pk, person):
    """Everything somebody has open here, moved in one press."""
    unit = unit_of(request, pk, P.MANAGE_TEAM)
    known = Person.objects.filter(memberships__team__place=unit) | Person.objects.filter(appointments__place=unit)
    old = get_object_or_404(known.distinct(), pk=person)
    form = SuccessorForm(request.POST or None, unit=unit, old=old, reader=request.user)
    if request.method == "POST" and form.is_valid():
        done = complete(old, form.cleaned_data["new"], unit, by=request.user)
        messages.success(request, f"{len(done.lines)}件事都交接好了，交接单可以打印签字")
        return redirect("teams:handed", pk=done.pk)
    context = {"unit": unit, "form": form, "lines": open_promises(old, unit)}
    return render(request, "teams/handover.html", context | {"name": known_as(old, request.user, unit)})


@require_GET
def handed(request, pk):
    """交接单, to print and sign."""
    if not may_anywhere(request.user, P.MANAGE_TEAM):
        raise PermissionDenied
    rows = Handover.objects.filter(scope(request.user, P.MANAGE_TEAM)).select_related("old", "new", "by", "place")
    it = get_object_or_404(rows, pk=pk)
    names = {key: known_as(getattr(it, key), request.user, it.place) for key in ("old", "new", "by")}
    return render(request, "teams/handed.html", {"it": it, "names": names})
