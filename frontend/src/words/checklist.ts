/** What a conference still lacks before its first sale. */
import { plural } from './format';

export type Step = { name: string; says: string; done: boolean; needed: boolean };

type Conference = {
  tagline: string;
  description: string;
  location: string;
  endsOn: string;
  cancelDays: number | null;
  seatTypes: { quota: number; retired: boolean; saleFrom: string | null; saleUntil: string | null }[];
};

/** `now`: the present instant; a seat type whose sale has ended sells nothing. */
export function checklist(conference: Conference, now = new Date()): Step[] {
  const { tagline, description, location, endsOn, cancelDays, seatTypes } = conference;
  const left = seatTypes.filter((type) => !type.retired && type.quota > 0);
  const sellable = left.filter((type) => type.saleUntil === null || new Date(type.saleUntil) > now);
  const later = sellable.filter((type) => type.saleFrom !== null && new Date(type.saleFrom) > now);
  const seats = sellable.reduce((sum, type) => sum + type.quota, 0);
  const over = endsOn < now.toISOString().slice(0, 10);
  return [
    {
      name: 'Name, address and days',
      says: over ? 'Its last day is over: give it new days.' : 'Said when it was created.',
      done: !over,
      needed: false,
    },
    {
      name: 'Seats to sell',
      says: sayOfSeats(seats, sellable.length, left.length),
      done: sellable.length > 0,
      needed: true,
    },
    ...(later.length > 0
      ? [
          {
            name: 'The time of sale',
            says:
              later.length === sellable.length
                ? 'No seat type is on sale before its time comes; the page says when.'
                : `${plural(later.length, 'seat type')} will be on sale later; the page says when.`,
            done: later.length < sellable.length,
            needed: false,
          },
        ]
      : []),
    {
      name: 'A place',
      says: location ? location : 'People decide by where it is.',
      done: location !== '',
      needed: false,
    },
    {
      name: 'Words about it',
      says:
        tagline && description ? 'Tagline and description.' : `It has no ${tagline ? 'description' : 'tagline'} yet.`,
      done: tagline !== '' && description !== '',
      needed: false,
    },
    {
      name: 'A word on cancelling',
      says:
        cancelDays === null
          ? 'Registrants cannot cancel themselves. Say until when they may, if they may.'
          : `Registrants may cancel until ${plural(cancelDays, 'day')} before.`,
      done: cancelDays !== null,
      needed: false,
    },
  ];
}

function sayOfSeats(seats: number, sellable: number, left: number): string {
  if (sellable > 0) return `${plural(seats, 'seat')} of ${plural(sellable, 'type')}.`;
  if (left > 0) return 'The sale of every seat type has ended: let one of them be sold longer.';
  return 'Add at least one seat type with a price and a quota.';
}

/** Nothing that a sale needs is missing. */
export const isReady = (steps: Step[]) => steps.every((step) => step.done || !step.needed);
