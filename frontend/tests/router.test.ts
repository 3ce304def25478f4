// @vitest-environment node
import { beforeAll, expect, test, vi } from 'vitest';
import type { match as Match } from '../src/router.svelte';

let match: typeof Match;
beforeAll(async () => {
  vi.stubGlobal('location', { pathname: '/', search: '', hash: '' });
  ({ match } = await import('../src/router.svelte'));
});

test('a path with a parameter', () => expect(match('/c/:slug', '/c/summit')).toEqual({ slug: 'summit' }));
test('an encoded parameter', () => expect(match('/c/:slug', '/c/a%20b')).toEqual({ slug: 'a b' }));
test('a broken escape is taken as it is', () => expect(match('/c/:slug', '/c/%zz')).toEqual({ slug: '%zz' }));
test('too short and too long do not match', () => {
  expect(match('/c/:slug', '/c')).toBeUndefined();
  expect(match('/c/:slug', '/c/summit/more')).toBeUndefined();
  expect(match('/', '/c')).toBeUndefined();
});
test('a star takes the rest, also nothing', () => {
  expect(match('/organize/*', '/organize')).toEqual({ rest: '' });
  expect(match('/organize/*', '/organize/c/summit')).toEqual({ rest: 'c/summit' });
  expect(match('/organize/*', '/organizers')).toBeUndefined();
});
test('the root matches itself', () => expect(match('/', '/')).toEqual({}));
