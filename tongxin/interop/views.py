"""The calendar feed, its page, and one task as a file."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST, require_safe

from tongxin.people.network import network_of
from tongxin.tasks.models import Task

from .calendar import feed_of, file_of
from .limits import too_often
from .models import CalendarFeed

TYPE = "text/calendar; charset=utf-8"


@require_GET
def feed(request):
    """放进手机日历: what it is, whether it is on, when it was used."""
    mine = CalendarFeed.of(request.user)
    return render(request, "interop/feed.html", {"feed": mine})


@require_POST
def start(request):
    """A new address, shown this once: the house itself keeps only its hash."""
    token = CalendarFeed.start(request.user, by=request.user)
    link = request.build_absolute_uri(reverse("interop:calendar", args=[token]))
    shown = {"feed": request.user.calendar_feed, "link": link, "webcal": f"webcal:{link.partition(':')[2]}"}
    return render(request, "interop/feed.html", shown)


@require_POST
def stop(request):
    """Nothing is at the address any more."""
    get_object_or_404(CalendarFeed, person=request.user).stop(by=request.user)
    messages.success(request, "已停。日历里的旧内容会在下次更新后消失，也可以在日历里删掉这个订阅")
    return redirect("interop:feed")


@login_not_required
@require_safe
def calendar(request, token):
    """One person's tasks for a calendar program: whoever holds the address reads it."""
    if too_often(token, network_of(request)):
        return HttpResponse("请过一会儿再来。", status=429, headers={"Retry-After": "3600"}, content_type=TYPE)
    if (mine := CalendarFeed.behind(token)) is None:
        raise Http404
    mine.seen(timezone.now())
    return HttpResponse(feed_of(mine.person, address=request.build_absolute_uri), content_type=TYPE)


@require_GET
def task(request, pk):
    """One task to put into a calendar by hand."""
    found = get_object_or_404(Task.objects.visible_to(request.user), pk=pk)
    name = {"Content-Disposition": 'attachment; filename="task.ics"'}
    return HttpResponse(file_of(found, address=request.build_absolute_uri), content_type=TYPE, headers=name)
