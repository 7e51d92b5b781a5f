"""Pages of complaints and suggestions: for whoever has something to say, and for the district's desk."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongxin.access.policy import Permission as P
from tongxin.access.rules import may_anywhere
from tongxin.people.network import network_of

from . import pages
from .forms import AnswerForm, AsideForm, FeedbackForm, RatingForm
from .models import Feedback

PAGE = 20


@login_not_required
@require_http_methods(["GET", "POST"])
def new(request):
    """Say it; no account needed."""
    person = request.user if request.user.is_authenticated else None
    form = FeedbackForm(request.POST or None, person=person, initial=pages.initial(person))
    if request.method == "POST" and form.is_valid():
        _, token = Feedback.send(**form.facts(), network=network_of(request))
        messages.success(request, "收到了，谢谢您说出来")
        return redirect("feedback:follow", token=token)
    return render(request, "feedback/new.html", {"form": form})


def _by_token(token):
    if (feedback := Feedback.by_token(token)) is None:
        raise Http404
    return feedback


@login_not_required
@require_GET
def follow(request, token):
    """How it stands, for whoever holds the secret link."""
    link = request.build_absolute_uri()
    return render(request, "feedback/follow.html", pages.follow_page(_by_token(token)) | {"token": token, "link": link})


@login_not_required
@require_POST
def rate(request, token):
    """Satisfied or not."""
    _rate(request, _by_token(token))
    return redirect("feedback:follow", token=token)


@require_GET
def mine(request):
    """What I left by my account."""
    own = Feedback.objects.filter(person=request.user).select_related("about").order_by("-pk")
    page = Paginator(own, PAGE).get_page(request.GET.get("page"))
    return render(request, "feedback/mine.html", {"page": page, "rows": [pages.follow_page(one) for one in page]})


@require_POST
def rate_own(request, pk):
    """Satisfied or not, by my account."""
    _rate(request, get_object_or_404(Feedback.objects.select_related("place"), pk=pk, person=request.user))
    return redirect("feedback:mine")


def _rate(request, feedback):
    form = RatingForm(request.POST)
    if form.is_valid():
        feedback.rated(happy=form.cleaned_data["happy"] == "yes", why=form.cleaned_data["why"])
        messages.success(request, "已记下，谢谢您告诉我们")


def _for_me(request, pk):
    if not may_anywhere(request.user, P.HANDLE_FEEDBACK):
        raise PermissionDenied
    rows = Feedback.objects.for_handler(request.user).select_related("about", "place", "handler")
    return get_object_or_404(rows, pk=pk)


@require_GET
def desk(request):
    """What the district has to answer, the earliest due first."""
    if not may_anywhere(request.user, P.HANDLE_FEEDBACK):
        raise PermissionDenied
    shown = pages.desk_page(request.user, status=request.GET.get("status", ""), number=request.GET.get("page"))
    return render(request, "feedback/desk.html", shown)


@require_GET
def detail(request, pk):
    """One of them; who wrote it is not shown."""
    return render(request, "feedback/detail.html", _detail(request, _for_me(request, pk)))


def _detail(request, feedback, form=None):
    return pages.detail_page(feedback, request.user) | {"form": form or AnswerForm(), "aside": AsideForm()}


@require_POST
def let_in(request, pk):
    _for_me(request, pk).let_in(by=request.user)
    messages.success(request, "已收下，和别的留言一样办")
    return redirect("feedback:detail", pk=pk)


@require_POST
def set_aside(request, pk):
    """Nothing to answer; the reason stays."""
    feedback, form = _for_me(request, pk), AsideForm(request.POST)
    if form.is_valid():
        feedback.set_aside(by=request.user, reason=form.cleaned_data["reason"])
    return redirect("feedback:desk")


@require_POST
def take_up(request, pk):
    _for_me(request, pk).take_up(by=request.user)
    messages.success(request, "由您来办。写好答复发出去，留言的人就看得到")
    return redirect("feedback:detail", pk=pk)


@require_POST
def answer(request, pk):
    """Send the answer."""
    feedback, form = _for_me(request, pk), AnswerForm(request.POST)
    if not form.is_valid():
        return render(request, "feedback/detail.html", _detail(request, feedback, form))
    feedback.answer(by=request.user, words=form.cleaned_data["words"])
    messages.success(request, "答复已发出")
    return redirect("feedback:detail", pk=pk)


@require_POST
def contact(request, pk):
    """The contact the writer left; every look is journalled."""
    feedback = _for_me(request, pk)
    seen = feedback.open_contact(by=request.user)
    return render(request, "feedback/detail.html", _detail(request, feedback) | {"seen": seen})
