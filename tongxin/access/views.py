"""Posts: who holds which, since when, until when; appoint, set a term, end."""

import datetime as dt

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from .forms import EndForm, ExistingForm, StaffForm, TermForm
from .models import Appointment, appoint, today
from .policy import STAFF_ROLES, Permission
from .rules import may_anywhere, places_where, scope
from .staff import create_staff, staff_in


def _staff_posts(person):
    if not may_anywhere(person, Permission.APPOINT):
        raise PermissionDenied
    posts = Appointment.objects.not_over().filter(scope(person, Permission.APPOINT), role__in=STAFF_ROLES)
    return posts.select_related("person", "place__parent", "stands_in_for__person").order_by(
        "place__path", "role", "pk"
    )


@require_GET
def appointments(request):
    """Posts of staff in register order; or those whose term ends soon, the nearest first."""
    posts, which = _staff_posts(request.user), request.GET.get("which", "")
    soon = posts.filter(until__lte=today() + dt.timedelta(days=settings.ENDING_SOON_DAYS)).order_by("until", "pk")
    page = Paginator(soon if which == "ending" else posts, 50).get_page(request.GET.get("page"))
    tabs = [
        {"label": "全部", "url": "?", "current": which != "ending"},
        {"label": "快到期的", "url": "?which=ending", "current": which == "ending", "count": soon.count()},
    ]
    return render(request, "access/appointments.html", {"page": page, "tabs": tabs})


@require_http_methods(["GET", "POST"])
def new(request):
    """A new member of staff in a post."""
    _staff_posts(request.user)
    form = StaffForm(request.POST or None, places=places_where(request.user, Permission.APPOINT))
    if request.method == "POST" and form.is_valid():
        person = create_staff(by=request.user, **form.cleaned_data)
        messages.success(request, f"已任命{person.name}，首次登录时绑定动态口令、换成自己的密码")
        return redirect("access:appointments")
    return render(request, "access/new.html", {"form": form})


@require_http_methods(["GET", "POST"])
def existing(request):
    """Another post for somebody who has an account already."""
    _staff_posts(request.user)
    places = places_where(request.user, Permission.APPOINT)
    form = ExistingForm(
        request.POST or None, places=places, people=staff_in(request.user, Permission.APPOINT).filter(is_active=True)
    )
    if request.method == "POST" and form.is_valid():
        post = appoint(by=request.user, **form.cleaned_data)
        messages.success(request, f"已任命{post.person.name}为{post.place.label}{post.get_role_display()}")
        return redirect("access:appointments")
    return render(request, "access/existing.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def end(request, pk):
    """End a post with a reason; the page says what that means. Access is gone at the next request."""
    post = get_object_or_404(_staff_posts(request.user).exclude(person=request.user), pk=pk)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        post.end(by=request.user, reason=form.cleaned_data["reason"])
        messages.success(request, "已结束任职，对方下一次打开页面就不能再用")
        return redirect("access:appointments")
    return render(request, "access/end.html", {"post": post, "form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def term(request, pk):
    """Until which day somebody is appointed; empty is without an end."""
    posts = _staff_posts(request.user).filter(stands_in_for=None).exclude(person=request.user)
    post = get_object_or_404(posts, pk=pk)
    form = TermForm(request.POST or None, initial={"last_day": post.until and post.until - dt.timedelta(days=1)})
    if request.method == "POST" and form.is_valid():
        post.set_term(form.until(), by=request.user)
        messages.success(request, "任期已改好")
        return redirect("access:appointments")
    return render(request, "access/term.html", {"post": post, "form": form}, status=422 if form.is_bound else 200)
