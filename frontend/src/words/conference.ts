/** A conference and a seat type as an organizer types them, and what is wrong with them. The server has the last word. */
import type { FieldError, Problem } from '../api/refusal';
import { minorUnits, wholeNumber } from './amount';
import { decimals } from './format';

export type Details = {
  slug: string;
  name: string;
  tagline: string;
  description: string;
  location: string;
  timeZone: string;
  startsOn: string;
  endsOn: string;
  currency: string;
  /** Seconds, and seats, as typed or chosen. */
  holdSeconds: string;
  seatsPerOrder: string;
  /** Days and per cent, as typed; empty: none. */
  cancelDays: string;
  cancelFeePercent: string;
  transferDays: string;
  transferDetails: string;
};

export type Owner = { name: string; email: string };

/** `saleFrom` and `saleUntil` as the conference's clocks show them; empty: no limit. */
export type SeatTypeDraft = {
  name: string;
  description: string;
  price: string;
  quota: string;
  least: string;
  most: string;
  saleFrom: string;
  saleUntil: string;
};

const SPECIAL: Record<string, string> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ı: 'i' };

/** "Kraków: Rivers & Deltas 2027" → "krakow-rivers-and-deltas-2027": what a name becomes in an address. */
export function suggestedSlug(name: string): string {
  return name
    .toLowerCase()
    .replaceAll('&', ' and ')
    .replace(/[ßæœøłđðþı]/g, (letter) => SPECIAL[letter] ?? '')
    .normalize('NFKD')
    .replace(/[\u0300-\u036f'’]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replace(/^-+|-+$/g, '');
}

const SLUG_FAULT = 'Write the address in 3 to 60 lower-case letters, digits and hyphens.';
const isSlug = (slug: string) => /^[a-z0-9-]{3,60}$/.test(slug.trim());

export function detailFaults(details: Details): FieldError[] {
  const errors: FieldError[] = [];
  const wrong = (field: keyof Details, message: string) => errors.push({ field, message });
  const seats = wholeNumber(details.seatsPerOrder);
  if (!details.name.trim()) wrong('name', 'Give the conference a name.');
  if (!isSlug(details.slug)) wrong('slug', SLUG_FAULT);
  if (!details.startsOn) wrong('startsOn', 'Say on which day it begins.');
  if (!details.endsOn) wrong('endsOn', 'Say on which day it ends.');
  if (details.startsOn && details.endsOn && details.endsOn < details.startsOn) {
    wrong('endsOn', 'The last day cannot be before the first day.');
  }
  if (seats === undefined || seats < 1 || seats > 100) {
    wrong('seatsPerOrder', 'Let one order have 1 to 100 seats.');
  }
  const between = (field: 'cancelDays' | 'cancelFeePercent' | 'transferDays', least: number, most: number) => {
    const number = wholeNumber(details[field]);
    return details[field].trim() === '' || (number !== undefined && number >= least && number <= most);
  };
  if (!between('cancelDays', 0, 365)) wrong('cancelDays', 'Enter 0 to 365 days, or nothing.');
  if (!between('cancelFeePercent', 0, 100)) wrong('cancelFeePercent', 'Keep 0 to 100 per cent.');
  if (!between('transferDays', 1, 30)) wrong('transferDays', 'Wait 1 to 30 days for a transfer, or enter nothing.');
  if (details.transferDays.trim() && !details.transferDetails.trim()) {
    wrong('transferDetails', 'Say where the money is to be transferred to.');
  }
  return errors;
}

export function ownerFaults({ name, email }: Owner): FieldError[] {
  const errors: FieldError[] = [];
  if (!name.trim()) errors.push({ field: 'ownerName', message: 'Enter your name.' });
  if (!email.trim()) errors.push({ field: 'ownerEmail', message: 'Enter your e-mail address.' });
  else if (!/^[^\s@]+@[^\s@]+\.[^\s@.]+$/.test(email.trim())) {
    errors.push({ field: 'ownerEmail', message: 'Enter your whole e-mail address, like name@example.org.' });
  }
  return errors;
}

export function seatTypeFaults(draft: SeatTypeDraft, currency: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!draft.name.trim()) errors.push({ field: 'name', message: 'Give the seat type a name.' });
  if (minorUnits(draft.price, currency) === undefined) {
    const places = decimals(currency);
    const how = places === 0 ? 'a whole number' : `at most ${places} decimals`;
    errors.push({ field: 'price', message: `Enter a price in ${currency} with ${how}; 0 is free.` });
  }
  return [...errors, ...quotaFaults(draft.quota), ...limitFaults(draft)];
}

function limitFaults({ least, most, saleFrom, saleUntil }: SeatTypeDraft): FieldError[] {
  const errors: FieldError[] = [];
  const [from, to] = [wholeNumber(least || '1'), wholeNumber(most || '100')];
  if (from === undefined || from < 1 || from > 100) {
    errors.push({ field: 'least', message: 'Let an order take 1 to 100 at least.' });
  } else if (to === undefined || to < from || to > 100) {
    errors.push({ field: 'most', message: `Let an order take ${from} to 100 at most, or leave it empty.` });
  }
  if (saleFrom && saleUntil && saleUntil <= saleFrom) {
    errors.push({ field: 'saleUntil', message: 'The sale cannot end before it begins.' });
  }
  return errors;
}

/** The first day of the same week a year later: people come on the same days of the week. */
export function nextYear(day: string): string {
  const moved = new Date(`${day}T12:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + 364);
  return moved.toISOString().slice(0, 10);
}

/** "rivers-2027" of 2027 → "rivers-2028"; "rivers" → "rivers-2028". */
export function nextSlug(slug: string, before: string, after: string): string {
  const [old, year] = [before.slice(0, 4), after.slice(0, 4)];
  const moved = slug.includes(old) && old !== year ? slug.replace(old, year) : `${slug.slice(0, 55)}-${year}`;
  return moved === slug ? `${slug.slice(0, 58)}-2` : moved;
}

export function cloneFaults({ slug, startsOn }: { slug: string; startsOn: string }): FieldError[] {
  const errors: FieldError[] = [];
  if (!startsOn) errors.push({ field: 'startsOn', message: 'Say on which day it begins.' });
  if (!isSlug(slug)) errors.push({ field: 'slug', message: SLUG_FAULT });
  return errors;
}

export function quotaFaults(quota: string): FieldError[] {
  const seats = wholeNumber(quota);
  if (seats !== undefined && seats <= 1_000_000) return [];
  return [{ field: 'quota', message: 'Enter how many seats there are: a whole number up to 1,000,000.' }];
}

/** The problem that these faults are, if there are any. */
export function problemOf(errors: FieldError[]): Problem | undefined {
  return errors.length > 0 ? { code: 'INVALID_INPUT', message: '', errors } : undefined;
}

/** The server's errors with the field's label before them, for a list where the field is not beside them; ours name it. */
export function labelled(problem: Problem | undefined, labels: Record<string, string>): Problem | undefined {
  if (!problem) return undefined;
  const errors = problem.errors.map((error) => {
    const label = 'code' in error ? labels[error.field] : undefined;
    return label ? { ...error, message: `${label}: ${error.message}` } : error;
  });
  return { ...problem, errors };
}

/** The days of holding seats one can choose from, in seconds, and the present value if it is another. */
export function holdTimes(present: string): string[] {
  const offered = [300, 600, 900, 1200, 1800, 3600, 7200, 86_400, 259_200, 604_800];
  const all = new Set([...offered, Number(present)].filter((seconds) => seconds > 0));
  return Array.from(all, Number)
    .sort((a, b) => a - b)
    .map(String);
}
