"""The words of the journal are of verbs that somebody writes: a word for nothing is a promise nobody keeps."""

import re
from pathlib import Path

from django.apps import apps

import tongxin
from tongxin.web.journal_words import VERBS
from tongxin.workflow.transitions import moves_of

HOUSE = Path(tongxin.__file__).parent


def sources():
    """The code that writes events: not the words themselves, nor the rules that listen."""
    aside = {"migrations", "rules", "demo_story"}
    return [
        path.read_text()
        for path in HOUSE.rglob("*.py")
        if path.name != "journal_words.py" and not aside & set(path.parts)
    ]


def written() -> set[str]:
    """Every verb that is declared as a move, stands in the code, or is put together by a file that names its parts."""
    found = {f"{model._meta.model_name}.{move.name}" for model in apps.get_models() for move in moves_of(model)}
    for text in sources():
        quoted = set(re.findall(r'"([a-z_]+(?:\.[a-z_]+)?)"', text))
        found |= quoted
        for family in re.findall(r'f"([a-z]+)\.\{', text):
            found |= {f"{family}.{verb}" for verb in quoted}
    return found


def test_every_word_is_of_a_verb_that_is_written():
    assert sorted(set(VERBS) - written()) == []


def test_every_declared_move_has_a_word():
    declared = {f"{model._meta.model_name}.{move.name}" for model in apps.get_models() for move in moves_of(model)}
    assert sorted(declared - set(VERBS)) == []


def test_red_twin_a_word_for_nothing_would_be_seen(monkeypatch):
    monkeypatch.setitem(VERBS, "claim.send_back", "退回时长")
    assert set(VERBS) - written() == {"claim.send_back"}


def test_each_act_has_a_word_of_its_own():
    words = list(VERBS.values())
    assert sorted({word for word in words if words.count(word) > 1}) == []
    assert not [word for word in words if "冲正" in word]
