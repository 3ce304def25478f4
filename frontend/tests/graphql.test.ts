import { expect, test } from 'vitest';
import { textOf } from '../src/api/graphql';

const text = (own: string, fragments: object[] = []) => ({ own, fragments });

test('a document travels with every fragment it needs, once', () => {
  const money = text('fragment Money');
  const line = text('fragment Line', [money]);
  expect(textOf(text('query', [line, money]))).toBe('query\nfragment Line\nfragment Money');
});
