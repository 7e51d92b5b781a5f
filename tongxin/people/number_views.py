"""A number changed, lost or recycled: by oneself, by the office, by whoever has it now."""

from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from .forms import LostNumberForm, NameCheckForm, NewNumberForm, NotMeForm
from .models import NumberChange
from .numbers import is_mine_after_all
from .reach import CHANGE_NUMBER, in_reach
from .sessions import forget_pending, pending
from .views import BACKEND, after_sign_in


def _address(request):
    return lambda token: request.build_absolute_uri(reverse("people:stop_change", args=[token]))


@require_http_methods(["GET", "POST"])
def new_number(request):
    """My number is another one now: proved by a code, done at once, and everybody signs in anew."""
    form = NewNumberForm(request.POST or None, request=request)
    if request.method == "POST" and not form.wants_code() and form.is_valid():
        person = request.user
        NumberChange.by_oneself(person=person, number=form.cleaned_data["phone"], by=person, address=_address(request))
        logout(request)
        messages.success(request, "号码换好了，别的手机上的登录都已退出。请用新号码登录")
        return redirect("people:sign_in")
    return render(request, "people/new_number.html", {"form": form})


@require_POST
def stop_own(request):
    """Somebody asked the office to change my number, and it was not me."""
    change = get_object_or_404(NumberChange, person=request.user, status=NumberChange.Status.WAITING)
    change.stop(by=request.user, reason="本人说不是自己办的")
    messages.success(request, "已停下，您的号码不变")
    return redirect("people:me")


@login_not_required
@require_http_methods(["GET", "POST"])
def is_it_you(request):
    """The code was right, but the number was quiet for long: whose it is tells the name, and nothing is shown before."""
    kept = pending(request)
    if kept is None:
        return render(request, "people/is_it_you.html")
    form = NameCheckForm(request.POST or None, request=request, person=kept["person"])
    if request.method == "POST" and form.is_valid():
        forget_pending(request)
        is_mine_after_all(kept["person"])
        login(request, kept["person"], backend=BACKEND)
        return after_sign_in(request)
    return render(request, "people/is_it_you.html", {"form": form})


@login_not_required
@require_http_methods(["GET", "POST"])
def not_me(request):
    """号码以前是别人的: whoever holds the number now says so; the office is asked, the old owner's data stay unseen."""
    form = NotMeForm(request.POST or None, request=request)
    if request.method == "POST" and not form.wants_code() and form.is_valid():
        change = NumberChange.claim(number=form.cleaned_data["phone"])
        return render(request, "people/not_me_done.html", {"change": change})
    return render(request, "people/not_me.html", {"form": form})


@login_not_required
@require_http_methods(["GET", "POST"])
def stop_change(request, token):
    """The link in the message to the old number: opening it does nothing, pressing stops the change."""
    change = NumberChange.by_token(token)
    if change is None or not change.can_be_stopped:
        raise Http404
    if request.method == "POST":
        change.stop(token=token)
        return render(request, "people/stopped.html", {"change": change})
    return render(request, "people/stop_change.html", {"change": change})


@require_http_methods(["GET", "POST"])
def lost_number(request, pk):
    """The office changes the number of somebody who stands in front of it without the old phone."""
    person = get_object_or_404(in_reach(request.user, CHANGE_NUMBER).filter(is_active=True), pk=pk)
    form = LostNumberForm(request.POST or None, request=request)
    if request.method == "POST" and not form.wants_code() and form.is_valid():
        change = NumberChange.ask_for(
            person=person, number=form.cleaned_data["phone"], checked=form.cleaned_data["checked"], by=request.user,
            address=_address(request),
        )  # fmt: skip
        messages.success(request, f"已受理，{change.due_label}起可以用新号码登录。两个号码都已收到短信")
        return redirect("people:matters")
    return render(request, "people/lost_number.html", {"form": form, "other": person})
