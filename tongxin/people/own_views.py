"""Pages about oneself: see, correct, agree, take along, know who looked, erase."""

import json

from django.contrib import messages
from django.contrib.auth import logout
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from .consent_words import VERSION, WORDS
from .corrections import correct_name
from .erasure import erase as erase_person
from .erasure import why_not_erase
from .forms import EraseForm, KindForm, NameForm, SalutationForm
from .kinds import declare_kind, drop_kind, held_kinds, make_primary
from .models import Consent, Correction, NumberChange, Purpose, give_consent
from .own_data import looks_at, own_data, readable, who_looked


@require_GET
def me(request):
    """What the house keeps about me, in clear parts."""
    person = request.user
    given = {consent.purpose: consent for consent in person.consents.filter(withdrawn_at=None)}
    page = {
        "consents": [(purpose, given.get(purpose.value)) for purpose in Purpose],
        "form": SalutationForm(initial={"salutation": person.salutation}),
        "kinds": held_kinds(person),
        "looked": who_looked(person, limit=3),
        "times_looked": looks_at(person).count(),
        "change": NumberChange.objects.filter(person=person, status=NumberChange.Status.WAITING).first(),
        "correction": Correction.objects.filter(person=person, status=Correction.Status.WAITING).first(),
    }
    return render(request, "people/me.html", page)


@require_GET
def own_copy(request):
    """A copy of everything about me, as a file for machines."""
    text = json.dumps(own_data(request.user), ensure_ascii=False, indent=1)
    headers = {"Content-Disposition": 'attachment; filename="my-data.json"'}
    return HttpResponse(text, content_type="application/json; charset=utf-8", headers=headers)


@require_GET
def copy_page(request):
    """The same to read and to print."""
    return render(request, "people/copy.html", {"parts": readable(own_data(request.user))})


@require_GET
def looked(request):
    """Everybody who opened something of mine: when, who, what, why."""
    page = Paginator(looks_at(request.user), 20).get_page(request.GET.get("page"))
    return render(request, "people/looked.html", {"page": page, "looks": who_looked(request.user, events=page)})


@require_GET
def consent(request, purpose):
    """One consent in plain words, with the button to give it or take it back."""
    if purpose not in Purpose.values:
        raise Http404
    given = Consent.objects.filter(person=request.user, purpose=purpose).order_by("-pk").first()
    page = {"purpose": Purpose(purpose), "given": given, "words": WORDS[purpose], "version": VERSION}
    return render(request, "people/consent.html", page)


@require_POST
def set_consent(request, purpose):
    """Give or withdraw one consent; as easy one way as the other."""
    consent = Consent.objects.filter(person=request.user, purpose=purpose, withdrawn_at=None).first()
    if consent:
        consent.withdraw(by=request.user)
    elif purpose in Purpose.values:
        give_consent(request.user, purpose, text_version=VERSION, by=request.user)
    messages.success(request, "已撤回，留有记录。随时可以再同意" if consent else "已同意，随时可以撤回")
    return redirect("people:me")


@require_POST
def set_salutation(request):
    form = SalutationForm(request.POST)
    if form.is_valid():
        request.user.call_me(form.cleaned_data["salutation"])
        messages.success(request, "已改好")
    return redirect("people:me")


@require_http_methods(["GET", "POST"])
def name(request):
    """Correct the own name: at once, or after a word of the office."""
    form = NameForm(request.POST or None, initial={"name": request.user.name})
    if request.method == "POST" and form.is_valid():
        asked = correct_name(request.user, form.cleaned_data["name"], by=request.user)
        messages.success(request, "已交给居委确认，确认前还用原来的姓名" if asked else "已改好")
        return redirect("people:me")
    return render(request, "people/name.html", {"form": form})


@require_POST
def withdraw_name(request):
    """Leave the name as it is."""
    asked = get_object_or_404(Correction, person=request.user, status=Correction.Status.WAITING)
    asked.withdraw(by=request.user)
    messages.success(request, "已撤回，姓名不变")
    return redirect("people:me")


@require_http_methods(["GET", "POST"])
def kinds(request):
    """My 人员类别: those I have, which one counts, one more."""
    held = held_kinds(request.user)
    form = KindForm(request.POST or None, person=request.user, held=held)
    if request.method == "POST" and form.is_valid():
        declare_kind(request.user, form.cleaned_data["kind"], by=request.user)
        messages.success(request, "已添加，居委确认后算数")
        return redirect("people:kinds")
    past = request.user.categories.exclude(until=None).order_by("-until", "-pk")[:20]
    return render(request, "people/kinds.html", {"form": form, "held": held, "past": past})


@require_POST
def change_kind(request, pk):
    """Take one away, or count me under it."""
    category = get_object_or_404(request.user.categories, pk=pk)
    verb = {"drop": drop_kind, "primary": make_primary}.get(request.POST.get("action"))
    if verb is None:
        raise Http404
    verb(category, by=request.user)
    messages.success(request, "已改好，原来的留有记录")
    return redirect("people:kinds")


@require_http_methods(["GET", "POST"])
def erase(request):
    """Delete my data: what goes, what stays, that there is no way back; one press."""
    person, why = request.user, why_not_erase(request.user)
    form = EraseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and not why and form.is_valid():
        erase_person(person, by=person)
        logout(request)
        messages.success(request, "您的资料已经删除，现在已退出登录。谢谢您一直以来的帮忙")
        return redirect("web:home")
    return render(request, "people/erase.html", {"form": form, "why": why})
