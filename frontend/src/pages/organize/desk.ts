/** A conference as its organizer sees it, and everything an organizer can have done to it. */
import { graphql, type ResultOf } from '../../api/graphql';
import { refusal } from '../../api/refusal';
import { wholeNumber } from '../../words/amount';
import type { Details } from '../../words/conference';

export const deskFields = graphql(`
  fragment DeskFields on Conference {
    id
    slug
    name
    tagline
    description
    location
    timeZone
    startsOn
    endsOn
    currency
    holdSeconds
    seatsPerOrder
    cancelDays
    cancelFeePercent
    transferDays
    transferDetails
    state
    seatTypes {
      id
      name
      description
      price {
        amount
        currency
      }
      quota
      retired
      everOnSale
      least
      most
      saleFrom
      saleUntil
    }
    owner {
      name
      email
    }
  }
`);

export type Conference = ResultOf<typeof deskFields>;
export type SeatType = Conference['seatTypes'][number];

export const CONFERENCE = graphql(
  `
    query Desk($slug: String!, $atLeast: Position) {
      conference(slug: $slug, atLeast: $atLeast) {
        ...DeskFields
      }
    }
  `,
  [deskFields],
);

export const changed = graphql(
  `
    fragment Changed on ConferenceChanged {
      __typename
      conference {
        ...DeskFields
      }
    }
  `,
  [deskFields],
);

export const PUBLISH = graphql(
  `
    mutation Publish($commandId: UUID!, $conferenceId: UUID!) {
      publishConference(commandId: $commandId, conferenceId: $conferenceId) {
        ...Changed
        ...Refusal
      }
    }
  `,
  [changed, refusal],
);

export const UNPUBLISH = graphql(
  `
    mutation Unpublish($commandId: UUID!, $conferenceId: UUID!) {
      unpublishConference(commandId: $commandId, conferenceId: $conferenceId) {
        ...Changed
        ...Refusal
      }
    }
  `,
  [changed, refusal],
);

export const ADD_SEAT_TYPE = graphql(
  `
    mutation AddSeatType($commandId: UUID!, $conferenceId: UUID!, $seatTypeId: UUID!, $input: SeatTypeInput!) {
      addSeatType(commandId: $commandId, conferenceId: $conferenceId, seatTypeId: $seatTypeId, input: $input) {
        ...Changed
        ...Refusal
      }
    }
  `,
  [changed, refusal],
);

export const EDIT_SEAT_TYPE = graphql(
  `
    mutation EditSeatType($commandId: UUID!, $conferenceId: UUID!, $seatTypeId: UUID!, $input: EditSeatTypeInput!) {
      editSeatType(commandId: $commandId, conferenceId: $conferenceId, seatTypeId: $seatTypeId, input: $input) {
        ...Changed
        ...Refusal
      }
    }
  `,
  [changed, refusal],
);

export const CHANGE_QUOTA = graphql(
  `
    mutation ChangeQuota($commandId: UUID!, $conferenceId: UUID!, $seatTypeId: UUID!, $quota: Int!) {
      changeQuota(commandId: $commandId, conferenceId: $conferenceId, seatTypeId: $seatTypeId, quota: $quota) {
        ...Changed
        ...Refusal
      }
    }
  `,
  [changed, refusal],
);

export const RETIRE_SEAT_TYPE = graphql(
  `
    mutation RetireSeatType($commandId: UUID!, $conferenceId: UUID!, $seatTypeId: UUID!) {
      retireSeatType(commandId: $commandId, conferenceId: $conferenceId, seatTypeId: $seatTypeId) {
        ...Changed
        ...Refusal
      }
    }
  `,
  [changed, refusal],
);

export const DELETE_SEAT_TYPE = graphql(
  `
    mutation DeleteSeatType($commandId: UUID!, $conferenceId: UUID!, $seatTypeId: UUID!) {
      deleteSeatType(commandId: $commandId, conferenceId: $conferenceId, seatTypeId: $seatTypeId) {
        ...Changed
        ...Refusal
      }
    }
  `,
  [changed, refusal],
);

export const SEATS = graphql(`
  subscription DeskSeats($conference: UUID!) {
    seatAvailability(conference: $conference) {
      position
      open
      seats {
        seatTypeId
        name
        price {
          amount
          currency
        }
        quota
        held
        sold
        available
        retired
      }
    }
  }
`);

export type Levels = ResultOf<typeof SEATS>['seatAvailability']['seats'][number];

/** How a conference's state is called here. */
export const STATES = { DRAFT: 'Draft', PUBLISHED: 'On sale', UNPUBLISHED: 'Off sale' } as const;

/** The input a command carries, of the details as typed. */
export function detailsInput(typed: Details) {
  return {
    ...typed,
    slug: typed.slug.trim(),
    name: typed.name.trim(),
    holdSeconds: Number(typed.holdSeconds),
    seatsPerOrder: Number(typed.seatsPerOrder),
    cancelDays: wholeNumber(typed.cancelDays) ?? null,
    cancelFeePercent: wholeNumber(typed.cancelFeePercent) ?? 0,
    transferDays: wholeNumber(typed.transferDays) ?? null,
  };
}

/** The same the other way: a conference's details as one would have typed them. */
export function typedDetails(conference: Conference): Details {
  const { slug, name, tagline, description, location, timeZone, startsOn, endsOn, currency } = conference;
  return {
    ...{ slug, name, tagline, description, location, timeZone, startsOn, endsOn, currency },
    holdSeconds: String(conference.holdSeconds),
    seatsPerOrder: String(conference.seatsPerOrder),
    cancelDays: String(conference.cancelDays ?? ''),
    cancelFeePercent: String(conference.cancelFeePercent),
    transferDays: String(conference.transferDays ?? ''),
    transferDetails: conference.transferDetails,
  };
}

/** What is shown once, when a conference was created. */
export type Kept = { slug: string; conference: string; name: string; email: string; accessCode: string };
