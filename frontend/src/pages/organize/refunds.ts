/** What goes back of payments, and what of it an organizer has to see to. */
import { graphql } from '../../api/graphql';
import { ordersFields, type OrderRow } from './order';

export type Refund = OrderRow['refunds'][number];

/** One refund that is due, of its order. */
export type Due = { order: OrderRow; refund: Refund };

export const duesOf = (order: OrderRow): Due[] =>
  order.refunds.filter(({ due }) => due).map((refund) => ({ order, refund }));

export const REFUNDS_DUE = graphql(
  `
    query RefundsDue($conference: UUID!, $first: Int!, $after: String, $atLeast: Position) {
      refundsDue(conference: $conference, first: $first, after: $after, atLeast: $atLeast) {
        ...OrdersFields
      }
    }
  `,
  [ordersFields],
);

export const REFUNDS_COUNTED = graphql(`
  query RefundsCounted($conference: UUID!, $atLeast: Position) {
    refundsDue(conference: $conference, first: 1, atLeast: $atLeast) {
      totalCount
      hasMoreThanCounted
    }
  }
`);

const REASONS: Record<string, string> = {
  'nothing to pay yet': 'Paid before there was anything to pay',
  'amount changed': 'Paid although the price had changed',
  'already paid': 'Paid twice',
  'sold out': 'Paid, but no seat was left',
  'order expired': 'Paid too late',
  'order cancelled': 'The order was cancelled',
  'order refunded': 'Paid after the order had ended',
  'seats cancelled': 'Seats were given up',
};

/** Why money goes back. */
export const whyBack = ({ reason }: Refund) => REASONS[reason] ?? reason;

/** Why the organizer has to see to it. */
export function whyDue({ state, method, why }: Refund): string {
  if (state === 'FAILED')
    return why ? `The gateway could not pay it back: ${why}` : 'The gateway could not pay it back';
  return method === 'TRANSFER' ? 'Paid by bank transfer: it goes back by hand' : '';
}
