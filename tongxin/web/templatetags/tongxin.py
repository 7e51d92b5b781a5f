"""How dates, hours and numbers are written (mission.md §5): one filter each, available in every template."""

from decimal import Decimal
from functools import cache

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.safestring import mark_safe

register = template.Library()
WEEKDAYS = "一二三四五六日"


def _local(value):
    return timezone.localtime(value) if hasattr(value, "tzinfo") and value.tzinfo else value


@register.filter
def day(value):
    """11月23日; with the year when it is not this one."""
    if not value:
        return ""
    value = _local(value)
    head = "" if value.year == timezone.localdate().year else f"{value.year}年"
    return f"{head}{value.month}月{value.day}日"


@register.filter
def weekday(value):
    """周一."""
    return f"周{WEEKDAYS[_local(value).weekday()]}" if value else ""


@register.filter
def clock(value):
    """14:30."""
    return _local(value).strftime("%H:%M") if value else ""


@register.filter
def moment(value):
    """今天 14:30, 11月23日 周一 14:30."""
    if not value:
        return ""
    local = _local(value)
    gap = (local.date() - timezone.localdate()).days
    near = {0: "今天", 1: "明天", -1: "昨天"}.get(gap)
    return f"{near or f'{day(local)} {weekday(local)}'} {clock(local)}"


@register.filter
def as_of(date):
    """2026年11月24日 24:00 for a day that is over; for today the time it is: a figure never holds for the future."""
    today = date == timezone.localdate()
    return f"{date.year}年{date.month}月{date.day}日 {clock(timezone.now()) if today else '24:00'}"


@register.simple_tag
def span(start, end):
    """今天 18:30–20:00."""
    return (
        f"{moment(start)}–{clock(end)}"
        if _local(start).date() == _local(end).date()
        else f"{moment(start)}–{moment(end)}"
    )


@register.filter
def plain(value):
    """A decimal without empty digits: 2.50 → 2.5, 26.00 → 26."""
    if value is None or value == "":
        return ""
    text = f"{Decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.filter
def grouped(value):
    """8957 → 8,957."""
    return f"{value:,}" if isinstance(value, int) else value


@register.filter
def minus(value, other):
    """value - other, for whole numbers."""
    return value - other


@register.filter
def get(mapping, key):
    """mapping[key], or nothing."""
    return mapping.get(key, "") if mapping else ""


@register.simple_tag
def seat_dots(taken, seats):
    """One dot a seat, filled where taken; a loop in the template would cost a list page more than all its queries."""
    dots = ('<i class="on"></i>' if n < taken else "<i></i>" for n in range(seats))
    return mark_safe("".join(dots))  # noqa: S308 - nothing from outside is in it


@register.simple_tag
@cache
def sprite() -> str:
    """Where the icons are: asked dozens of times a page, the same until the next start."""
    return static("sprite.svg")
