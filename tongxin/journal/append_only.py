"""A migration operation that makes a table append-only in the database itself, against raw SQL too."""

from django.db.migrations.operations.base import Operation


class AppendOnly(Operation):
    """Refuse DELETE, and UPDATE of the named columns, by one trigger per engine (SQLite and PostgreSQL)."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, table: str, columns: list[str]):
        self.table, self.columns = table, columns

    def state_forwards(self, app_label, state):
        pass

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for statement in self._statements(schema_editor.connection.vendor):
            schema_editor.execute(statement)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        on = f" ON {self.table}" if schema_editor.connection.vendor == "postgresql" else ""
        for act in ("update", "delete"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {self.table}_no_{act}{on}")

    def describe(self):
        return f"Make {self.table} append-only"

    def _statements(self, vendor: str):
        columns = ", ".join(f'"{name}"' for name in self.columns)
        events = {"update": f"UPDATE OF {columns}", "delete": "DELETE"}
        message = f"{self.table} is append-only"
        if vendor == "postgresql":
            yield (
                f"CREATE OR REPLACE FUNCTION {self.table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN RAISE EXCEPTION '{message}'; END $$"
            )
            for act, event in events.items():
                yield (
                    f"CREATE TRIGGER {self.table}_no_{act} BEFORE {event} ON {self.table} "
                    f"FOR EACH ROW EXECUTE FUNCTION {self.table}_refuse()"
                )
        else:
            for act, event in events.items():
                yield (
                    f"CREATE TRIGGER {self.table}_no_{act} BEFORE {event} ON {self.table} "
                    f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
                )
