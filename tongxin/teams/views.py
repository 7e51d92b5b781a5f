"""Pages of the teams: the roster of members, and who answers for which building."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tongxin.access.policy import Permission
from tongxin.access.rules import may_anywhere, scope
from tongxin.places.models import Place

from .board import Board, units_for
from .finding import matching
from .models import Membership
from .sheet import lines_of, places_of

ON_DESK = 50


@require_GET
def roster(request):
    """在队名册: members within the reader's places, by place, name, pinyin or the last digits of the number."""
    if not may_anywhere(request.user, Permission.VIEW_ROSTER):
        raise PermissionDenied
    members = Membership.objects.current().filter(scope(request.user, Permission.VIEW_ROSTER, "team__place"))
    places = places_of(request.user)
    chosen = _chosen(places, request.GET.get("place"))
    if chosen:
        members = members.filter(team__place__path__under=chosen.path)
    query = request.GET.get("q", "").strip()[:40]
    found = matching(members, query).order_by("team__place__path", "squad_id", "pk")
    page = Paginator(found.select_related("person", "team__place__parent", "squad", "home"), ON_DESK).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "lines": lines_of(page, reader=request.user),
        "places": places,
        "chosen": chosen,
        "query": query,
    }
    return render(request, "teams/roster.html", context)


@require_GET
def buildings(request):
    """双楼长覆盖: the buildings of a 居村 by squad, with both leaders, and the gaps by name."""
    if not may_anywhere(request.user, Permission.VIEW_TEAM):
        raise PermissionDenied
    units = units_for(request.user)
    unit = _chosen(units, request.GET.get("place")) or next(iter(units), None)
    board = Board(unit, reader=request.user) if unit else None
    return render(request, "teams/buildings.html", {"board": board, "unit": unit, "units": units})


def _chosen(places: list[Place], pk) -> Place | None:
    """The place asked for, when the reader may see it; nothing asked for is None, another's place is not found."""
    if not pk:
        return None
    place = next((place for place in places if str(place.pk) == pk), None)
    if place is None:
        raise Http404
    return place
