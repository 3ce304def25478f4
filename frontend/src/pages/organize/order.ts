/** An order as its conference's organizer sees it. */
import { graphql, type ResultOf } from '../../api/graphql';

export const ordersFields = graphql(`
  fragment OrdersFields on OrderConnection {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        id
        code
        state
        placedAt
        total {
          amount
          currency
        }
        registrant {
          email
          firstName
          lastName
        }
        lines {
          seatTypeId
          name
          unitPrice {
            amount
            currency
          }
          wanted
          granted
          total {
            amount
            currency
          }
        }
        payment {
          id
          state
          method
          refunded {
            amount
            currency
          }
        }
        refunds {
          paymentId
          number
          amount {
            amount
            currency
          }
          reason
          method
          state
          why
          due
        }
        seats {
          position
          seatType
          attendee {
            email
            firstName
            lastName
          }
        }
      }
    }
  }
`);

export type OrderRow = ResultOf<typeof ordersFields>['edges'][number]['node'];

export const STATES: Record<OrderRow['state'], string> = {
  PLACED: 'Being decided',
  WAITLISTED: 'On the waitlist',
  HELD: 'On hold',
  PARTLY_HELD: 'Partly on hold',
  SOLD_OUT: 'Got no seat',
  CONFIRMED: 'Booked',
  EXPIRED: 'Expired',
  RETAKING: 'Paid late',
  CANCELLED: 'Cancelled',
  REFUNDED: 'Refunded',
};

export const nameOf = (person: OrderRow['registrant']) =>
  person ? `${person.firstName} ${person.lastName}` : undefined;

export const seatsOf = (order: OrderRow) => order.lines.reduce((sum, line) => sum + (line.granted ?? line.wanted), 0);
