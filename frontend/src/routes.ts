/** Every page there is. The buyer's come with the entry; the others are fetched when first visited. */
import type { Component } from 'svelte';
import Catalogue from './pages/Catalogue.svelte';
import Conference from './pages/Conference.svelte';
import NotFound from './pages/NotFound.svelte';
import Order from './pages/Order.svelte';
import { match, type Params } from './router.svelte';

export type Page = Component<{ params: Params }>;

/** A page that has no use for the path's parameters. */
const plain = (page: Component): Page => page;

type Route = { path: string; page?: Page; load?: () => Promise<{ default: Page | Component }> };

const ROUTES: Route[] = [
  { path: '/', page: plain(Catalogue) },
  { path: '/c/:slug', page: Conference },
  { path: '/o/:orderId', page: Order },
  { path: '/s/:orderId/:position', load: () => import('./pages/Seat.svelte') },
  { path: '/t/:orderId/:position', load: () => import('./pages/Transfer.svelte') },
  { path: '/find', load: () => import('./pages/FindOrder.svelte') },
  { path: '/organize/*', load: () => import('./pages/organize/Organize.svelte') },
  { path: '/watch/*', load: () => import('./pages/watch/Watch.svelte') },
  { path: '/mailbox/*', load: () => import('./pages/mailbox/Mailbox.svelte') },
];

export type Found = { key: string; params: Params; page: Page | Promise<Page> };

export function isKnown(path: string): boolean {
  return ROUTES.some((route) => match(route.path, path));
}

/** The page for a path. `key` changes when another page, or the same one for something else, is meant. */
export function find(path: string): Found {
  for (const { path: pattern, page, load } of ROUTES) {
    const params = match(pattern, path);
    if (!params) continue;
    if (page) return { key: path, params, page };
    if (load) return { key: pattern, params, page: load().then((module) => module.default as Page) };
  }
  return { key: path, params: {}, page: plain(NotFound) };
}
