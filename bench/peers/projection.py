"""The peer of a replay: `eventsourcing` reads as many events into objects, and its projection runner projects them.

The events are one aggregate's three after each other, copied under new ids. The view is one row an order, upserted
with the runner's bookmark in one transaction, as the library's documentation shows it.
"""

import json
import os
import sys
import time
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.domain import Aggregate, event
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.sql import SQL, Identifier

PAGE = 1_000
COPY = """
INSERT INTO {0} (originator_id, originator_version, topic, state)
SELECT ids.id, known.originator_version, known.topic, known.state
FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, %s)) AS ids CROSS JOIN
     (SELECT * FROM {0} WHERE notification_id <= 3) AS known
ORDER BY ids.id, known.originator_version
"""


class Order(Aggregate):
    """One order: placed, held, expired."""

    class Placed(Aggregate.Created):
        conference: UUID
        code: str
        quantity: int
        total: int

    class Held(Aggregate.Event):
        granted: int

    class Expired(Aggregate.Event):
        pass

    @event(Placed)
    def __init__(self, conference: UUID, code: str, quantity: int, total: int) -> None:
        self.conference, self.code, self.quantity, self.total = conference, code, quantity, total
        self.state, self.granted = "placed", 0

    @event(Held)
    def hold(self, granted: int) -> None:
        self.state, self.granted = "held", granted

    @event(Expired)
    def expire(self) -> None:
        self.state = "expired"


class Orders(Application):
    """Where orders are kept."""


class OrdersView(PostgresTrackingRecorder):
    """A table of orders, with the bookmark beside it."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.sql_create_statements.append(
            SQL("CREATE TABLE IF NOT EXISTS order_rows (id uuid PRIMARY KEY, state text, granted int, total int)")
        )

    def store(self, statement: str, values: tuple, tracking) -> None:
        """One change and the bookmark."""
        with self.datastore.transaction(commit=True) as db:
            self._insert_tracking(db, tracking)
            db.execute(statement, values, prepare=True)


class OrdersProjection(Projection[OrdersView]):
    """From events to rows."""

    name = "orders"

    @singledispatchmethod
    def process_event(self, domain_event, tracking) -> None:
        self.view.insert_tracking(tracking)

    @process_event.register
    def _(self, domain_event: Order.Placed, tracking) -> None:
        values = (domain_event.originator_id, domain_event.total)
        self.view.store("INSERT INTO order_rows VALUES (%s, 'placed', 0, %s)", values, tracking)

    @process_event.register
    def _(self, domain_event: Order.Held, tracking) -> None:
        values = (domain_event.granted, domain_event.originator_id)
        self.view.store("UPDATE order_rows SET state = 'held', granted = %s WHERE id = %s", values, tracking)

    @process_event.register
    def _(self, domain_event: Order.Expired, tracking) -> None:
        self.view.store(
            "UPDATE order_rows SET state = 'expired' WHERE id = %s", (domain_event.originator_id,), tracking
        )


def main() -> None:
    """Arguments: how many events to read, and how many of them to project."""
    events, projected = int(sys.argv[1]), int(sys.argv[2])
    app = Orders(os.environ)
    order = Order(UUID(int=1), "AB12-CD34", 1, 19_900)
    order.hold(1)
    order.expire()
    app.save(order)
    table = app.recorder.events_table_name
    with app.recorder.datastore.transaction(commit=True) as db:
        db.execute(SQL(COPY).format(Identifier(table)), (events // 3,))
    with app.recorder.datastore.get_connection() as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute(SQL("ANALYZE {0}").format(Identifier(table)))

    began, read = time.perf_counter(), 0
    while page := app.recorder.select_notifications(read + 1, PAGE):
        for notification in page:
            app.mapper.to_domain_event(notification)
        read = page[-1].id
    reading = read / (time.perf_counter() - began)
    app.close()

    began = time.perf_counter()
    with ProjectionRunner(
        application_class=Orders, projection_class=OrdersProjection, view_class=OrdersView, env=dict(os.environ)
    ) as runner:
        runner.wait(projected, timeout=3_600)
    projecting = projected / (time.perf_counter() - began)
    print(json.dumps({"read_per_second": reading, "project_per_second": projecting, "events": read}))


if __name__ == "__main__":
    main()
