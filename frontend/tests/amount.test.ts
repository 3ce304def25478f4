import { describe, expect, test } from 'vitest';
import { minorUnits, typedAmount, wholeNumber } from '../src/words/amount';

describe('an amount as it is typed', () => {
  test.each([
    ['199', 'USD', 19900],
    ['199.5', 'USD', 19950],
    ['199,50', 'EUR', 19950],
    ['0', 'USD', 0],
    [' 1 200 ', 'EUR', 120000],
    ['1,200', 'USD', 120000],
    ['1.200', 'EUR', 120000],
    ['1,234,567.89', 'USD', 123456789],
    ['1.234.567,89', 'EUR', 123456789],
    ['5000', 'JPY', 5000],
    ['15,000', 'JPY', 15000],
    ['1.250', 'KWD', 1250],
    ['0.07', 'USD', 7],
    ['4.35', 'USD', 435],
    ['90071992547409.91', 'USD', 9007199254740991],
  ])('%s in %s is %i', (typed, currency, amount) => expect(minorUnits(typed, currency)).toBe(amount));

  test.each(['', 'free', '-1', '1e3', '.', '1.2.3'])('"%s" is none', (typed) =>
    expect(minorUnits(typed, 'USD')).toBeUndefined(),
  );

  test('a fraction of the smallest unit is refused', () => {
    expect(minorUnits('0.5', 'JPY')).toBeUndefined();
    expect(minorUnits('1.9955', 'USD')).toBeUndefined();
  });
  test('what could not be kept exactly is refused', () =>
    expect(minorUnits('90071992547409.92', 'USD')).toBeUndefined());
  test('misplaced separators are refused', () => expect(minorUnits('1,20,0', 'USD')).toBeUndefined());
});

describe('an amount as one would type it', () => {
  test('without needless decimals', () => expect(typedAmount(19900, 'USD')).toBe('199'));
  test('with all that are needed', () => expect(typedAmount(19950, 'USD')).toBe('199.50'));
  test('less than a whole unit', () => expect(typedAmount(7, 'USD')).toBe('0.07'));
  test('nothing', () => expect(typedAmount(0, 'USD')).toBe('0'));
  test('a currency without decimals', () => expect(typedAmount(5000, 'JPY')).toBe('5000'));
  test('there and back', () => {
    for (const amount of [0, 1, 99, 100, 12345, 9007199254740991]) {
      expect(minorUnits(typedAmount(amount, 'EUR'), 'EUR')).toBe(amount);
    }
  });
});

describe('a whole number', () => {
  test('with or without grouping', () => {
    expect(wholeNumber('200')).toBe(200);
    expect(wholeNumber('100,000')).toBe(100000);
  });
  test('nothing else', () => {
    for (const typed of ['', '-1', '1.5', '2e3', 'many']) expect(wholeNumber(typed)).toBeUndefined();
  });
});
