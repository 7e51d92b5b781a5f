"""Pages of 报到·审核·联络·入队."""

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongxin.access.policy import Permission as P
from tongxin.access.rules import may_anywhere
from tongxin.workflow.transitions import open_moves

from . import where as homes
from .desk import Queue, picked, rows_of, twins_of
from .forms import AcceptForm, Choice, JoinForm, RefuseForm, StartForm
from .models import Contact, Registration, accept_many
from .steps import next_of, steps_of, timeline_of

BACKEND = "tongxin.people.backends.PersonBackend"
ON_PHONE = 20


# the person ----------------------------------------------------------------------------------------------------------


@login_not_required
@require_http_methods(["GET", "POST"])
def start(request):
    """报到: anybody may read it; the phone number is proved by a code."""
    home = homes.by_id(request.GET.get("building")) or homes.by_id(request.GET.get("place"))
    back = Registration.objects.refused_of(request.user)
    known = (back.as_typed() if back else {}) | ({"home": home} if home else {})
    form = StartForm(_sent(request), request=request, initial=known)
    if form.sent_before():
        return redirect("registrations:mine")
    if not form.is_done():
        return render(
            request,
            "registrations/start.html",
            {"form": form, "back": back, "open": Registration.objects.open_of(request.user)},
        )
    registration, made = Registration.submit(**form.facts())
    return _welcome(request, registration, made)


def _welcome(request, registration, made):
    """Where the person goes from here: signed in to the own page, unless a password or somebody else stands before it."""
    person, label = registration.person, registration.place.label
    messages.success(request, f"已收到报到，交给{label}审核" if made else f"您已在{label}报到，下面是现在的进度")
    if request.user == person:
        return redirect("registrations:mine")
    if person.is_staff_member:
        return redirect("people:staff_sign_in")
    if request.user.is_authenticated:  # somebody helps a neighbour on their own phone and stays who they are
        return redirect("registrations:start")
    login(request, person, backend=BACKEND)
    return redirect("registrations:mine")


@login_not_required
@require_GET
def where(request):
    """Lines to choose from while one types where one lives."""
    return render(request, "registrations/_where.html", {"choice": Choice(request.GET.get("where", "")[:60])})


@require_GET
def mine(request):
    """My 报到: the six steps, what comes next, whom to call."""
    return _mine(request)


def _mine(request, number=""):
    registration = Registration.objects.newest_of(request.user)
    page = {"registration": registration, "number": number}
    if registration:
        page |= {"steps": steps_of(registration), "lines": timeline_of(registration), "next": next_of(registration)}
        page["captain"] = registration.captain_to_call()
        page["leaves"] = any(move.name == "leave" for move in open_moves(registration, request.user))
    return render(request, "registrations/mine.html", page)


@require_POST
def call_captain(request):
    """Show the captain's number, once; the captain can see who looked."""
    registration = _own(request)
    return _mine(request, number=registration.call_captain(by=request.user))


@require_http_methods(["GET", "POST"])
def join(request):
    """Read risks and consents, then join (确认入队)."""
    registration, form = _own(request), JoinForm(_sent(request))
    if not form.is_valid():
        moves = {move.name for move in open_moves(registration, request.user)}
        return render(request, "registrations/join.html", {"registration": registration, "form": form, "moves": moves})
    registration.join(by=request.user)
    messages.success(request, "您已入队，欢迎。可以认领任务了")
    return redirect("registrations:mine")


@require_http_methods(["GET", "POST"])
def leave(request):
    """Leave, at any time: one page says what happens, one press does it."""
    registration = _or_404(Registration.objects.open_of(request.user))
    if request.method == "GET":
        return render(request, "registrations/leave.html", {"registration": registration})
    registration.leave(by=request.user)
    messages.success(request, "已退出。想回来随时可以重新报到")
    return redirect("web:home")


def _own(request):
    return _or_404(Registration.objects.newest_of(request.user))


def _or_404(found):
    if found is None:
        raise Http404
    return found


# the desk ------------------------------------------------------------------------------------------------------------


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
        "moves": {move.name for move in open_moves(registration, reader)}, "twins": twins_of(registration),
        "kind": registration.kind_for(reader), "accept": AcceptForm(registration=registration, reader=reader),
        "refuse": RefuseForm(), "results": Contact.Result.choices,
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
        {"page": page, "rows": rows_of(page.object_list, request.user), "results": results, **shown},
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


def _sent(request):
    """What a form was sent with; None for a first look."""
    return request.POST if request.method == "POST" else None


def _must_have(person, permission):
    """A list is for those who hold the permission somewhere; which rows, the queryset says."""
    if not may_anywhere(person, permission):
        raise PermissionDenied
