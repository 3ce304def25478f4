import { describe, expect, test } from 'vitest';
import { messageFor } from '../src/api/refusal';
import { checklist, isReady } from '../src/words/checklist';
import {
  cloneFaults,
  detailFaults,
  holdTimes,
  labelled,
  nextSlug,
  nextYear,
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
  cancelDays: '',
  cancelFeePercent: '0',
  transferDays: '',
  transferDetails: '',
};
const UNLIMITED = { least: '', most: '', saleFrom: '', saleUntil: '' };
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
    expect(seatTypeFaults({ name: 'GA', description: '', price: '199', quota: '100', ...UNLIMITED }, 'USD')).toEqual(
      [],
    ));
  test('all of it', () =>
    expect(fields(seatTypeFaults({ name: '', description: '', price: '', quota: '', ...UNLIMITED }, 'USD'))).toEqual([
      'name',
      'price',
      'quota',
    ]));
  test.each([
    [{ least: '0' }, ['least']],
    [{ least: '3', most: '2' }, ['most']],
    [{ most: '101' }, ['most']],
    [{ least: '2', most: '4' }, []],
    [{ saleFrom: '2027-03-01T09:00', saleUntil: '2027-03-01T09:00' }, ['saleUntil']],
    [{ saleFrom: '2027-03-01T09:00', saleUntil: '2027-03-01T09:01' }, []],
  ])('limits %j', (limits, wrong) => {
    const draft = { name: 'GA', description: '', price: '199', quota: '100', ...UNLIMITED, ...limits };
    expect(fields(seatTypeFaults(draft, 'USD'))).toEqual(wrong);
  });
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

describe('what becomes of an order', () => {
  test.each([
    [{ cancelDays: '366' }, ['cancelDays']],
    [{ cancelFeePercent: '101' }, ['cancelFeePercent']],
    [{ transferDays: '0', transferDetails: 'IBAN' }, ['transferDays']],
    [{ transferDays: '14' }, ['transferDetails']],
    [{ cancelDays: '0', cancelFeePercent: '', transferDays: '30', transferDetails: 'IBAN' }, []],
  ])('%j', (said, wrong) => expect(fields(detailFaults({ ...DETAILS, ...said }))).toEqual(wrong));
});

describe('a clone', () => {
  test('begins on the same day of the week a year later', () => {
    expect(nextYear('2027-05-31')).toBe('2028-05-29');
    expect(nextYear('2028-02-29')).toBe('2029-02-27');
  });
  test.each([
    ['rivers-2027', '2027-05-30', '2028-05-28', 'rivers-2028'],
    ['rivers', '2027-05-30', '2028-05-28', 'rivers-2028'],
    ['rivers-2028', '2028-01-01', '2028-12-30', 'rivers-2028-2028'],
    ['x'.repeat(60), '2027-05-30', '2028-05-28', `${'x'.repeat(55)}-2028`],
  ])('%s gets an address of its own', (slug, before, after, next) => expect(nextSlug(slug, before, after)).toBe(next));
  test('needs a day and an address', () =>
    expect(fields(cloneFaults({ slug: 'A', startsOn: '' }))).toEqual(['startsOn', 'slug']));
});

describe('until the first sale', () => {
  const NOW = new Date('2027-03-01T12:00:00Z');
  const bare = { tagline: '', description: '', location: '', endsOn: '2027-06-02', cancelDays: null, seatTypes: [] };
  const type = { quota: 1, retired: false, saleFrom: null, saleUntil: null };
  const says = (name: string, of: Parameters<typeof checklist>[0]) =>
    checklist(of, NOW).find((step) => step.name === name);
  test('there has to be something to sell', () => expect(isReady(checklist(bare, NOW))).toBe(false));
  test('a seat type is enough', () => expect(isReady(checklist({ ...bare, seatTypes: [type] }, NOW))).toBe(true));
  test('a retired or empty one is not, nor one whose sale has ended', () => {
    const seatTypes = [
      { ...type, retired: true },
      { ...type, quota: 0 },
    ];
    expect(isReady(checklist({ ...bare, seatTypes }, NOW))).toBe(false);
    const ended = { ...bare, seatTypes: [{ ...type, saleUntil: '2027-03-01T12:00:00Z' }] };
    expect(says('Seats to sell', ended)).toMatchObject({ done: false, needed: true });
    expect(says('Seats to sell', ended)?.says).toContain('ended');
  });
  test('what is on sale later is said', () => {
    const later = { ...bare, seatTypes: [{ ...type, saleFrom: '2027-04-01T00:00:00Z' }] };
    expect(says('The time of sale', later)).toMatchObject({ done: false, needed: false });
    expect(says('The time of sale', { ...later, seatTypes: [...later.seatTypes, type] })?.done).toBe(true);
    expect(says('The time of sale', { ...bare, seatTypes: [type] })).toBeUndefined();
  });
  test('days that are over are not done', () =>
    expect(says('Name, address and days', { ...bare, endsOn: '2027-02-28' })?.done).toBe(false));
});
