/** What happened, as the organizer reads it: of an order, and of a conference. */
import { graphql, type ResultOf } from '../../api/graphql';

export const historyFields = graphql(`
  fragment HistoryFields on HistoryConnection {
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      cursor
      node {
        at
        who
        what
        event {
          type
          schemaVersion
          stream
          version
          position
          causation
          data
        }
      }
    }
  }
`);

export type History = ResultOf<typeof historyFields>;
export type Entry = History['edges'][number]['node'];

export const ORDER_HISTORY = graphql(
  `
    query OrderHistory($id: UUID!, $first: Int!, $after: String, $atLeast: Position) {
      history: orderHistory(order: $id, first: $first, after: $after, atLeast: $atLeast) {
        ...HistoryFields
      }
    }
  `,
  [historyFields],
);

export const CONFERENCE_HISTORY = graphql(
  `
    query ConferenceHistory($id: UUID!, $first: Int!, $after: String, $atLeast: Position) {
      history: conferenceHistory(conference: $id, first: $first, after: $after, atLeast: $atLeast) {
        ...HistoryFields
      }
    }
  `,
  [historyFields],
);

export const ACTORS: Record<Entry['who'], string> = {
  REGISTRANT: 'Registrant',
  ORGANIZER: 'Organizer',
  PROCESS: 'Plenary',
  TIMER: 'A deadline',
  GATEWAY: 'Payment gateway',
  OPERATOR: 'Operator',
};
