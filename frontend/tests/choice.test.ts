import { describe, expect, test } from 'vitest';
import { items, ontoSeatTypes, reckon, shortage, within, type Choosable } from '../src/words/choice';

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
