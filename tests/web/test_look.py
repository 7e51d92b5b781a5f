"""The components keep the promises of docs/look.md: they escape what they are given, find their drawings, and carry no inline style or script."""

import re
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template, engines
from django.template.loader import render_to_string

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted(p for p in (ROOT / "tongxin").rglob("*.html"))
ICONS = {line.split("#")[0].strip() for line in (ROOT / "assets/icons.txt").read_text(encoding="utf-8").splitlines()}
SHAPES = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "assets/shapes.svg").read_text(encoding="utf-8")))


class Sample(forms.Form):
    phone = forms.CharField(label="手机号", help_text="只用于联系您", error_messages={"required": "请填写手机号"})
    note = forms.CharField(label="还想说的", required=False)
    skills = forms.MultipleChoiceField(
        label="愿意做", required=False, choices=[("a", "甲"), ("b", "乙")], widget=forms.CheckboxSelectMultiple
    )
    agree = forms.BooleanField(label="同意")


def drawn(source: str, **context) -> str:
    """A component call as a page would make it, through cotton's compiler."""
    from django_cotton.compiler_regex import CottonCompiler

    compiled = CottonCompiler().process(source)
    return Template(compiled, engine=engines["django"].engine).render(Context(context))


@pytest.mark.parametrize(
    "call",
    [
        '<c-chip kind="done" word="{{ x }}" />',
        '<c-chip kind="done" :word="x" />',
        '<c-card title="{{ x }}" more="{{ x }}" href="{{ x }}">{{ x }}</c-card>',
        '<c-row :title="x" :text="x" :href="x" />',
        '<c-stat label="{{ x }}" :value="x" def="{{ x }}" />',
        '<c-field :field="form.note" />',
        '<c-timeline :items="items" />',
    ],
)
def test_components_escape_what_they_are_given(call):
    hostile = '"><script>alert(1)</script>'
    form = Sample({"note": hostile})
    html = drawn(call, x=hostile, form=form, items=[{"kind": "done", "what": hostile, "when": hostile}])
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_field_ties_label_hint_error_and_typed_value():
    form = Sample({"phone": "", "note": "灯不亮"})
    assert not form.is_valid()
    html = drawn('<c-field :field="form.phone" /><c-field :field="form.note" />', form=form)
    assert 'for="id_phone"' in html and 'aria-invalid="true"' in html
    assert 'aria-describedby="id_phone_helptext id_phone_error"' in html
    assert 'id="id_phone_helptext"' in html and 'id="id_phone_error"' in html and "请填写手机号" in html
    assert 'value="灯不亮"' in html and "可不填" in html


def test_pills_keep_the_choice_and_consent_is_never_ticked_beforehand():
    html = drawn(
        '<c-pick :field="form.skills" /><c-field :field="form.agree" />', form=Sample(initial={"skills": ["b"]})
    )
    assert re.search(r'value="b"[^>]*checked', html) and not re.search(r'value="a"[^>]*checked', html)
    assert not re.search(r'name="agree"[^>]*checked', html)


@pytest.mark.parametrize(
    ("taken", "seats", "words", "dots"), [(2, 4, "还差2人", 4), (4, 4, "人齐了", 4), (3, 30, "还差27人", 0)]
)
def test_seats_are_dots_up_to_ten_and_words_always(taken, seats, words, dots):
    html = drawn('<c-seats :taken="t" :all="n" />', t=taken, n=seats)
    assert words in html and html.count("<i") == dots


def test_a_masked_number_is_shown_but_not_dialled():
    assert "tel:" not in drawn('<c-phone number="62**0000" />')
    assert 'href="tel:02162560000"' in drawn('<c-phone number="02162560000" />')


def test_base_page_takes_its_title_from_the_block_and_the_action_hides_the_dock():
    shell = {"shell": {"dock": [{"label": "首页", "icon": "house", "url": "/", "current": True, "count": 0}]}}
    page = '{% extends "web/phone.html" %}{% block title %}任务{% endblock %}{% block back %}/t{% endblock %}'
    bare = drawn(page, **shell)
    assert (
        "<title>任务 · 同心</title>" in bare
        and "<h1>任务</h1>" in bare
        and 'href="/t"' in bare
        and 'class="dock"' in bare
    )
    acting = drawn(page + "{% block act %}<c-act><button>好</button></c-act>{% endblock %}", **shell)
    assert "<button>好</button>" in acting and 'class="dock"' not in acting


def test_the_error_page_needs_no_context():
    html = render_to_string("web/error.html")
    assert "回首页" in html and 'lang="zh-CN"' in html


def test_every_icon_named_in_a_template_is_in_the_sprite():
    missing = {}
    for path in TEMPLATES:
        text = path.read_text(encoding="utf-8")
        named = re.findall(
            r'<c-ico name="([a-z0-9-]+)"|<c-(?:fact|note|toast) [^>]*?icon="([a-z0-9-]+)"|sprite\.svg\' %}#([a-z0-9-]+)"',
            text,
        )
        for name in {one for group in named for one in group if one} - ICONS - SHAPES:
            missing.setdefault(name, path.name)
    menu = (ROOT / "tongxin/web/context.py").read_text(encoding="utf-8")
    for name in set(re.findall(r'\("[^"]+", "([a-z0-9-]+)", (?:\[|"[a-z_]+:)', menu)) - ICONS:
        missing[name] = "context.py"
    assert missing == {}


def test_no_template_carries_inline_style_or_script():
    inline = re.compile(r"\sstyle=|\son(?:click|change|submit|load|input)=|<script(?![^>]*\ssrc=)", re.I)
    assert [p.name for p in TEMPLATES if inline.search(p.read_text(encoding="utf-8"))] == []


def test_the_fallback_sheet_stays_small_and_behind_its_gate():
    text = (ROOT / "assets/plain.css").read_text(encoding="utf-8")
    assert len(text.encode()) <= 3500
    assert "@supports not (color: color-mix(" in text and "var(" not in text
