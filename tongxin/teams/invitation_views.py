"""Pages of invitations: who is asked, and what they answer."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongxin.access.policy import Permission as P
from tongxin.access.rules import may_anywhere, places_where, scope
from tongxin.places.models import Level

from . import posts
from .forms import AT_BUILDING, POSTS, PostForm
from .invitations import Invitation
from .suggesting import suggest
from .team import reads_names
from .team_views import to_team

AT_TEAM = ("captain-deputy", "squad-leader", "squad-leader-deputy")
FITTING = {Level.BUILDING: (P.INVITE_LEADER, AT_BUILDING), Level.NEIGHBOURHOOD: (P.APPOINT_LOCAL, AT_TEAM)}


def _where(request, pk):
    """The building or neighbourhood somebody is asked for, and the posts there are."""
    if not may_anywhere(request.user, P.INVITE_LEADER):
        raise PermissionDenied
    for level, (permission, names) in FITTING.items():
        found = places_where(request.user, permission).current().filter(pk=pk, level=level).select_related("parent")
        if place := found.first():
            return place, names
    raise Http404


@require_http_methods(["GET", "POST"])
def invite(request, pk):
    """Ask somebody to take a post: those who fit with one tap, anybody of the team by name."""
    place, names = _where(request, pk)
    unit = place.neighbourhood
    post = request.GET.get("post") if request.GET.get("post") in names else names[0]
    building = {"building": place.pk} if place.level == Level.BUILDING else {}
    form = PostForm(
        (request.POST and request.POST.dict() | building) or None, unit=unit, posts=names, initial={"post": post}
    )
    if request.method == "POST" and form.is_valid():
        return _sent(request, unit, form.chosen)
    context = {"place": place, "unit": unit, "form": form, "post": post, "word": posts.label_of(*POSTS[post])}
    context["suggestions"] = suggest(place, full=reads_names(request.user, unit))
    context["tabs"] = _tabs(place, names, post)
    return render(request, "teams/invite.html", context)


def _sent(request, unit, chosen):
    person, role, place = chosen.pop("person"), chosen.pop("role"), chosen.pop("place")
    invitation = Invitation.send(person, role, place, by=request.user, **chosen)
    messages.success(
        request,
        f"已邀请{person.shown_as}任{invitation.post}，{invitation.due_on.month}月{invitation.due_on.day}日前答复您",
    )
    if role in posts.AT_BUILDING:
        return redirect(f"{reverse('teams:buildings')}?place={unit.pk}")
    return to_team(unit)


def _tabs(place, names, post):
    url = reverse("teams:invite", args=[place.pk])
    return [
        {"label": posts.label_of(*POSTS[name]), "url": f"{url}?post={name}", "current": name == post} for name in names
    ]


def _own(request, pk):
    return get_object_or_404(Invitation.objects.of(request.user), pk=pk)


@require_GET
def invitation(request, pk):
    """An invitation, as the person who is asked sees it."""
    return render(request, "teams/invitation.html", {"it": _own(request, pk)})


@require_POST
def accept(request, pk):
    """Take the post."""
    it = _own(request, pk)
    it.accept(by=request.user)
    messages.success(request, f"谢谢您！您现在是{it.post}了")
    return redirect("teams:mine")


@require_POST
def decline(request, pk):
    """Not now, and no reason asked."""
    _own(request, pk).decline(by=request.user)
    messages.success(request, "知道了，谢谢您回复。以后方便的时候再请您")
    return redirect("teams:mine")


@require_POST
def withdraw(request, pk):
    """Take an invitation back."""
    if not may_anywhere(request.user, P.INVITE_LEADER):
        raise PermissionDenied
    it = get_object_or_404(
        Invitation.objects.filter(scope(request.user, P.INVITE_LEADER)).select_related("place"), pk=pk
    )
    it.withdraw(by=request.user, reason=request.POST.get("reason", "")[:200])
    messages.success(request, "邀请已收回")
    return to_team(it.place.neighbourhood)
