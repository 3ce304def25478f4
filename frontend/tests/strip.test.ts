import { describe, expect, test } from 'vitest';
import { places, placesWithin, strip } from '../src/words/strip';

describe('the seat strip', () => {
  test('one mark a seat: sold, then held, then free', () => {
    const { seatsPerMark, marks } = strip({ quota: 5, sold: 2, held: 1 }, 100);
    expect(seatsPerMark).toBe(1);
    expect(marks).toEqual([
      { sold: 1, held: 0 },
      { sold: 1, held: 0 },
      { sold: 0, held: 1 },
      { sold: 0, held: 0 },
      { sold: 0, held: 0 },
    ]);
  });
  test('blocks of a round number when there are too many', () => {
    expect(strip({ quota: 300, sold: 0, held: 0 }, 300).seatsPerMark).toBe(1);
    expect(strip({ quota: 301, sold: 0, held: 0 }, 300).seatsPerMark).toBe(2);
    expect(strip({ quota: 100_000, sold: 0, held: 0 }, 300).seatsPerMark).toBe(500);
  });
  test('a block may be partly sold and partly held', () =>
    expect(strip({ quota: 20, sold: 3, held: 4 }, 2).marks).toEqual([
      { sold: 0.3, held: 0.4 },
      { sold: 0, held: 0 },
    ]));
  test('the last block holds what is left', () =>
    expect(strip({ quota: 12, sold: 11, held: 0 }, 2).marks).toEqual([
      { sold: 1, held: 0 },
      { sold: 0.5, held: 0 },
    ]));
  test('a quota lowered below what is sold still shows every sold seat', () =>
    expect(strip({ quota: 5, sold: 8, held: 0 }, 100).marks).toHaveLength(8));
  test('no seats, no marks', () => expect(strip({ quota: 0, sold: 0, held: 0 }, 100).marks).toEqual([]));
});

describe('where the marks stand', () => {
  test('one row while they fit', () => expect(places(10, 200, 10, 4)).toMatchObject({ rows: 1, width: 136 }));
  test('filled column by column, with an aisle after ten', () => {
    const place = places(100, 400, 10, 4);
    expect(place.rows).toBe(4);
    expect([place.x(0), place.x(3), place.x(4), place.row(4), place.row(7)]).toEqual([0, 0, 14, 0, 3]);
    expect(place.x(40) - place.x(39)).toBe(22);
  });
  test('never wider than the room there is', () => {
    for (const room of [60, 139, 350, 777]) expect(places(300, room, 10, 4).width).toBeLessThanOrEqual(room);
  });
});

describe('a strip in a box', () => {
  const size = { mark: 16, height: 22, gap: 6 };
  test('fills it as far as it can', () => {
    const place = placesWithin(24, { width: 800, height: 200 }, size);
    expect(place.rows).toBeGreaterThan(1);
    expect(place.scale).toBeGreaterThan(1.5);
  });
  test('never grows out of it', () => {
    for (const [marks, width, height] of [
      [1, 300, 20],
      [300, 880, 150],
      [57, 100, 600],
    ] as const) {
      const { rows, scale, width: wide } = placesWithin(marks, { width, height }, size);
      expect(wide * scale).toBeLessThanOrEqual(width + 0.01);
      expect((rows * 28 - 6) * scale).toBeLessThanOrEqual(height + 0.01);
    }
  });
});
