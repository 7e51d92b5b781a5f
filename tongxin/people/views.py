"""Pages about oneself: sign in, second factor, my data."""

import json

import segno
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from .backends import new_totp_secret, totp_uri
from .codes import SignInForm
from .forms import RevealForm, SalutationForm, StaffSignInForm, TotpForm
from .models import Consent, Person, Purpose, give_consent
from .own_data import own_data

BACKEND = "tongxin.people.backends.PersonBackend"


def after_sign_in(request):
    """Back to where one came from, if that is ours; else home."""
    there = request.POST.get("next") or request.GET.get("next") or "/"
    # Not redirect(): it would take a bare word for the name of a view.
    return HttpResponseRedirect(there if url_has_allowed_host_and_scheme(there, {request.get_host()}) else "/")


@login_not_required
@require_http_methods(["GET", "POST"])
def sign_in(request):
    """Members: phone and code."""
    form = SignInForm(request.POST or None, request=request)
    if request.method == "POST" and not form.wants_code() and form.is_valid():
        person = form.person()
        if person and person.is_staff_member:  # a text message is no substitute for the password
            return redirect("people:staff_sign_in")
        if person:
            login(request, person, backend=BACKEND)
            return after_sign_in(request)
        form.add_error("phone", "这个号码还没有报到，请先报到")
    return render(request, "people/sign_in.html", {"form": form})


@login_not_required
@require_http_methods(["GET", "POST"])
def staff_sign_in(request):
    """Staff: name and password, then the second factor."""
    form = StaffSignInForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        login(request, form.person, backend=BACKEND)
        return redirect("people:second_factor")
    return render(request, "people/staff_sign_in.html", {"form": form})


@require_http_methods(["GET", "POST"])
def second_factor(request):
    """The authenticator's six digits; the first time it is set up here."""
    person = request.user
    fresh = "" if person.totp_secret else request.session.setdefault("totp_new", new_totp_secret())
    form = TotpForm(request.POST or None, person=person, secret=fresh or None)
    if request.method == "POST" and form.is_valid():
        if fresh:
            person.keep_totp(request.session.pop("totp_new"))
        request.session.cycle_key()
        request.session["second_factor"] = True
        return redirect("web:home")
    qr = segno.make(totp_uri(person, fresh)).svg_data_uri(scale=4) if fresh else ""
    return render(request, "people/second_factor.html", {"form": form, "fresh": fresh, "qr": qr})


@login_not_required
@require_POST
def sign_out(request):
    logout(request)
    return redirect("web:home")


@require_GET
def me(request):
    """What the house keeps about me, and what I agreed to."""
    person = request.user
    given = {consent.purpose: consent for consent in person.consents.filter(withdrawn_at=None)}
    consents = [(purpose, given.get(purpose.value)) for purpose in Purpose]
    looked = own_data(person)["who_looked"]
    page = {"consents": consents, "form": SalutationForm(initial={"salutation": person.salutation}), "looked": looked}
    return render(request, "people/me.html", page)


@require_GET
def own_copy(request):
    """A copy of everything about me, as a file."""
    text = json.dumps(own_data(request.user), ensure_ascii=False, indent=1)
    headers = {"Content-Disposition": 'attachment; filename="my-data.json"'}
    return HttpResponse(text, content_type="application/json; charset=utf-8", headers=headers)


@require_POST
def set_consent(request, purpose):
    """Give or withdraw one consent; as easy one way as the other."""
    consent = Consent.objects.filter(person=request.user, purpose=purpose, withdrawn_at=None).first()
    if consent:
        consent.withdraw(by=request.user)
    elif purpose in Purpose.values:
        give_consent(request.user, purpose, text_version="2026-11", by=request.user)
    messages.success(
        request, "已撤回，留有记录。要退出队伍或删除资料，请和居委说一声" if consent else "已同意，随时可以撤回"
    )
    return redirect("people:me")


@require_POST
def set_salutation(request):
    form = SalutationForm(request.POST)
    if form.is_valid():
        request.user.call_me(form.cleaned_data["salutation"])
        messages.success(request, "已改好")
    return redirect("people:me")


@require_http_methods(["GET", "POST"])
def reveal(request, pk):
    """One number in clear, one at a time, with a reason; who looked is journalled and shown to the person."""
    person = get_object_or_404(Person.objects.contactable_by(request.user), pk=pk)
    form = RevealForm(request.POST or None)
    number = ""
    if request.method == "POST" and form.is_valid():
        number = person.reveal_phone(by=request.user, reason=form.cleaned_data["reason"])
    page = "people/_number.html" if request.htmx else "people/reveal.html"
    return render(request, page, {"other": person, "form": form, "number": number})


@login_not_required
@require_GET
def privacy(request):
    return render(request, "people/privacy.html")
