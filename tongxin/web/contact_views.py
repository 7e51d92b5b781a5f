"""The human's phone of an office (对外电话): which stand in the foot of the pages, and putting another one there."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from tongxin.access.policy import Permission
from tongxin.access.rules import may_anywhere, places_where
from tongxin.places.contact import office_number
from tongxin.places.models import Level
from tongxin.refused import Refused

OFFICES = (Level.DISTRICT, Level.SUBDISTRICT, Level.NEIGHBOURHOOD)


class ContactForm(forms.Form):
    """The number and when somebody answers it."""

    phone = forms.CharField(
        label="电话",
        max_length=30,
        help_text="固定电话带区号，或值班手机",
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
        error_messages={"required": "请填写电话，每一页都要有一个打得通的号码"},
    )
    hours = forms.CharField(label="什么时候有人接", max_length=40, required=False, help_text="例如：工作日9:00–17:00")

    def clean_phone(self):
        try:
            return office_number(self.cleaned_data["phone"])
        except Refused as refused:
            raise forms.ValidationError(refused.why) from None


def _offices(person):
    if not may_anywhere(person, Permission.EDIT_CONTACT):
        raise PermissionDenied
    return places_where(person, Permission.EDIT_CONTACT).current().at_level(*OFFICES).order_by("path")


@require_GET
def contacts(request):
    """Every office of mine and its number; those without one first."""
    offices = _offices(request.user)
    missing = offices.filter(contact_phone="").count()
    page = Paginator(offices.select_related("parent"), 50).get_page(request.GET.get("page"))
    return render(request, "web/contacts.html", {"page": page, "missing": missing})


@require_http_methods(["GET", "POST"])
def contact(request, pk):
    """Another number for one office; in the foot of its pages from the next page on."""
    place = get_object_or_404(_offices(request.user), pk=pk)
    form = ContactForm(request.POST or None, initial={"phone": place.contact_phone, "hours": place.contact_hours})
    if request.method == "POST" and form.is_valid():
        place.set_contact(**form.cleaned_data, by=request.user)
        messages.success(request, "已改好，每一页下面现在就是新号码")
        return redirect("web:contacts")
    return render(request, "web/contact.html", {"form": form, "place": place})
