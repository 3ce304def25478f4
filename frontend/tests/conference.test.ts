import { describe, expect, test } from 'vitest';
import { messageFor } from '../src/api/refusal';
import { checklist, isReady } from '../src/words/checklist';
import {
  detailFaults,
  holdTimes,
  labelled,
  ownerFaults,
  problemOf,
  quotaFaults,
  seatTypeFaults,
  suggestedSlug,
  type Details,
} from '../src/words/conference';

const DETAILS: Details = {
  slug: 'rivers-2027',
  name: 'Rivers',
  tagline: '',
  description: '',
  location: '',
  timeZone: 'Europe/Warsaw',
  startsOn: '2027-05-30',
  endsOn: '2027-06-02',
  currency: 'EUR',
  holdSeconds: '900',
  seatsPerOrder: '20',
};
const fields = (errors: { field: string }[]) => errors.map((error) => error.field);

describe('the address suggested for a name', () => {
  test.each([
    ['CQRS Summit', 'cqrs-summit'],
    ['  Type & Page  ', 'type-and-page'],
    ['Kraków: Łódź, Ærø – straße', 'krakow-lodz-aero-strasse'],
    ["Women's Day", 'womens-day'],
    ['会議', ''],
    ['x'.repeat(80), 'x'.repeat(60)],
  ])('%s → %s', (name, slug) => expect(suggestedSlug(name)).toBe(slug));
});

describe('what is wrong with a conference', () => {
  test('nothing', () => expect(detailFaults(DETAILS)).toEqual([]));
  test('it needs a name, an address and days', () => {
    const empty = { ...DETAILS, name: ' ', slug: '', startsOn: '', endsOn: '' };
    expect(fields(detailFaults(empty))).toEqual(['name', 'slug', 'startsOn', 'endsOn']);
  });
  test('a blank has no place in an address', () =>
    expect(fields(detailFaults({ ...DETAILS, slug: 'the rivers' }))).toEqual(['slug']));
  test('it ends on its first day at the earliest', () => {
    expect(detailFaults({ ...DETAILS, endsOn: '2027-05-30' })).toEqual([]);
    expect(fields(detailFaults({ ...DETAILS, endsOn: '2027-05-29' }))).toEqual(['endsOn']);
  });
  test('an order has 1 to 100 seats', () => {
    for (const seatsPerOrder of ['0', '101', 'x', '']) {
      expect(fields(detailFaults({ ...DETAILS, seatsPerOrder }))).toEqual(['seatsPerOrder']);
    }
  });
  test('its owner needs a name and a whole address', () => {
    expect(fields(ownerFaults({ name: '', email: '' }))).toEqual(['ownerName', 'ownerEmail']);
    expect(fields(ownerFaults({ name: 'Ada', email: 'ada@home' }))).toEqual(['ownerEmail']);
    expect(ownerFaults({ name: 'Ada', email: 'ada@example.org' })).toEqual([]);
  });
});

describe('what is wrong with a seat type', () => {
  test('nothing', () =>
    expect(seatTypeFaults({ name: 'GA', description: '', price: '199', quota: '100' }, 'USD')).toEqual([]));
  test('all of it', () =>
    expect(fields(seatTypeFaults({ name: '', description: '', price: '', quota: '' }, 'USD'))).toEqual([
      'name',
      'price',
      'quota',
    ]));
  test('a quota ends at a million', () => {
    expect(quotaFaults('1,000,000')).toEqual([]);
    expect(fields(quotaFaults('1000001'))).toEqual(['quota']);
  });
});

test('the summary names the field, the field only says what is wrong', () => {
  const said = { field: 'slug', message: 'Taken.', code: 'SLUG_TAKEN' };
  const problem = { code: 'SLUG_TAKEN', message: 'Taken.', errors: [said] };
  expect(messageFor(labelled(problem, { slug: 'Address' }), 'slug')).toBe('Address: Taken.');
  expect(messageFor(problem, 'slug')).toBe('Taken.');
  expect(labelled(undefined, {})).toBeUndefined();
});

test('what we find wrong ourselves names its field already', () => {
  const problem = problemOf([{ field: 'name', message: 'Give the conference a name.' }]);
  expect(messageFor(labelled(problem, { name: 'Name' }), 'name')).toBe('Give the conference a name.');
});

test('a hold time that is not on offer stays to be chosen', () => {
  expect(holdTimes('900').filter((seconds) => seconds === '900')).toHaveLength(1);
  expect(holdTimes('7')[0]).toBe('7');
});

describe('until the first sale', () => {
  const bare = { tagline: '', description: '', location: '', seatTypes: [] };
  test('there has to be something to sell', () => expect(isReady(checklist(bare))).toBe(false));
  test('a seat type is enough', () =>
    expect(isReady(checklist({ ...bare, seatTypes: [{ quota: 1, retired: false }] }))).toBe(true));
  test('a retired or empty one is not', () => {
    const seatTypes = [
      { quota: 5, retired: true },
      { quota: 0, retired: false },
    ];
    expect(isReady(checklist({ ...bare, seatTypes }))).toBe(false);
  });
});
