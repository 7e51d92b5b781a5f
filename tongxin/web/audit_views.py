"""The auditor's tools: one thing's whole trace, repeatable samples, the state of the chain. They read; nothing is changed."""

import random

from django import forms
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tongxin.journal.models import Event, Seal, record
from tongxin.journal.seals import head, verify_chain, verify_seals

from .journal_dress import dress
from .journal_views import checked_place, midnight, readable
from .journal_words import FAMILIES, KINDS

LONGEST_TRACE = 300
MOST = 200


@require_GET
def trace(request, kind, pk):
    """Everything that happened to one thing, oldest first, with its seals checked."""
    top = checked_place(request)
    events = readable(request.user, top).filter(subject_kind=kind, subject_id=pk).order_by("id")
    found = dress(events[:LONGEST_TRACE])
    if not found:
        raise Http404
    broken = verify_seals({event.seal_id for event in found} - {None})
    waiting = sum(event.seal_id is None for event in found)
    context = {"events": found, "broken": broken, "waiting": waiting, "what": f"{KINDS.get(kind, kind)} {pk}"}
    return render(request, "web/trace.html", context)


class SampleForm(forms.Form):
    """抽样: of which events, how many, and the seed that draws the same ones again."""

    family = forms.ChoiceField(label="事项", choices=[("", "全部"), *FAMILIES.items()], required=False)
    since = forms.DateField(
        label="从", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), required=False
    )
    until = forms.DateField(
        label="到", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), required=False
    )
    size = forms.RegexField(
        r"^\d{1,3}%?$",
        label="抽多少",
        help_text="条数，或百分比，如 5%",
        error_messages={"invalid": "请写一个数，或者一个百分比"},
    )
    seed = forms.IntegerField(
        label="种子", min_value=0, max_value=10**9, required=False, help_text="不填就新抽；填上次的就是同一批"
    )

    def draw(self, events) -> tuple[list[int], int]:
        """(ids drawn, how many there were): the same seed and days draw the same events, for events never change."""
        asked = self.cleaned_data
        if asked["family"]:
            events = events.filter(verb__startswith=f"{asked['family']}.")
        if asked["since"]:
            events = events.filter(at__gte=midnight(asked["since"]))
        if asked["until"]:
            events = events.filter(at__lt=midnight(asked["until"], after=1))
        ids = list(events.order_by("id").values_list("pk", flat=True))
        number = int(asked["size"].rstrip("%"))
        wanted = -(-len(ids) * number // 100) if asked["size"].endswith("%") else number
        return sorted(random.Random(asked["seed"]).sample(ids, min(wanted, len(ids), MOST))), len(ids)  # noqa: S311


@require_GET
def sample(request):
    """Some events to look at closely, drawn by a seed that stands on the page."""
    top = checked_place(request)
    form = SampleForm(request.GET or None, initial={"size": "20"})
    if not form.is_valid():
        return render(request, "web/sample.html", {"form": form}, status=422 if form.is_bound else 200)
    asked = form.cleaned_data
    if asked["seed"] is None:
        asked["seed"] = random.SystemRandom().randrange(10**6)
    ids, population = form.draw(readable(request.user, top))
    facts = {name: f"{asked[name]}" for name in ("family", "since", "until", "size", "seed") if asked[name]}
    record("journal.sample", subject=top, by=request.user, place=top, facts=facts | {"rows": len(ids)})
    query = request.GET.copy()
    query["seed"] = asked["seed"]
    drawn = dress(Event.objects.filter(pk__in=ids).order_by("id"))
    context = {
        "form": form,
        "events": drawn,
        "seed": asked["seed"],
        "population": population,
        "again": query.urlencode(),
    }
    return render(request, "web/sample.html", context)


@require_GET
def seals(request):
    """The newest seals, what waits, the head outside the database; the whole chain is read on request."""
    checked_place(request)
    asked = "check" in request.GET
    context = {
        "newest": Seal.objects.order_by("-number").defer("rows")[:10],
        "waiting": Event.objects.filter(seal=None).count(),
        "head": head(),
        "checked": asked,
        "broken": verify_chain()[:50] if asked else [],
    }
    return render(request, "web/seals.html", context)
