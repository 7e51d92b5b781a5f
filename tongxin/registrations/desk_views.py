"""Pages of who answers: the neighbourhood's queue, the 街镇's appeals, the captain's calls."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongxin.access.policy import Permission as P
from tongxin.access.rules import may_anywhere
from tongxin.workflow.transitions import open_moves

from .desk import Queue, picked, rows_of
from .duplicates import likenesses_of
from .history import before_of, timeline_of
from .late import late_page
from .models import Contact, Registration, ToldApart, accept_many
from .review_forms import AcceptForm, DecideForm, RedirectForm, RefuseForm, SendBackForm
from .steps import steps_of

ON_PHONE = 20


@require_GET
def queue(request):
    """What waits for the neighbourhood, the earliest due first."""
    _must_have(request.user, P.VIEW_REGISTRATION)
    board = Queue(request.user, request.GET)
    rows = board.rows
    return render(request, "registrations/queue.html", {
        "board": board, "rows": rows, "chips": board.chips(), "can_accept": any("accept" in row.moves for row in rows),
    })  # fmt: skip


@require_GET
def preview(request):
    """What accepting the ticked rows will do, before it is done."""
    _must_have(request.user, P.REVIEW_REGISTRATION)
    rows = rows_of(picked(request.user, request.GET.getlist("pick")), request.user)
    page = {
        "rows": [row for row in rows if "accept" in row.moves],
        "left": [row for row in rows if "accept" not in row.moves],
    }
    return render(request, "registrations/_preview.html" if request.htmx else "registrations/preview.html", page)


@require_POST
def accept_batch(request):
    """Accept all rows of the preview."""
    _must_have(request.user, P.REVIEW_REGISTRATION)
    done, left = accept_many(picked(request.user, request.POST.getlist("pick")), by=request.user)
    messages.success(request, f"已通过{len(done)}人，队长会在2个工作日内联系")
    for registration, why in left:
        messages.warning(request, f"{registration.person.name}没有办：{why}")
    return redirect("registrations:queue")


@require_GET
def detail(request, pk):
    """One registration: what was filled in, what happened, what can be done now."""
    return _detail(request, _seen(request, pk))


def _detail(request, registration, **bound):
    reader = request.user
    page = {
        "registration": registration, "lines": timeline_of(registration), "steps": steps_of(registration),
        "moves": {move.name for move in open_moves(registration, reader)}, "before": before_of(registration),
        "likely": likenesses_of(registration, reader) if registration.under_review else [],
        "kind": registration.kind_for(reader), "accept": AcceptForm(registration=registration, reader=reader),
        "refuse": RefuseForm(), "send_back": SendBackForm(), "decide": DecideForm(), "results": Contact.Result.choices,
    }  # fmt: skip
    return render(request, "registrations/detail.html", page | bound)


def _seen(request, pk):
    scope = Registration.objects.in_scope(request.user).select_related("person", "place", "home")
    return get_object_or_404(scope, pk=pk)


@require_POST
def accept(request, pk):
    registration = _seen(request, pk)
    form = AcceptForm(request.POST, registration=registration, reader=request.user)
    if not form.is_valid():
        return _detail(request, registration, accept=form)
    registration.accept(by=request.user, **form.cleaned_data)
    messages.success(request, f"已通过{registration.person.name}的报到，队长会在2个工作日内联系")
    return redirect("registrations:queue")


@require_POST
def refuse(request, pk):
    registration, form = _seen(request, pk), RefuseForm(request.POST)
    if not form.is_valid():
        return _detail(request, registration, refuse=form)
    registration.refuse(by=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, f"已把原因告诉{registration.person.name}")
    return redirect("registrations:queue")


@require_POST
def send_back(request, pk):
    registration, form = _seen(request, pk), SendBackForm(request.POST)
    if not form.is_valid():
        return _detail(request, registration, send_back=form)
    registration.send_back(by=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, f"已请{registration.person.name}补充，改好交回来会再通知您")
    return redirect("registrations:queue")


@require_http_methods(["GET", "POST"])
def pass_on(request, pk):
    """The wrong neighbourhood: pass it on to the right one, and the person types nothing again."""
    registration, form = _seen(request, pk), RedirectForm(request.POST or None)
    if not form.is_valid():
        moves = {move.name for move in open_moves(registration, request.user)}
        page = {"registration": registration, "form": form, "moves": moves}
        return render(request, "registrations/redirect.html", page)
    registration.redirect(by=request.user, **form.home(), reason=form.reason(registration))
    messages.success(request, f"已转给{registration.place.label}，也告诉了本人")
    return redirect("registrations:queue")


@require_POST
def decide(request, pk):
    """The 街镇 answers an appeal."""
    registration, form = _seen(request, pk), DecideForm(request.POST)
    if not form.is_valid():
        return _detail(request, registration, decide=form)
    form.decide(registration, by=request.user)
    messages.success(request, f"已把复核结果告诉{registration.person.name}")
    return redirect("registrations:queue")


@require_POST
def tell_apart(request, pk):
    """Not the same person: remembered, and not asked again."""
    _must_have(request.user, P.REVIEW_REGISTRATION)
    registration = _seen(request, pk)
    ToldApart.note(registration, _likely(registration, request), by=request.user)
    messages.success(request, "已记下：不是同一个人，以后不再提示")
    return redirect("registrations:detail", pk=pk)


def _likely(registration, request):
    """The person meant, one of those the page asked about; None when they are no longer among them."""
    asked = {f"{one.registration.person_id}": one for one in likenesses_of(registration, request.user)}
    found = asked.get(request.POST.get("person", ""))
    return found and found.registration.person


@require_GET
def late(request):
    """What should have been done by now, the longest first."""
    _must_have(request.user, P.VIEW_REGISTRATION)
    page = late_page(request.user, request.GET.get("page"))
    return render(request, "registrations/late.html", {"page": page, "rows": page.rows})


# the captain ---------------------------------------------------------------------------------------------------------


@require_GET
def contacts(request):
    """Newcomers waiting for the captain's call."""
    _must_have(request.user, P.CONTACT_REGISTRATION)
    return _contacts(request)


