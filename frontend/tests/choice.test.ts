import { describe, expect, test } from 'vitest';
import {
  limits,
  nextTurn,
  sale,
  stepped,
  items,
  ontoSeatTypes,
  reckon,
  shortage,
  within,
  type Choosable,
} from '../src/words/choice';

const type = (seatTypeId: string, name: string, amount: number, available: number): Choosable => ({
  seatTypeId,
  name,
  price: { amount, currency: 'USD' },
  available,
});
const GA = type('ga', 'General admission', 199_00, 10);
const WS = type('ws', 'CQRS Workshop', 500_00, 10);
const CP = type('cp', 'Additional cocktail party', 50_00, 10);

describe('a choice of seats', () => {
  test('comes to the sum of its seats', () =>
    expect(reckon([GA, WS, CP], { ga: 1, ws: 1, cp: 1 }, 20)).toEqual({
      asked: 3,
      obtainable: 3,
      total: 749_00,
      problem: undefined,
    }));
  test('what is sold out meanwhile no longer counts, and says so', () => {
    const gone = { ...WS, available: 0 };
    expect(reckon([GA, gone], { ga: 1, ws: 1 }, 20).total).toBe(199_00);
    expect(shortage(gone, { ws: 1 })).toBe('Sold out, so not in your total.');
    expect(shortage(gone, {})).toBeUndefined();
  });
  test('what is short counts as far as it goes', () => {
    const short = { ...GA, available: 2 };
    expect(reckon([short, CP], { ga: 3, cp: 2 }, 20).total).toBe(498_00);
    expect(shortage(short, { ga: 3 })).toBe('Only 2 left: your total counts 2.');
  });
  test('what this order holds already can be kept', () => {
    const gone = { ...WS, available: 0 };
    expect(within(gone, { ws: 2 })).toBe(2);
    expect(shortage(gone, { ws: 2 }, { ws: 2 })).toBeUndefined();
  });
  test('needs at least one seat', () =>
    expect(reckon([GA], { ga: 0 }, 20).problem?.errors).toEqual([
      { field: 'ga', message: 'Choose at least one seat.' },
    ]));
  test('is capped over all seat types together', () =>
    expect(reckon([GA, CP], { ga: 15, cp: 6 }, 20).problem?.errors[0]?.message).toContain('at most 20 seats'));
  test('takes whole numbers only', () =>
    expect(reckon([GA, CP], { ga: 1.5, cp: -1 }, 20).problem?.errors.map((error) => error.field)).toEqual([
      'ga',
      'cp',
    ]));
  test('sends what is wanted, nothing where nothing is', () =>
    expect(items([GA, WS, CP], { ga: 2, ws: null, cp: 0 })).toEqual([{ seatTypeId: 'ga', quantity: 2 }]));
  test('the server’s place in the list becomes the seat type', () =>
    expect(
      ontoSeatTypes({ code: 'INVALID_INPUT', message: '', errors: [{ field: 'items.1.quantity', message: 'No.' }] }, [
        { seatTypeId: 'ga' },
        { seatTypeId: 'cp' },
      ]).errors[0]?.field,
    ).toBe('cp'));
});

describe('limits of a seat type', () => {
  const type = { seatTypeId: 'a', name: 'Table', price: { amount: 100, currency: 'USD' }, available: 20 };
  test('are said', () => {
    expect(limits({ ...type, least: 2, most: 4 })).toBe('2 to 4 an order');
    expect(limits({ ...type, least: 2, most: null })).toBe('2 or more an order');
    expect(limits({ ...type, least: 1, most: null })).toBeUndefined();
  });
  test.each([
    [0, 1, 2],
    [2, 1, 3],
    [4, 1, 4],
    [2, -1, 0],
    [1, 1, 2],
    [0, -1, 0],
  ] as const)('%i and %i is %i', (quantity, by, next) =>
    expect(stepped({ ...type, least: 2, most: 4 }, quantity, by, 20)).toBe(next),
  );
  test('are a problem when they are not kept', () => {
    const message = (quantity: number) =>
      reckon([{ ...type, least: 2, most: 4 }], { a: quantity }, 20).problem?.errors[0]?.message;
    expect([message(1), message(2), message(4), message(5)]).toEqual([
      'Table: 2 to 4 an order.',
      undefined,
      undefined,
      'Table: 2 to 4 an order.',
    ]);
  });
  test('a sale begins and ends', () => {
    const sold = { ...type, saleFrom: '2027-03-01T09:00:00Z', saleUntil: '2027-03-02T09:00:00Z' };
    const [from, until] = [Date.parse(sold.saleFrom), Date.parse(sold.saleUntil)];
    expect([from - 1, from, until - 1, until].map((now) => sale(sold, now))).toEqual(['before', 'on', 'on', 'after']);
    expect([from - 1, from, until].map((now) => nextTurn([type, sold], now))).toEqual([from, until, undefined]);
  });
});
