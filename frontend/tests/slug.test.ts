import { expect, test } from 'vitest';
import { slugOf } from '../src/words/slug';

const KNOWN = [{ slug: 'cqrs-summit', name: 'CQRS Summit' }];

test('a name we know', () => expect(slugOf(' cqrs summit ', KNOWN)).toBe('cqrs-summit'));
test('a short name', () => expect(slugOf('Type-And-Page', KNOWN)).toBe('type-and-page'));
test('a pasted address', () => expect(slugOf('https://plenary.example/c/rivers/?x=1#y', KNOWN)).toBe('rivers'));
test('anything else is sent as it is, for the server to refuse', () =>
  expect(slugOf('Some Conference', KNOWN)).toBe('Some Conference'));
