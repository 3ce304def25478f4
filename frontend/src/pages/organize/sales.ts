/** A conference's sale over time, as its organizer sees it. */
import { graphql, type ResultOf } from '../../api/graphql';

export const SALES = graphql(`
  query Sales($conference: UUID!, $step: SalesStep, $atLeast: Position) {
    sales(conference: $conference, step: $step, atLeast: $atLeast) {
      step
      seats
      revenue {
        amount
        currency
      }
      returned {
        amount
        currency
      }
      points {
        begins
        placed
        confirmed
        seats
        revenue {
          amount
          currency
        }
        levels {
          seatTypeId
          quota
          held
          sold
        }
      }
      funnel {
        placed
        held
        soldOut
        confirmed
        expired
        cancelled
        refunded
      }
    }
  }
`);

export type Sales = NonNullable<ResultOf<typeof SALES>['sales']>;

export const STEPS = { MINUTE: 'minute', HOUR: 'hour', DAY: 'day', WEEK: 'week', MONTH: 'month' } as const;

/** How the moments of such a step are written. */
export function clockFor(step: Sales['step'], timeZone: string): Intl.DateTimeFormat {
  const day = { day: 'numeric', month: 'short' } as const;
  if (step === 'MONTH') return new Intl.DateTimeFormat('en-GB', { timeZone, month: 'short', year: 'numeric' });
  if (step === 'DAY' || step === 'WEEK') return new Intl.DateTimeFormat('en-GB', { timeZone, ...day });
  return new Intl.DateTimeFormat('en-GB', { timeZone, ...day, hour: '2-digit', minute: '2-digit' });
}

/** Within one day the day need not be written again and again. */
export const hourClock = (timeZone: string) =>
  new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' });
