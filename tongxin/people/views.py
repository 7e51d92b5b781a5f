"""Signing in and out, one number in clear, and the words about privacy."""

import segno
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongxin.journal.models import record

from .backends import new_totp_secret, totp_uri
from .codes import SignInForm
from .forms import PasswordForm, RevealForm, SetPasswordForm, StaffSignInForm, TotpForm
from .models import Person
from .numbers import asks_who
from .passwords import keep_password
from .retention import clocks
from .sessions import keep_pending, keep_secret, pending_secret

BACKEND = "tongxin.people.backends.PersonBackend"


def after_sign_in(request):
    """Back to where one came from, if that is ours; else home."""
    there = request.POST.get("next") or request.GET.get("next") or "/"
    # Not redirect(): it would take a bare word for the name of a view.
    return HttpResponseRedirect(there if url_has_allowed_host_and_scheme(there, {request.get_host()}) else "/")


@login_not_required
@require_http_methods(["GET", "POST"])
def sign_in(request):
    """Members: phone and code; after a long silence also the name."""
    form = SignInForm(request.POST or None, request=request)
    if request.method == "POST" and not form.wants_code() and form.is_valid():
        person = form.person()
        if person and person.is_staff_member:  # a text message is no substitute for the password
            return redirect("people:staff_sign_in")
        if person and asks_who(person, form.cleaned_data["phone"]):
            keep_pending(request, person, form.cleaned_data["phone"])
            return redirect("people:is_it_you")
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
    fresh = "" if person.totp_secret else pending_secret(request) or keep_secret(request, new_totp_secret())
    form = TotpForm(request.POST or None, person=person, secret=fresh or None)
    if request.method == "POST" and form.is_valid():
        if fresh:
            person.keep_totp(fresh)
            request.session.pop("totp_new", None)
        request.session.cycle_key()
        request.session["second_factor"] = True
        record("person.sign_in", subject=person, by=person)
        return redirect("web:home")
    qr = segno.make(totp_uri(person, fresh)).svg_data_uri(scale=4) if fresh else ""
    return render(request, "people/second_factor.html", {"form": form, "fresh": fresh, "qr": qr})


@require_http_methods(["GET", "POST"])
def password(request):
    """One's own password as staff: the old one, a new one twice; signed in elsewhere ends."""
    if not request.user.is_staff_member:
        raise PermissionDenied
    form = PasswordForm(request.POST or None, person=request.user, request=request)
    if request.method == "POST" and form.is_valid():
        keep_password(request.user, form.cleaned_data["new"])
        update_session_auth_hash(request, request.user)
        messages.success(request, "密码改好了，别处的登录都已退出")
        return redirect("web:home")
    page = {"form": form, "first": request.user.must_change}
    return render(request, "people/password.html", page, status=422 if form.is_bound else 200)


@login_not_required
@require_http_methods(["GET", "POST"])
def set_password(request):
    """A forgotten password: set anew with the code handed over in person; then one signs in as always."""
    form = SetPasswordForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        keep_password(form.person, form.cleaned_data["new"])
        messages.success(request, "新密码设好了，请用它登录")
        return redirect("people:staff_sign_in")
    return render(request, "people/set_password.html", {"form": form}, status=422 if form.is_bound else 200)


@login_not_required
@require_POST
def sign_out(request):
    logout(request)
    return redirect("web:home")


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
    """The privacy notice: who, what for, which data, how long, one's rights, whom to complain to."""
    return render(request, "people/privacy.html", {"clocks": clocks()})


@login_not_required
@require_GET
def promises(request):
    """The self-check against 国办函〔2026〕12号, for whoever inspects."""
    return render(request, "people/promises.html")
