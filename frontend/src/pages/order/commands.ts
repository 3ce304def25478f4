/** What a registrant has done to an order, as several of its pages ask for it. */
import { graphql } from '../../api/graphql';
import { refusal } from '../../api/refusal';
import { orderFields } from './order';

export const orderChanged = graphql(
  `
    fragment Changed on OrderChanged {
      __typename
      order {
        ...OrderFields
      }
    }
  `,
  [orderFields],
);

export const ENTER_DETAILS = graphql(
  `
    mutation EnterDetails($commandId: UUID!, $orderId: UUID!, $registrant: PersonInput!) {
      enterDetails(commandId: $commandId, orderId: $orderId, registrant: $registrant) {
        ...Changed
        ...Refusal
      }
    }
  `,
  [orderChanged, refusal],
);
