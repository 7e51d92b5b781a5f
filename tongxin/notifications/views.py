"""One's own messages, how one wants to hear of things, and who has to be told by telephone."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from tongxin.access.policy import Permission as P
from tongxin.access.rules import may_anywhere
from tongxin.people.models import Consent, Purpose, give_consent

from . import pages
from .forms import ChoiceForm
from .models import Choice, Notice

PAGE = 20
CONSENT_TEXT = "2026-11"


@require_GET
def notices(request):
    """One's messages: new ones first, newest first, by day."""
    own = Notice.objects.filter(person=request.user)
    page = Paginator(own.unread_first(), PAGE).get_page(request.GET.get("page"))
    shown = {"page": page, "groups": pages.by_day(page), "unread": own.unread().count()}
    return render(request, "notifications/list.html", shown | {"to_call": pages.how_many_to_call(request.user)})


@require_POST
def read_all(request):
    """Mark everything as read."""
    Notice.objects.filter(person=request.user).read()
    return redirect("notifications:list")


@require_POST
def read_one(request, pk):
    """Mark one as read and stay."""
    notice = get_object_or_404(Notice, pk=pk, person=request.user)
    Notice.objects.filter(pk=notice.pk).read()
    return redirect("notifications:list")


@require_POST
def open_notice(request, pk):
    """Mark one as read and go where it leads."""
    notice = get_object_or_404(Notice, pk=pk, person=request.user)
    Notice.objects.filter(pk=notice.pk).read()
    return redirect(notice.url or "notifications:list")


@require_GET
def choices(request):
    """怎样通知我: what comes how; nothing to type."""
    return render(request, "notifications/choices.html", pages.choices_page(request.user))


@require_POST
def choose(request):
    """One switch."""
    form = ChoiceForm(request.POST)
    if form.is_valid():
        form.apply(Choice.of(request.user), by=request.user)
        messages.success(request, "已改好")
    return redirect("notifications:choices")


@require_POST
def agree(request):
    """Text messages altogether: yes by one tap, no by one tap."""
    given = Consent.objects.filter(person=request.user, purpose=Purpose.SMS, withdrawn_at=None).first()
    if given:
        given.withdraw(by=request.user)
    else:
        give_consent(request.user, Purpose.SMS, text_version=CONSENT_TEXT, by=request.user)
    messages.success(request, "已停，不再发短信给您" if given else "已同意，随时可以停")
    return redirect("notifications:choices")


def _to_call(person):
    if not may_anywhere(person, P.REVEAL_CONTACT):
        raise PermissionDenied
    return Notice.objects.to_call(person)


@require_GET
def to_call(request):
    """Whom an urgent message did not reach: somebody telephones."""
    waiting = _to_call(request.user).select_related("person", "place").order_by("at", "pk")
    page = Paginator(waiting, PAGE).get_page(request.GET.get("page"))
    return render(request, "notifications/to_call.html", {"page": page})


@require_POST
def called(request, pk):
    """Told by telephone."""
    get_object_or_404(_to_call(request.user), pk=pk).called(by=request.user)
    messages.success(request, "已记下，谢谢您打这个电话")
    return redirect("notifications:to_call")
