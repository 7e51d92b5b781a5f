"""Signing in and out, what the house keeps about oneself, and what the office does for people."""

from django.urls import path

from . import desk_views, keeping_views, number_views, own_views, views

app_name = "people"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("staff/", views.staff_sign_in, name="staff_sign_in"),
    path("staff/set-password/", views.set_password, name="set_password"),
    path("second-factor/", views.second_factor, name="second_factor"),
    path("password/", views.password, name="password"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("privacy/", views.privacy, name="privacy"),
    path("promises/", views.promises, name="promises"),
    path("retention/", keeping_views.keeping, name="retention"),
    path("<int:pk>/reveal/", views.reveal, name="reveal"),
    # oneself
    path("me/", own_views.me, name="me"),
    path("me/copy/", own_views.own_copy, name="own_copy"),
    path("me/copy/read/", own_views.copy_page, name="copy_page"),
    path("me/looked/", own_views.looked, name="looked"),
    path("me/consents/<str:purpose>/words/", own_views.consent, name="consent"),
    path("me/consents/<str:purpose>/", own_views.set_consent, name="set_consent"),
    path("me/salutation/", own_views.set_salutation, name="set_salutation"),
    path("me/name/", own_views.name, name="name"),
    path("me/name/withdraw/", own_views.withdraw_name, name="withdraw_name"),
    path("me/kinds/", own_views.kinds, name="kinds"),
    path("me/kinds/<int:pk>/", own_views.change_kind, name="change_kind"),
    path("me/erase/", own_views.erase, name="erase"),
    # numbers
    path("me/number/", number_views.new_number, name="new_number"),
    path("me/number/stop/", number_views.stop_own, name="stop_own"),
    path("is-it-you/", number_views.is_it_you, name="is_it_you"),
    path("not-me/", number_views.not_me, name="not_me"),
    path("number/<str:token>/", number_views.stop_change, name="stop_change"),
    path("<int:pk>/number/", number_views.lost_number, name="lost_number"),
    # the desk
    path("matters/", desk_views.matters, name="matters"),
    path("matters/number/<int:pk>/", desk_views.decide_number, name="decide_number"),
    path("matters/name/<int:pk>/", desk_views.decide_name, name="decide_name"),
    path("matters/kind/<int:pk>/", desk_views.decide_kind, name="decide_kind"),
    path("merges/", desk_views.merges, name="merges"),
    path("merges/pick/", desk_views.pick_two, name="pick_two"),
    path("merges/<int:one>/<int:other>/", desk_views.merge_page, name="merge"),
    path("merges/<int:pk>/undo/", desk_views.undo_merge, name="undo_merge"),
]
