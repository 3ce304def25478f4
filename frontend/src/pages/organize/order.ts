/** An order as its conference's organizer sees it. */
import { graphql, type ResultOf } from '../../api/graphql';
import { plural } from '../../words/format';

export const orderRow = graphql(`
  fragment OrderRow on Order {
    id
    position
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
      since
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
`);

export type OrderRow = ResultOf<typeof orderRow>;

export const ordersFields = graphql(
  `
    fragment OrdersFields on OrderConnection {
      totalCount
      hasMoreThanCounted
      pageInfo {
        hasNextPage
        endCursor
      }
      edges {
        node {
          ...OrderRow
        }
      }
    }
  `,
  [orderRow],
);

/** One of them, while somebody looks at it. */
export const ORDER = graphql(
  `
    subscription OrganizersOrder($id: UUID!) {
      order(id: $id) {
        ...OrderRow
      }
    }
  `,
  [orderRow],
);

/** "22 orders", "1,000 orders and more": how long a list is. */
export const counted = (list: { totalCount: number; hasMoreThanCounted: boolean }) =>
  `${plural(list.totalCount, 'order')}${list.hasMoreThanCounted ? ' and more' : ''}`;

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

/** Nothing is paid yet, and its seats are held or waited for. */
export const canBeCancelled = ({ state }: OrderRow) => ['HELD', 'PARTLY_HELD', 'WAITLISTED'].includes(state);

/** What orders can be narrowed to. */
export const GROUPS: { value: string; label: string; states: OrderRow['state'][] }[] = [
  { value: '', label: 'All states', states: [] },
  { value: 'booked', label: 'Booked', states: ['CONFIRMED'] },
  { value: 'held', label: 'On hold', states: ['PLACED', 'HELD', 'PARTLY_HELD', 'RETAKING'] },
  { value: 'waitlisted', label: 'On the waitlist', states: ['WAITLISTED'] },
  { value: 'expired', label: 'Expired', states: ['EXPIRED'] },
  { value: 'cancelled', label: 'Cancelled', states: ['CANCELLED'] },
  { value: 'refunded', label: 'Refunded', states: ['REFUNDED'] },
  { value: 'sold-out', label: 'Got no seat', states: ['SOLD_OUT'] },
];
