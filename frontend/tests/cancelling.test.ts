import { describe, expect, test } from 'vitest';
import { lastDay, rulesText } from '../src/words/cancelling';

describe('the rules for giving seats up', () => {
  const rules = { cancelDays: 7, cancelFeePercent: 0, startsOn: '2030-03-03' };

  test('end with the day before so many days before the first', () => {
    expect(lastDay(rules)).toBe('2030-02-23');
    expect(lastDay({ ...rules, cancelDays: 0 })).toBe('2030-03-02');
    expect(lastDay({ ...rules, cancelDays: null })).toBeNull();
  });

  test('are said before one buys', () => {
    expect(rulesText(rules)).toBe('Free cancellation until the end of 23 February 2030.');
    expect(rulesText({ ...rules, cancelFeePercent: 10 })).toBe(
      'Cancellation until the end of 23 February 2030, for a fee of 10 % of the price.',
    );
    expect(rulesText({ ...rules, cancelFeePercent: 100 })).toContain('nothing is paid back');
    expect(rulesText({ ...rules, cancelDays: null })).toContain('cannot be cancelled');
  });
});
