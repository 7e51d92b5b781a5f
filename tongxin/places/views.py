from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET

from .models import Level, Place

SHOWN = 20
LEVELS = (Level.NEIGHBOURHOOD, Level.ESTATE, Level.BUILDING)


@login_not_required  # the register is public, and nothing in it is smaller than a building
@require_GET
def find(request):
    """帮我找: one's 居村, estate or building by what one knows of it. A list for htmx, a page without JavaScript.

    `q` is what was typed; `to` is the page of ours to go back to, with `?place=ID` of the one chosen. Without `to` the
    list is of radio buttons named `place`, to stand inside the form that asked.
    """
    query, to = request.GET.get("q", "").strip()[:100], request.GET.get("to", "")
    found = Place.objects.current().at_level(*LEVELS).search(query)[: SHOWN + 1].with_ancestors()
    safe = to.startswith("/") and "?" not in to and url_has_allowed_host_and_scheme(to, allowed_hosts=None)
    context = {"query": query, "places": found[:SHOWN], "more": len(found) > SHOWN, "to": to if safe else ""}
    return render(request, "places/_found.html" if request.htmx else "places/find.html", context)
