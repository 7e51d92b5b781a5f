"""Finding where somebody lives (帮我找居村): by name, pinyin, initials, address or the code on the building's door."""

from difflib import SequenceMatcher

from tongxin.places.models import Level, Place
from tongxin.places.spelling import compact

HOMES = (Level.NEIGHBOURHOOD, Level.ESTATE, Level.BUILDING)
SHOWN = 8
ALIKE = 0.5  # of 1: below this a name is no suggestion


def homes():
    """Every place one can say one lives in, as the register stands today."""
    return Place.objects.current().at_level(*HOMES)


def matches(text) -> list[Place]:
    """What the words fit, the best first, one more than is shown."""
    return homes().search(text)[: SHOWN + 1].with_ancestors() if text.strip() else []


def nearest(text) -> list[Place]:
    """Neighbourhoods whose name is most like what was typed, for words that fit nothing."""
    typed = compact(text)
    every = Place.objects.current().at_level(Level.NEIGHBOURHOOD).with_ancestors() if typed else []
    scored = [(max(_alike(typed, place.name), _alike(typed, compact(place.label))), place) for place in every]
    best = sorted((pair for pair in scored if pair[0] >= ALIKE), key=lambda pair: (-pair[0], pair[1].path))
    return [place for _, place in best[:3]]


def _alike(one, other) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def by_id(text) -> Place | None:
    """The place of a link or of a chosen line; None when it is no place one can live in."""
    text = str(text or "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        return None
    place = homes().filter(pk=int(text)).first()
    return place if place is not None and place.neighbourhood is not None else None


def only_one(text, found) -> Place | None:
    """The one place that is meant beyond doubt: the only match, or the only one called exactly so."""
    typed = compact(text)
    exact = [place for place in found if typed.upper() in _names(place)]
    return next((group[0] for group in (exact, found) if len(group) == 1), None)


def _names(place) -> set[str]:
    names = (place.name, place.label, place.own_label, place.short_code or "", place.code)
    return {compact(name).upper() for name in names} - {""}
