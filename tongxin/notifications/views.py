"""One's own messages."""

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from .models import Notice

PAGE = 20


@require_GET
def notices(request):
    """One's messages, newest first."""
    own = Notice.objects.filter(person=request.user)
    page = Paginator(own, PAGE).get_page(request.GET.get("page"))
    return render(request, "notifications/list.html", {"page": page, "unread": own.unread().count()})


@require_POST
def read_all(request):
    """Mark everything as read."""
    Notice.objects.filter(person=request.user).read()
    return redirect("notifications:list")


@require_POST
def open_notice(request, pk):
    """Mark one as read and go where it leads."""
    notice = get_object_or_404(Notice, pk=pk, person=request.user)
    Notice.objects.filter(pk=notice.pk).read()
    return redirect(notice.url or "notifications:list")
