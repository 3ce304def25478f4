/**
 * Questions that answer themselves again: `read` asks once and on demand, `live` hears every change. Both heal by
 * themselves. Variables that say the same are the same, or what is heard could set off the next question for ever.
 */
import { ask, watch } from './client';
import type { Document } from './graphql';
import { fault, LOST, type Problem } from './refusal';
import { backOff, pause } from './waiting';

export type Reading<Result> = {
  readonly data: Result | undefined;
  readonly problem: Problem | undefined;
  /** Asks again; what is there stays until the answer comes. */
  refresh(): void;
};

/**
 * Asks the server whenever `variables` change (undefined: not yet). A lost connection is tried again for as long as the
 * page is there. `heard` is called with every answer, before `data` changes.
 */
export function read<Result, Variables>(
  document: Document<Result, Variables>,
  variables: () => Variables | undefined,
  heard?: (result: Result) => void,
): Reading<Result> {
  let data = $state.raw<Result>();
  let problem = $state.raw<Problem>();
  let round = $state(0);
  const said = $derived(JSON.stringify(variables()) as string | undefined);

  $effect(() => {
    void round;
    if (said === undefined) return;
    const asked = JSON.parse(said) as Variables;
    let over = false;
    const isOver = () => over; // a call, for the page may go while we wait
    void (async () => {
      for (let tries = 0; !isOver(); tries += 1) {
        const reply = await ask(document, asked);
        if (isOver()) return;
        if (reply.kind === 'lost') {
          problem = LOST;
          await pause(backOff(tries));
          continue;
        }
        problem = reply.kind === 'fault' ? fault(reply.reference) : undefined;
        if (reply.kind === 'data') {
          heard?.(reply.data);
          data = reply.data;
        }
        return;
      }
    })();
    return () => {
      over = true;
    };
  });

  return {
    get data() {
      return data;
    },
    get problem() {
      return problem;
    },
    refresh: () => (round += 1),
  };
}

export type Live<Result> = { readonly data: Result | undefined };

/** Watches whenever `variables` change (undefined: not yet). `heard` is called with every push, before `data` changes. */
export function live<Result, Variables>(
  document: Document<Result, Variables>,
  variables: () => Variables | undefined,
  heard?: (result: Result) => void,
): Live<Result> {
  let data = $state.raw<Result>();
  const said = $derived(JSON.stringify(variables()) as string | undefined);

  $effect(() => {
    if (said === undefined) return;
    return watch(document, JSON.parse(said) as Variables, (result) => {
      heard?.(result);
      data = result;
    });
  });

  return {
    get data() {
      return data;
    },
  };
}
