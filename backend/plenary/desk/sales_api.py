"""Pictures of a sale over the API, for its organizer."""

# Strawberry's decorators answer Any, which mypy takes for untyped.
# mypy: disable-error-code="untyped-decorator"

from typing import Annotated

import strawberry

from plenary.conferences.catalogue import CATALOGUE
from plenary.desk.picture import MINUTES_FOR, Step, points, step_for, total
from plenary.desk.sales import SALES, find_hours, find_minutes
from plenary.desk.sales_types import Funnel, SalesPicture, SalesPoint, SalesStep
from plenary.graphql.context import Info
from plenary.graphql.reading import AtLeast, ConferenceId, lags, see
from plenary.graphql.words import Money


@strawberry.type
class Query:
    @strawberry.field(
        description="How a conference's seats were sold over time, for its organizer; null for others. It has 500 "
        "points at most, however long the sale was."
    )
    async def sales(
        self,
        info: Info,
        conference: ConferenceId,
        step: Annotated[
            SalesStep | None,
            strawberry.argument(
                description="The time of one point; without it, the one that suits. Too fine a one is answered coarser."
            ),
        ] = None,
        at_least: AtLeast = None,
    ) -> SalesPicture | None:
        engine = info.context.engine
        if not await info.context.visitor.runs(conference):
            return None
        row = (await see(engine, CATALOGUE, conference)).row
        if row is None:
            return None
        stale = await lags(engine, SALES, at_least)
        hours = await find_hours(engine.database, conference)
        chosen = step_for(hours, Step(step.value) if step else None)
        detailed = await find_minutes(engine.database, conference, MINUTES_FOR) if chosen is Step.MINUTE else hours
        whole = total(hours)
        return SalesPicture(
            step=SalesStep(chosen.value),
            points=[SalesPoint.of(point, row.currency) for point in points(detailed, chosen, row.time_zone)],
            funnel=Funnel.of(whole),
            seats=whole.seats - whole.seats_returned,
            revenue=Money.of(whole.revenue, row.currency),
            returned=Money.of(whole.returned, row.currency),
            stale=stale,
        )
