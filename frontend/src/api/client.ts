/** The one way to the server: POST /graphql for questions and commands, one socket for everything that is live. */
import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { createClient } from 'graphql-ws';
import { connection } from './connection.svelte';
import { backOff, pause } from './waiting';

const REQUEST_TIMEOUT = 15_000; // the server answers within 5 s, or says that it is still deciding
const PONG_TIMEOUT = 5_000;

let silence: ReturnType<typeof setTimeout> | undefined;

const socket = createClient({
  url: () => `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`,
  lazyCloseTimeout: 3_000,
  keepAlive: 10_000,
  retryAttempts: Infinity,
  shouldRetry: () => true,
  retryWait: (tries) => pause(backOff(tries)),
  on: {
    connecting: () => connection.opening(),
    connected: () => connection.opened(),
    closed: (event) => {
      clearTimeout(silence);
      connection.closed((event as CloseEvent).code === 1000);
    },
    ping: (received) => {
      if (!received) silence = setTimeout(() => socket.terminate(), PONG_TIMEOUT);
    },
    pong: (received) => {
      if (received) clearTimeout(silence);
    },
  },
});

/** A session that may see more (or less) than before is told to the socket by connecting anew; what is watched goes on. */
export function reconnect(): void {
  if (connection.state !== 'idle') socket.terminate();
}

addEventListener('offline', reconnect);

export const client = new Client({
  url: '/graphql',
  preferGetMethod: false,
  fetchOptions: { credentials: 'same-origin' },
  fetch: (input, init) => {
    const timeout = AbortSignal.timeout(REQUEST_TIMEOUT);
    return fetch(input, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, timeout]) : timeout });
  },
  exchanges: [
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: ({ query, variables }) => ({
        subscribe: (sink) => ({
          unsubscribe: socket.subscribe(
            { query: query ?? '', ...(variables && { variables }) },
            {
              next: (result) => sink.next(result as Parameters<typeof sink.next>[0]),
              error: (fault) => sink.error(fault),
              complete: () => sink.complete(),
            },
          ),
        }),
      }),
    }),
  ],
});
