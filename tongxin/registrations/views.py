"""Pages of the person who checks in: 报到, 我的报到, and what one does oneself."""

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongxin.workflow.transitions import open_moves

from . import where as homes
from .forms import AppealForm, Choice, JoinForm, MendForm, MoveForm, StartForm
from .history import timeline_of
from .models import Registration
from .steps import next_of, steps_of

BACKEND = "tongxin.people.backends.PersonBackend"


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
        page["moves"] = {move.name for move in open_moves(registration, request.user)}
        page["refused"] = _refused_beside(request.user, registration)
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
def mend(request):
    """What was sent back, or still waits: the form stands filled in, only what is wrong is changed (补充、更正)."""
    registration = _own(request)
    form = MendForm(_sent(request), registration=registration)
    if not form.is_valid():
        moves = {move.name for move in open_moves(registration, request.user)}
        page = {"registration": registration, "form": form, "may": moves & {"resubmit", "correct"}}
        return render(request, "registrations/mend.html", page)
    registration.mend(by=request.user, **form.facts())
    messages.success(request, f"已交给{registration.place.label}，3个工作日内答复")
    return redirect("registrations:mine")


@require_http_methods(["GET", "POST"])
def appeal(request):
    """Ask the 街镇 to look at a refusal again (申诉)."""
    registration, form = _or_404(Registration.objects.refused_of(request.user)), AppealForm(_sent(request))
    if not form.is_valid():
        moves = {move.name for move in open_moves(registration, request.user)}
        page = {"registration": registration, "form": form, "moves": moves, "next": next_of(registration)}
        return render(request, "registrations/appeal.html", page)
    registration.appeal(by=request.user, reason=form.cleaned_data["words"])
    messages.success(request, "已收到您的申诉，街镇会请没有经手过的同事复核")
    return redirect("registrations:mine")


@require_http_methods(["GET", "POST"])
def pause(request):
    """Not be called for a while: one page says what that means, one press does it (暂停)."""
    registration = _or_404(Registration.objects.open_of(request.user))
    if request.method == "GET":
        moves = {move.name for move in open_moves(registration, request.user)}
        return render(request, "registrations/pause.html", {"registration": registration, "moves": moves})
    registration.pause(by=request.user)
    messages.success(request, "已暂停。什么时候想回来，点“恢复参加”就好")
    return redirect("registrations:mine")


@require_http_methods(["GET", "POST"])
def resume(request):
    """Be called again (恢复)."""
    registration = _or_404(Registration.objects.open_of(request.user))
    if request.method == "GET":
        moves = {move.name for move in open_moves(registration, request.user)}
        return render(request, "registrations/resume.html", {"registration": registration, "moves": moves})
    registration.resume(by=request.user)
    messages.success(request, "欢迎回来，可以认领任务了")
    return redirect("registrations:mine")


@require_http_methods(["GET", "POST"])
def move(request):
    """Move home: the new home is all that is asked (迁居)."""
    registration, form = _own(request), MoveForm(_sent(request))
    if not form.is_valid():
        moves = {move.name for move in open_moves(registration, request.user)}
        page = {"registration": registration, "form": form, "moves": moves}
        return render(request, "registrations/move.html", page)
    now = registration.move_home(by=request.user, home=form.cleaned_data["where"])
    messages.success(request, f"已交给{now.place.label}，姓名、类别、意愿都随您过去，不用再填")
    return redirect("registrations:mine")


@require_POST
def stay(request):
    """Not move after all: the old team goes on as before."""
    registration = _or_404(Registration.objects.open_of(request.user))
    registration.stay_home(by=request.user)
    messages.success(request, "不搬了，您还在原来的队伍")
    return redirect("registrations:mine")


@require_http_methods(["GET", "POST"])
def leave(request):
    """Leave, at any time: one page says what happens, one press does it."""
    registration = _or_404(Registration.objects.open_of(request.user))
    if request.method == "GET":
        in_team = registration.in_team or registration.previous_id is not None
        return render(request, "registrations/leave.html", {"registration": registration, "in_team": in_team})
    Registration.leave_all(by=request.user)
    messages.success(request, "已退出。想回来随时可以重新报到")
    return redirect("web:home")


def _refused_beside(person, shown):
    """A refusal at a new home, while the old team goes on: it has its reason and its appeal all the same."""
    refused = Registration.objects.refused_of(person)
    return refused if refused and refused.pk != shown.pk else None


def _own(request):
    return _or_404(Registration.objects.newest_of(request.user))


def _or_404(found):
    if found is None:
        raise Http404
    return found


def _sent(request):
    """What a form was sent with; None for a first look."""
    return request.POST if request.method == "POST" else None
