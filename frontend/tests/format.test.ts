import { describe, expect, test } from 'vitest';
import { dateRange, decimals, instant, money, plural, price, programmeDate } from '../src/words/format';

describe('money', () => {
  test('whole amounts carry no decimals', () => expect(money({ amount: 24900, currency: 'USD' })).toBe('$249'));
  test('others carry all of theirs', () => expect(money({ amount: 24950, currency: 'USD' })).toBe('$249.50'));
  test('thousands are grouped', () => expect(money({ amount: 119700_00, currency: 'EUR' })).toBe('€119,700'));
  test('a currency without decimals', () => expect(money({ amount: 5000, currency: 'JPY' })).toBe('¥5,000'));
  test('a currency with three', () => expect(money({ amount: 1250, currency: 'KWD' })).toMatch(/KWD\s1\.250/));
  test('nothing to pay', () => {
    expect(price({ amount: 0, currency: 'USD' })).toBe('Free');
    expect(money({ amount: 0, currency: 'USD' })).toBe('$0');
  });
  test('decimals come from the currency', () => expect(['USD', 'JPY', 'KWD'].map(decimals)).toEqual([2, 0, 3]));
});

describe('dates', () => {
  test('one day', () => expect(dateRange('2027-03-09', '2027-03-09')).toBe('9 March 2027'));
  test('within a month', () => expect(dateRange('2027-03-09', '2027-03-11')).toBe('9 – 11 March 2027'));
  test('over a month', () => expect(dateRange('2027-03-30', '2027-04-01')).toBe('30 March – 1 April 2027'));
  test('over a year', () => expect(dateRange('2026-12-31', '2027-01-02')).toBe('31 December 2026 – 2 January 2027'));
  test('as a programme prints them', () => {
    expect(programmeDate('2027-03-09', '2027-03-11')).toEqual({ big: '9–11', rest: 'March 2027' });
    expect(programmeDate('2027-03-30', '2027-04-01')).toEqual({ big: '30 March', rest: 'to 1 April 2027' });
  });
  test('an instant is told in the conference’s time zone', () =>
    expect(instant('2027-03-09T12:05:00Z', 'America/New_York')).toMatch(/^07:05, 9 March/));
});

test('one seat, two seats', () => {
  expect(plural(1, 'seat')).toBe('1 seat');
  expect(plural(1200, 'seat')).toBe('1,200 seats');
});
