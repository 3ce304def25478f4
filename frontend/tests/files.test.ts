import { expect, test } from 'vitest';
import { fileOf } from '../src/words/files';

test('a file has what was chosen, and nothing of what was not', () => {
  expect(fileOf('1', 'orders', { search: '', states: [], seatType: null })).toBe('/export/1/orders.csv');
  expect(fileOf('1', 'orders', { search: 'a&b c', states: ['HELD', 'PLACED'] })).toBe(
    '/export/1/orders.csv?search=a%26b+c&states=HELD&states=PLACED',
  );
});
