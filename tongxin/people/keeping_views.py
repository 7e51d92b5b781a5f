"""How long what is kept: open to everybody."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.views.decorators.http import require_GET

from .retention import overview


@login_not_required
@require_GET
def keeping(request):
    """Every retention clock, and when it last ran."""
    return render(request, "people/retention.html", {"rows": overview()})
