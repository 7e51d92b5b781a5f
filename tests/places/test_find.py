import pytest
from django.urls import reverse

from tongxin.places.models import Level, Place

FIND = "/places/find/"


def test_the_address_is_the_contract():
    assert reverse("places:find") == FIND


def test_anyone_finds_their_neighbourhood_without_javascript(land, client):
    page = client.get(FIND, {"q": "zhy", "to": "/registrations/new/"}).content.decode()
    assert "中浩云居委会" in page
    assert "万里街道" in page
    assert f'href="/registrations/new/?place={land.zhonghao.pk}"' in page
    assert "<html" in page


def test_htmx_gets_the_list_alone_as_radio_buttons(land, client):
    page = client.get(FIND, {"q": "富平路18弄1号"}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in page
    assert f'type="radio" class="radio" name="place" value="{land.building.pk}"' in page
    assert "万里街道·中浩云居委会·中浩云苑" in page


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/x/?place=1"])
def test_the_way_back_stays_in_the_house(land, client, to):
    page = client.get(FIND, {"q": "中浩", "to": to}).content.decode()
    assert f'href="{to}' not in page
    assert 'type="radio"' in page


def test_red_twin_without_the_check_the_way_leads_out(land, client, monkeypatch):
    monkeypatch.setattr("tongxin.places.views.url_has_allowed_host_and_scheme", lambda *_, **__: True)
    page = client.get(FIND, {"q": "中浩", "to": "//evil.example/"}).content.decode()
    assert 'href="//evil.example/' in page


def test_nothing_found_says_how_to_try_again(land, client):
    page = client.get(FIND, {"q": "<b>没有"}).content.decode()
    assert "没有找到“&lt;b&gt;没有”" in page


def test_streets_and_districts_are_not_where_one_lives(land, client):
    page = client.get(FIND, {"q": "普陀区"}, headers={"HX-Request": "true"}).content.decode()
    assert "没有找到" in page


def test_a_long_list_is_cut_and_says_so(land, client):
    Place.objects.plant([Place(level=Level.ESTATE, parent=land.shida, name=f"阳光{n}村") for n in range(30)])
    page = client.get(FIND, {"q": "阳光"}, headers={"HX-Request": "true"}).content.decode()
    assert page.count('type="radio"') == 20
    assert "再多写几个字" in page


def test_the_page_asks_the_same_few_queries_for_one_and_for_many(land, client, django_assert_max_num_queries):
    Place.objects.plant([Place(level=Level.ESTATE, parent=land.shida, name=f"阳光{n}村") for n in range(30)])
    with django_assert_max_num_queries(4):
        client.get(FIND, {"q": "阳光"}, headers={"HX-Request": "true"})
