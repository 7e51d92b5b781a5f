"""The doors of `registrations`."""

from tongxin.registrations.models import Registration, RosterImport
from tongxin.registrations.review_forms import REASONS, RETURNS

from .kinds import EVERYBODY, door, public

DOORS = [
    public("registrations:start"),
    public("registrations:where"),
    door("registrations:mine", EVERYBODY),
    door("registrations:mend", ["newcomer"]),
    door("registrations:appeal", []),
    door("registrations:join", ["newcomer"]),
    door("registrations:pause", ["newcomer"]),
    door("registrations:resume", ["newcomer"]),
    door("registrations:move", ["newcomer"]),
    door("registrations:stay", ["newcomer"], method="POST"),
    door("registrations:leave", ["newcomer"], method="POST"),
    door("registrations:call_captain", ["newcomer"], method="POST"),
    door("registrations:queue", ["zhou", "wang", "shen", "far_secretary"]),
    door("registrations:late", ["zhou", "wang", "shen", "far_secretary"]),
    door("registrations:preview", ["wang", "far_secretary"]),
    door("registrations:accept_batch", ["wang", "far_secretary"], method="POST"),
    door("registrations:contacts", ["zhou", "wang", "far_secretary"]),
    door("registrations:detail", ["zhou", "wang", "shen"], args="registration"),
    door("registrations:accept", ["wang"], args="registration", method="POST"),
    door("registrations:refuse", ["wang"], args="registration", method="POST", data={"template": REASONS[0]}),
    door("registrations:send_back", ["wang"], args="registration", method="POST", data={"template": RETURNS[0]}),
    door("registrations:redirect", ["zhou", "wang", "shen"], args="registration"),
    door("registrations:decide", ["shen"], args="appealed", method="POST", data={"verdict": "overturn"}),
    door("registrations:tell_apart", ["wang"], args="registration", method="POST", data={"person": "0"}),
    door("registrations:recontact", ["zhou", "wang"], args="contacted", method="POST"),
    door("registrations:call", ["zhou", "wang"], args="registration", method="POST", data={"reason": "联络"}),
    door("registrations:note_contact", ["zhou", "wang"], args="accepted", method="POST", data={"result": "no_answer"}),
    door("registrations:imports", ["shen"]),
    door("registrations:import_check", ["shen"], args="import"),
    door("registrations:import_confirm", ["shen"], args="import", method="POST"),
    door("registrations:import_resume", ["shen"], args="import", method="POST"),
    door("registrations:import_drop", ["shen"], args="import", method="POST"),
    door("registrations:import_progress", ["shen"], args="import"),
    door("registrations:import_bad_rows", ["shen"], args="import"),
    door("registrations:import_undo", ["shen"], args="import", method="POST"),
]


def things(world) -> dict:
    """One of everything of this room, all of it at the neighbourhood of the cast."""
    return {
        "registration": world.registration.pk, "accepted": accepted(world).pk, "contacted": contacted(world).pk,
        "appealed": appealed(world).pk,
        "import": RosterImport.objects.create(place=world.subdistrict, by=world.shen, filename="名册.xlsx").pk,
    }  # fmt: skip


def accepted(world) -> Registration:
    registration = world.register("许文博")
    registration.accept(by=world.wang)
    return registration


def contacted(world) -> Registration:
    registration = world.register("何佳怡")
    registration.accept(by=world.wang)
    registration.contact(by=world.zhou)
    return registration


def appealed(world) -> Registration:
    registration = world.register("严志强")
    registration.refuse(by=world.wang, reason=REASONS[0])
    registration.appeal(by=registration.person, reason="我住在这里")
    return registration
