/** What a conference still lacks before its first sale. */
import { plural } from './format';

export type Step = { name: string; says: string; done: boolean; needed: boolean };

type Conference = {
  tagline: string;
  description: string;
  location: string;
  seatTypes: { quota: number; retired: boolean }[];
};

export function checklist({ tagline, description, location, seatTypes }: Conference): Step[] {
  const sellable = seatTypes.filter((type) => !type.retired && type.quota > 0);
  const seats = sellable.reduce((sum, type) => sum + type.quota, 0);
  return [
    { name: 'Name, address and days', says: 'Said when it was created.', done: true, needed: true },
    {
      name: 'Seats to sell',
      says:
        sellable.length > 0
          ? `${plural(seats, 'seat')} of ${plural(sellable.length, 'type')}.`
          : 'Add at least one seat type with a price and a quota.',
      done: sellable.length > 0,
      needed: true,
    },
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
  ];
}

/** Nothing that a sale needs is missing. */
export const isReady = (steps: Step[]) => steps.every((step) => step.done || !step.needed);
