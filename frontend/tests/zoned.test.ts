import { describe, expect, test } from 'vitest';
import { instantIn, shownIn } from '../src/words/zoned';

describe('a time as the conference’s clocks show it', () => {
  test.each([
    ['Europe/Berlin', '2027-03-01T09:00', '2027-03-01T08:00:00.000Z'],
    ['Europe/Berlin', '2027-07-01T09:00', '2027-07-01T07:00:00.000Z'],
    ['America/New_York', '2027-12-31T23:30', '2028-01-01T04:30:00.000Z'],
    ['Asia/Kolkata', '2027-01-01T00:00', '2026-12-31T18:30:00.000Z'],
    ['UTC', '2027-01-01T00:00', '2027-01-01T00:00:00.000Z'],
  ])('%s %s is %s, and back', (zone, shown, instant) => {
    expect(instantIn(zone, shown)).toBe(instant);
    expect(shownIn(zone, instant)).toBe(shown);
  });
  test('of an hour that comes twice the first one is meant', () =>
    expect(instantIn('Europe/Berlin', '2027-10-31T02:30')).toBe('2027-10-31T00:30:00.000Z'));
  test('an hour that is left out is the one after', () =>
    expect(instantIn('Europe/Berlin', '2027-03-28T02:30')).toBe('2027-03-28T01:30:00.000Z'));
  test('nothing is no time', () => {
    expect(instantIn('UTC', '')).toBeUndefined();
    expect(shownIn('UTC', null)).toBe('');
  });
});
