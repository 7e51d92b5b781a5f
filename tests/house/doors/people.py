"""The doors of `people`."""

from .kinds import EVERYBODY, STAFF, door, public

DESK = ["wang", "shen"]
ANY_DESK = [*DESK, "far_secretary"]

DOORS = [
    public("people:sign_in"),
    public("people:staff_sign_in"),
    public("people:set_password"),
    public("people:privacy"),
    public("people:retention"),
    public("people:promises"),
    public("people:sign_out", method="POST"),
    public("people:is_it_you"),
    public("people:not_me"),
    public("people:stop_change", args="token"),
    public("people:stop_change", args="token", method="POST"),
    door("people:second_factor", EVERYBODY),
    door("people:password", STAFF),
    door("people:me", EVERYBODY),
    door("people:own_copy", EVERYBODY),
    door("people:copy_page", EVERYBODY),
    door("people:looked", EVERYBODY),
    door("people:consent", EVERYBODY, args="purpose"),
    door("people:set_consent", EVERYBODY, args="purpose", method="POST"),
    door("people:set_salutation", EVERYBODY, method="POST"),
    door("people:name", EVERYBODY),
    door("people:withdraw_name", ["zhou"], method="POST", args="correction_of_zhou"),
    door("people:kinds", EVERYBODY),
    door("people:change_kind", ["zhou"], args="kind", method="POST", data={"action": "primary"}),
    door("people:erase", EVERYBODY),
    door("people:new_number", EVERYBODY),
    door("people:stop_own", ["alan"], args="change_of_alan", method="POST"),
    door("people:lost_number", DESK, args="alan"),
    door("people:matters", ANY_DESK),
    door("people:decide_number", DESK, args="change", method="POST"),
    door("people:decide_name", DESK, args="correction", method="POST", data={"action": "confirm"}),
    door("people:decide_kind", ["wang"], args="kind", method="POST"),
    door("people:merges", ANY_DESK),
    door("people:pick_two", ANY_DESK),
    door("people:merge", DESK, args="twins"),
    door("people:undo_merge", DESK, args="merge"),
    door("people:reveal", ["alan", "zhou", "wang", "shen"], args="alan"),
]


def things(world) -> dict:
    """One of everything of this room, all of it at the neighbourhood of the cast."""
    from tongxin.people.corrections import correct_name
    from tongxin.people.kinds import declare_kind
    from tongxin.people.merges import merge
    from tongxin.people.models import Kind, NumberChange

    change = NumberChange.objects.filter(person=world.alan).first()
    token = "t" * 32
    if change is None:
        change = NumberChange.ask_for(
            person=world.alan, number="+8619920009990", checked="known", by=world.wang, address=lambda token: token
        )
        from tongxin.people.numbers import _hash

        NumberChange.objects.filter(pk=change.pk).update(stop_hash=_hash(token))
    correction = world.zhou.corrections.first() or correct_name(world.zhou, "周建华", by=world.zhou)
    kind = world.zhou.categories.filter(confirmed_at=None, primary=False, until=None).first()
    kind = kind or declare_kind(world.zhou, Kind.ABLE, by=world.zhou)
    twins = getattr(world, "_twins", None)
    if twins is None:
        twins = world._twins = [world.member("梅双双", world.neighbourhood) for _ in range(4)]
        world._merge = merge(kept=twins[0], gone=twins[1], by=world.wang, reason="当面核对")
    return {
        "purpose": "sms", "alan": world.alan.pk, "change": change.pk, "token": token, "correction": correction.pk,
        "kind": kind.pk, "twins": (twins[2].pk, twins[3].pk), "merge": world._merge.pk,
        "correction_of_zhou": (), "change_of_alan": (),
    }  # fmt: skip
