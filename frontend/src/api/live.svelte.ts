/** Questions that answer themselves again: `read` asks once and on demand, `live` hears every change. Both heal by themselves. */
import { client } from './client';
import { isLost } from './command';
import type { Document } from './graphql';
import { fault, type Problem } from './refusal';
import { backOff, pause } from './waiting';

export type Reading<Result> = {
  readonly data: Result | undefined;
  readonly problem: Problem | undefined;
  /** Asks again; what is there stays until the answer comes. */
  refresh(): void;
};

/** Asks the server whenever `variables` change (undefined: not yet). A lost connection is tried again for as long as the page is there. */
export function read<Result, Variables>(
  document: Document<Result, Variables>,
  variables: () => Variables | undefined,
): Reading<Result> {
  let data = $state.raw<Result>();
  let problem = $state.raw<Problem>();
  let round = $state(0);

  $effect(() => {
    const asked = variables();
    void round;
    if (asked === undefined) return;
    const visit = { over: false };
    void (async () => {
      for (let tries = 0; !visit.over; tries += 1) {
        const answer = await client.query(document, asked as object).toPromise();
        if (visit.over) return;
        if (answer.data) {
          data = answer.data;
          problem = undefined;
          return;
        }
        problem = answer.error && isLost(answer.error) ? { ...fault(''), code: 'LOST' } : fault('');
        if (problem.code !== 'LOST') return;
        await pause(backOff(tries));
      }
    })();
    return () => {
      visit.over = true;
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

export type Live<Result> = {
  readonly data: Result | undefined;
};

/** Watches whenever `variables` change (undefined: not yet). `heard` is called with every push, before `data` changes. */
export function live<Result, Variables>(
  document: Document<Result, Variables>,
  variables: () => Variables | undefined,
  heard?: (result: Result) => void,
): Live<Result> {
  let data = $state.raw<Result>();

  $effect(() => {
    const watched = variables();
    if (watched === undefined) return;
    let stop: (() => void) | undefined;
    let left = false;
    let tries = 0;
    const again = async () => {
      await pause(backOff((tries += 1)));
      if (!left) watch();
    };
    const watch = () => {
      const watching = client.subscription(document, watched as object).subscribe((push) => {
        if (push.data) {
          tries = 0;
          heard?.(push.data);
          data = push.data;
        } else if (push.error) {
          watching.unsubscribe();
          void again();
        }
      });
      stop = () => watching.unsubscribe();
    };
    watch();
    return () => {
      left = true;
      stop?.();
    };
  });

  return {
    get data() {
      return data;
    },
  };
}
