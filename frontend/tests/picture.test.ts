import { describe, expect, test } from 'vitest';
import { bars, columns, moments, place, scale, span } from '../src/words/picture';

const [FIRST, LAST] = ['2027-03-01T08:00:00Z', '2027-03-01T20:00:00Z'];
const HOURS = [FIRST, LAST];

test('a picture reaches from the first point to the end of the last', () => {
  const over = span(HOURS, 'HOUR');
  expect(over).toEqual({ from: Date.parse(FIRST), to: Date.parse('2027-03-01T21:00:00Z'), step: 3_600_000 });
  expect(place(over, over.to, 130)).toBe(130);
});

test('one point is no wall', () => {
  const over = span(['2027-03-01T08:00:00Z'], 'MINUTE');
  expect(over.to - over.from).toBe(12 * 60_000);
});

test.each([
  [0, 1, [0, 1]],
  [3, 3, [0, 1, 2, 3]],
  [37, 40, [0, 10, 20, 30, 40]],
  [401, 600, [0, 200, 400, 600]],
])('%i is drawn below %i', (most, top, lines) => expect(scale(most)).toEqual({ top, lines }));

describe('bars', () => {
  const over = span(HOURS, 'HOUR');
  const room = { width: 130, height: 100 };
  test('are as high as their numbers, and never out of the picture', () => {
    const drawn = bars(
      [
        { at: FIRST, value: 20 },
        { at: LAST, value: 40 },
      ],
      over,
      room,
    );
    expect(drawn.map(({ height }) => height)).toEqual([50, 100]);
    expect(drawn.every(({ x, width }) => x >= 0 && x + width <= room.width)).toBe(true);
  });
  test('of nothing are not drawn, of little can be seen', () => {
    const drawn = bars(
      [
        { at: FIRST, value: 0 },
        { at: LAST, value: 1 },
      ],
      over,
      { width: 5, height: 100 },
    );
    expect(drawn).toHaveLength(1);
    expect(drawn[0]?.width).toBe(2);
  });
});

test('each column has the seats as they were at its end', () => {
  const over = { from: 0, to: 100, step: 10 };
  const levels = (sold: number) => ({ quota: 10, held: 0, sold });
  const at = (moment: number) => new Date(moment).toISOString();
  const points = [
    { at: at(30), levels: levels(1) },
    { at: at(35), levels: levels(2) },
    { at: at(90), levels: levels(9) },
  ];
  expect(columns(points, over, 5).map((column) => column?.sold)).toEqual([undefined, 2, 2, 2, 9]);
});

test('moments stand evenly apart', () => expect(moments({ from: 0, to: 100, step: 1 }, 2)).toEqual([25, 75]));