def _contacts(request, **shown):
    waiting = Registration.objects.to_contact(request.user).select_related("person", "place", "home")
    page = Paginator(waiting.prefetch_related("contacts"), ON_PHONE).get_page(request.GET.get("page"))
    results = Contact.Result.choices
    return render(
        request,
        "registrations/contacts.html",
        {
            "page": page,
            "rows": rows_of(page.object_list, request.user),
            "results": results,
            "reached": Registration.objects.contacted_today(request.user).select_related("person", "place"),
            **shown,
        },
    )


@require_POST
def call(request, pk):
    """Show a newcomer's number, once, for the call."""
    _must_have(request.user, P.CONTACT_REGISTRATION)
    registration = _seen(request, pk)
    return _contacts(request, number=registration.call(by=request.user), shown=registration.pk)


@require_POST
def note_contact(request, pk):
    """One tap: 已联系, 未接通 or 改约."""
    registration = _seen(request, pk)
    registration.note_contact(by=request.user, result=request.POST.get("result", ""))
    messages.success(request, f"已记下{registration.person.name}的联络结果")
    return redirect("registrations:contacts")


@require_POST
def recontact(request, pk):
    """“已联系” was a slip of the finger."""
    registration = _seen(request, pk)
    registration.recontact(by=request.user, reason="按错了，还没有联系上")
    messages.success(request, f"已改回待联络：{registration.person.name}")
    return redirect("registrations:contacts")


def _must_have(person, permission):
    """A list is for those who hold the permission somewhere; which rows, the queryset says."""
    if not may_anywhere(person, permission):
        raise PermissionDenied
