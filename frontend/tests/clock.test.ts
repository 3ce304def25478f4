import { describe, expect, test } from 'vitest';
import { better, countdownText, secondsLeft, spokenTime, warning } from '../src/api/clock';

describe('the server’s clock', () => {
  test('the first sample is believed', () =>
    expect(better(undefined, { server: 5, local: 1 })).toEqual({ server: 5, local: 1 }));
  test('a sample that travelled less replaces one that travelled more', () =>
    expect(better({ server: 1000, local: 100 }, { server: 2050, local: 1100 }).server).toBe(2050));
  test('a late sample does not', () =>
    expect(better({ server: 1000, local: 100 }, { server: 1900, local: 1100 }).server).toBe(1000));
  test('an old sample gives way', () =>
    expect(better({ server: 1000, local: 100 }, { server: 400_900, local: 400_100 }).server).toBe(400_900));
});

describe('the countdown', () => {
  const payBy = '2027-03-09T12:00:00Z';
  const noon = Date.parse(payBy);
  test('rounds to the nearest second and ends at zero', () => {
    expect(secondsLeft(payBy, noon - 900_000)).toBe(900);
    expect(secondsLeft(payBy, noon - 500)).toBe(1);
    expect(secondsLeft(payBy, noon - 1400)).toBe(1);
    expect(secondsLeft(payBy, noon + 5000)).toBe(0);
  });
  test('reads as minutes and seconds', () =>
    expect([754, 45, 7384, 0, 432_000].map(countdownText)).toEqual(['12:34', '0:45', '2:03:04', '0:00', '5 days']));
  test('warns as each mark is passed, and once when several are', () => {
    expect(warning(61, 60)).toBe('1 minute left to pay for your seats.');
    expect(warning(31, 30)).toBe('30 seconds left to pay for your seats.');
    expect(warning(400, 50)).toBe('1 minute left to pay for your seats.');
    expect(warning(59, 58)).toBeUndefined();
    expect(warning(45, 0)).toBeUndefined();
  });
  test('a hold time in words', () =>
    expect([900, 60, 90, 30, 86_400].map(spokenTime)).toEqual([
      '15 minutes',
      '1 minute',
      '90 seconds',
      '30 seconds',
      '1 day',
    ]));
});
