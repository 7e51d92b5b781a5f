"""Red twins of the looking itself: a page with each fault is noticed. Without these, a page test that sees nothing would pass."""

import pytest

from tests.browser import PHONE, Watch, axe, sticks_out


@pytest.fixture
def page(chromium):
    context = chromium.new_context(**PHONE)
    page = context.new_page()
    page.watch = Watch(context, "http://127.0.0.1:1")
    yield page
    context.close()


HEAD = '<meta name="viewport" content="width=device-width"><title>页</title>'
WHOLE = f'<!doctype html><html lang="zh-CN"><head>{HEAD}</head><body><main><h1>页</h1>{{}}</main></body></html>'


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ("<input>", "label"),
        ('<p style="color:#bbb;background:#fff">看不清</p>', "color-contrast"),
        ("<button></button>", "button-name"),
    ],
)
def test_axe_sees(page, fault, rule):
    page.set_content(WHOLE.format(fault))
    assert any(words.startswith(rule) for words in axe(page))


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ('<p style="width:500px">很宽</p>', "the page scrolls sideways"),
        ('<button style="width:40px;overflow:hidden;white-space:nowrap">提交我的报到</button>', "cut off"),
        ('<button style="width:3em">已认领</button>', "broken over lines"),
        ('<div style="overflow:hidden"><p style="width:900px">伸出去</p></div>', "sticks out"),
    ],
)
def test_what_does_not_fit_is_seen(page, fault, words):
    page.set_content(WHOLE.format(fault))
    assert any(words in found for found in sticks_out(page, 390))


def test_a_sound_page_is_left_in_peace(page):
    page.set_content(
        WHOLE.format(
            '<label>姓名 <input></label><button>提交</button><div style="overflow-x:auto"><p style="width:900px">可以推</p></div>'
        )
    )
    assert axe(page) == [] and sticks_out(page, 320, 390) == []
    assert page.watch.wrong == []


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("console.error('坏了')", "console: 坏了"),
        ("setTimeout(() => { throw new Error('坏了'); })", "page error"),
        ("setTimeout(() => alert('坏了'))", "dialog: 坏了"),
        ("new Image().src = 'https://example.invalid/x.png'", "request to somewhere else"),
    ],
)
def test_the_watch_sees(page, fault, words):
    page.set_content(WHOLE.format("页"))
    page.evaluate(f"() => {{ {fault} }}")
    page.wait_for_timeout(200)
    assert any(words in note for note in page.watch.wrong)


def test_the_watch_sees_a_broken_policy(page):
    body = WHOLE.format('<p style="color:red">样式</p>').replace(
        "<head>", '<head><meta http-equiv="Content-Security-Policy" content="style-src \'self\'">'
    )
    page.set_content("<!doctype html><title>页</title>")
    page.set_content(body)
    assert any("Content Security Policy" in note for note in page.watch.wrong)
