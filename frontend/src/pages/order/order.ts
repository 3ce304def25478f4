/** An order as its pages show it, and what this tab remembers about one. */
import { graphql, type ResultOf } from '../../api/graphql';
import { refusal } from '../../api/refusal';
import { NOBODY, type Person } from '../../words/person';

export const orderFields = graphql(`
  fragment OrderFields on Order {
    id
    code
    conferenceId
    state
    conference {
      slug
      name
      location
      timeZone
      startsOn
      endsOn
      currency
      holdSeconds
      seatsPerOrder
      transferDetails
      cancelDays
      cancelFeePercent
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
    total {
      amount
      currency
    }
    discounts {
      codeId
      code
      amount {
        amount
        currency
      }
    }
    kept {
      amount
      currency
    }
    givenUp
    offered
    extended
    waitlist {
      place
      waiting
    }
    payBy
    serverTime
    registrant {
      email
      firstName
      lastName
    }
    paymentMethods
    payment {
      id
      state
      method
      amount {
        amount
        currency
      }
      payAt
      refunded {
        amount
        currency
      }
    }
    seats {
      position
      seatTypeId
      seatType
      attendee {
        email
        firstName
        lastName
      }
    }
    stale
  }
`);

export type Order = ResultOf<typeof orderFields>;

export const PLACE = graphql(
  `
    mutation PlaceOrder($commandId: UUID!, $orderId: UUID!, $conferenceId: UUID!, $items: [OrderItemInput!]!) {
      placeOrder(commandId: $commandId, orderId: $orderId, conferenceId: $conferenceId, items: $items) {
        __typename
        ... on OrderDecided {
          order {
            id
            state
          }
        }
        ... on Deciding {
          order {
            id
            state
          }
        }
        ...Refusal
      }
    }
  `,
  [refusal],
);

export const isHeld = (order: Order) => order.state === 'HELD' || order.state === 'PARTLY_HELD';

/** Nothing more can come of it. */
export const isOver = (order: Order) => ['SOLD_OUT', 'CANCELLED', 'REFUNDED'].includes(order.state);

/** Seats this order has, or asks for while nothing is decided. */
export const seatsOf = (order: Order) => order.lines.reduce((sum, line) => sum + (line.granted ?? line.wanted), 0);

/** Where a placed order goes on: who is coming, or first what came of it. */
export const afterPlacing = (order: { id: string; state: string }) =>
  order.state === 'HELD' ? `/o/${order.id}?step=details` : `/o/${order.id}`;

function kept(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null; // A browser that keeps nothing forgets on reload.
  }
}

function keep(key: string, value: string | null): void {
  try {
    if (value === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, value);
  } catch {
    // As above.
  }
}

/** Details typed in this tab outlive a reload, an expired hold and a detour, and go when the order is booked. */
let typed: Person | undefined;
export const draft = {
  get details(): Person {
    typed ??= { ...NOBODY, ...(JSON.parse(kept('details') ?? '{}') as Partial<Person>) };
    return typed;
  },
  set details(person: Person) {
    typed = person;
    keep('details', JSON.stringify(person));
  },
  forget(): void {
    typed = undefined;
    keep('details', null);
  },
};

/** The order under way for a conference in this tab: an id, which opens nothing by itself. */
export const underWay = {
  of: (conferenceId: string) => kept(`order ${conferenceId}`),
  is: (conferenceId: string, orderId: string | null) => keep(`order ${conferenceId}`, orderId),
};
