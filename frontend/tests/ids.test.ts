import { expect, test } from 'vitest';
import { newId } from '../src/api/ids';
import { backOff } from '../src/api/waiting';

test('ids are version 4 and all different', () => {
  const ids = Array.from({ length: 200 }, newId);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(ids).size).toBe(200);
});
test('waits double up to five seconds', () =>
  expect([0, 1, 2, 5, 20].map((tries) => backOff(tries, () => 0.5))).toEqual([250, 500, 1000, 5000, 5000]));
test('and are a little apart', () => {
  expect(backOff(1, () => 0)).toBe(375);
  expect(backOff(1, () => 1)).toBe(625);
});
