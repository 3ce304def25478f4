/** The one way to the server: POST /graphql for questions and commands, one socket for everything that is live. */
import { createClient } from 'graphql-ws';
import { connection } from './connection.svelte';
import { type Document, textOf } from './graphql';
import { backOff, pause } from './waiting';

const REQUEST_TIMEOUT = 15_000; // the server answers within 5 s, or says that it is still deciding
const PONG_TIMEOUT = 5_000;

/** `lost`: no answer, or one from something between us and Plenary. `fault`: Plenary failed, and says under which reference. */
export type Reply<Result> =
  { kind: 'data'; data: Result } | { kind: 'lost' } | { kind: 'fault'; reference: string | undefined };

type Body<Result> = { data?: Result | null; errors?: { extensions?: { reference?: string } }[] };

/** Asks once. Never throws: what can go wrong is in the reply. */
export async function ask<Result, Variables>(
  document: Document<Result, Variables>,
  variables: Variables,
): Promise<Reply<Result>> {
  try {
    const response = await fetch('/graphql', {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json, application/json' },
      body: JSON.stringify({ query: textOf(document), variables }),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT),
    });
    if (response.status >= 500 || response.status === 429) return { kind: 'lost' };
    const { data, errors } = (await response.json()) as Body<Result>;
    const nothing = !data || Object.values(data).every((value) => value === null);
    if (nothing && errors) return { kind: 'fault', reference: errors[0]?.extensions?.reference };
    return data ? { kind: 'data', data } : { kind: 'fault', reference: undefined };
  } catch {
    return { kind: 'lost' };
  }
}

let silence: ReturnType<typeof setTimeout> | undefined;
let onPurpose = false;

const socket = createClient({
  url: () => `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`,
  lazyCloseTimeout: 3_000,
  keepAlive: 10_000,
  retryAttempts: Infinity,
  shouldRetry: () => true,
  retryWait: (tries) => (onPurpose ? Promise.resolve() : pause(backOff(tries))),
  on: {
    connecting: () => connection.opening(),
    connected: () => {
      onPurpose = false;
      connection.opened();
    },
    closed: (event) => {
      clearTimeout(silence);
      if (onPurpose) connection.renewing();
      else connection.closed((event as CloseEvent).code === 1000);
    },
    ping: (received) => {
      if (!received) silence = setTimeout(() => socket.terminate(), PONG_TIMEOUT);
    },
    pong: (received) => {
      if (received) clearTimeout(silence);
    },
  },
});

addEventListener('offline', () => socket.terminate());

/** A session that may see more (or less) than before is told to the socket by connecting anew; what is watched goes on. */
export function reconnect(): void {
  if (connection.state !== 'live') return;
  onPurpose = true;
  socket.terminate();
}

/** Hears every push until the returned function is called; a lost connection, a refusal or an end is tried again. */
export function watch<Result, Variables>(
  document: Document<Result, Variables>,
  variables: Variables,
  heard: (result: Result) => void,
): () => void {
  let over = false;
  let stop: (() => void) | undefined;
  let tries = 0;
  const again = async () => {
    tries += 1;
    await pause(backOff(tries));
    if (!over) begin();
  };
  const begin = () => {
    stop = socket.subscribe<Result>(
      { query: textOf(document), variables: variables as Record<string, unknown> },
      {
        next: ({ data }) => {
          if (!data) return;
          tries = 0;
          heard(data);
        },
        error: () => void again(),
        complete: () => !over && void again(),
      },
    );
  };
  begin();
  return () => {
    over = true;
    stop?.();
  };
}
