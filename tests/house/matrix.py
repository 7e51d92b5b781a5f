"""Who may open which door: one row a URL, as data. A URL of the house without a row here fails the matrix test.

`who` names the cast of `tests.world` who get in (any answer but 403 and 404, and for visitors not the sign-in page).
Everybody else is refused: 404 where the thing is not theirs to see, 403 where the page as such is not their job.
"""

from dataclasses import dataclass

from tongxin.registrations.forms import REASONS

MEMBERS = ["alan", "zhou", "wu", "neighbour", "outsider"]
STAFF = ["wang", "shen", "he", "auditor", "admin", "far_secretary"]
EVERYBODY = [*MEMBERS, *STAFF, "newcomer"]
HERE = ["alan", "zhou", "wu"]  # members of the neighbourhood the things are in


@dataclass(frozen=True)
class Door:
    """One URL: how it is opened and by whom."""

    name: str
    who: tuple
    args: str = ""  # attribute path on the world's `things`, the pk of which goes into the URL
    method: str = "GET"
    visitors: bool = False  # open without signing in
    data: dict | None = None

    def __str__(self):
        return f"{self.method} {self.name}"


def door(name, who, **more):
    return Door(name, tuple(who), **more)


def public(name, **more):
    return Door(name, tuple(EVERYBODY), visitors=True, **more)


DOORS = [
    # web
    public("web:home"),
    public("web:help"),
    public("web:livez"),
    public("web:readyz"),
    public("web:door", args="code"),
    public("web:elder", method="POST"),
    door("web:desk", EVERYBODY),
    door("web:demo", []),
    door("web:demo_enter", [], args="slug", method="POST"),
    door("web:register", ["wang", "shen", "he", "auditor", "admin", "far_secretary"]),
    door("web:register_place", ["wang", "shen", "he", "auditor", "admin"], args="neighbourhood"),
    door("web:journal", ["auditor"]),
    # people
    public("people:sign_in"),
    public("people:staff_sign_in"),
    public("people:privacy"),
    public("people:sign_out", method="POST"),
    door("people:second_factor", EVERYBODY),
    door("people:me", EVERYBODY),
    door("people:own_copy", EVERYBODY),
    door("people:set_consent", EVERYBODY, args="purpose", method="POST"),
    door("people:set_salutation", EVERYBODY, method="POST"),
    door("people:reveal", ["alan", "zhou", "wang", "shen"], args="alan"),
    # places
    public("places:find"),
    # access
    door("access:appointments", ["admin"]),
    door("access:new", ["admin"]),
    door("access:end", ["admin"], args="post", method="POST"),
    # registrations
    public("registrations:start"),
    public("registrations:where"),
    door("registrations:mine", EVERYBODY),
    door("registrations:join", ["newcomer"]),
    door("registrations:leave", ["newcomer"], method="POST"),
    door("registrations:call_captain", ["newcomer"], method="POST"),
    door("registrations:queue", ["zhou", "wang", "shen", "far_secretary"]),
    door("registrations:preview", ["wang", "far_secretary"]),
    door("registrations:accept_batch", ["wang", "far_secretary"], method="POST"),
    door("registrations:contacts", ["zhou", "wang", "far_secretary"]),
    door("registrations:detail", ["zhou", "wang", "shen"], args="registration"),
    door("registrations:accept", ["wang"], args="registration", method="POST"),
    door("registrations:refuse", ["wang"], args="registration", method="POST", data={"template": REASONS[0]}),
    door("registrations:call", ["zhou", "wang"], args="registration", method="POST", data={"reason": "联络"}),
    door("registrations:note_contact", ["zhou", "wang"], args="accepted", method="POST", data={"result": "no_answer"}),
    # the roster import
    door("registrations:imports", ["shen"]),
    door("registrations:import_check", ["shen"], args="import"),
    door("registrations:import_confirm", ["shen"], args="import", method="POST"),
    door("registrations:import_resume", ["shen"], args="import", method="POST"),
    door("registrations:import_drop", ["shen"], args="import", method="POST"),
    door("registrations:import_progress", ["shen"], args="import"),
    door("registrations:import_bad_rows", ["shen"], args="import"),
    door("registrations:import_undo", ["shen"], args="import", method="POST"),
    # tasks
    door("tasks:list", EVERYBODY),
    door("tasks:mine", EVERYBODY),
    door("tasks:board", ["zhou", "wang", "far_secretary"]),
    door("tasks:new", ["zhou", "wang", "far_secretary"]),
    door("tasks:verify", ["zhou", "wu", "wang", "far_secretary"]),
    door("tasks:detail", [*HERE, "wang", "shen"], args="task"),
    door("tasks:claim", HERE, args="task", method="POST"),
    door("tasks:publish", ["zhou", "wang"], args="draft", method="POST"),
    door("tasks:cancel", ["zhou", "wang"], args="task", method="POST", data={"reason": "下雨"}),
    door("tasks:withdraw", ["alan"], args="claim", method="POST"),
    door("tasks:report", ["alan"], args="done_claim", method="POST", data={"hours": "1.5"}),
    door("tasks:verify_one", ["zhou", "wu", "wang"], args="reported", method="POST"),
    # service
    door("service:mine", EVERYBODY),
    door("service:download", EVERYBODY),
    door("service:points", EVERYBODY, method="POST"),
    door("service:rules", EVERYBODY),
    # teams
    door("teams:roster", ["wang", "shen", "he", "far_secretary"]),
    door("teams:buildings", ["zhou", "wu", "alan", "wang", "shen", "far_secretary"]),
    # figures
    door("figures:district", ["wang", "shen", "he", "auditor", "far_secretary"]),
    door("figures:definitions", EVERYBODY),
    door("figures:place", ["wang", "shen", "he", "auditor"], args="neighbourhood"),
    door("figures:rows", ["wang", "shen", "he"], args="neighbourhood+members"),
    door(
        "figures:export",
        ["wang", "shen", "he", "auditor"],
        args="neighbourhood",
        method="POST",
        data={"purpose": "年终汇总"},
    ),
    # notifications
    door("notifications:list", EVERYBODY),
    door("notifications:read_all", EVERYBODY, method="POST"),
    door("notifications:open", ["alan"], args="notice", method="POST"),
]
