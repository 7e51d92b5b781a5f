"""Erasing a person takes the words of a dispute and leaves the hours."""

from tongxin.people.erasure import erase
from tongxin.service.checks import problems
from tongxin.service.models import Dispute, Entry


def test_words_go_and_hours_stay(world, line):
    dispute = Dispute.raise_on(line(2), by=world.alan, words="我住5号楼，腿不好", hours=3)
    dispute.answer_it(by=world.zhou, hours=3, reason="陈阿姨说得对")
    erase(world.alan, by=world.alan)
    kept = Dispute.objects.get()
    assert "5号楼" not in kept.words and "陈阿姨" not in kept.answer and kept.decision == ""
    assert Entry.objects.filter(person=world.alan).totals()["hours"] == 3 and problems() == []
