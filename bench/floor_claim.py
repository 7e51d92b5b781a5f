"""A claim of one seat in three SQL statements: the floor over HTTP and, on the driver alone, inside one process."""

INSERT_CLAIM = """
    INSERT INTO tasks_claim (task_id, person_id, status, read_risk, note, at) VALUES (%s, %s, 'claimed', false, '', %s)
    ON CONFLICT DO NOTHING"""
TAKE_SEAT = "UPDATE tasks_task SET taken = taken + 1 WHERE id = %s AND taken < seats"
INSERT_EVENT = """
    INSERT INTO journal_event (at, actor_id, verb, subject_kind, subject_id, place_id, came_from, went_to, reason, facts)
    VALUES (%s, %s, 'floor.claim', 'tasks.task', %s, NULL, '', 'claimed', '', '{}')"""


def claim_with(execute, changed, task: int, person: int, now) -> bool:
    """The three statements; False when the claim is there already or no seat is free. Needs a transaction."""
    execute(INSERT_CLAIM, (task, person, now))
    if not changed():
        return False
    execute(TAKE_SEAT, (task,))
    if not changed():
        return False
    execute(INSERT_EVENT, (now, person, task))
    return True
