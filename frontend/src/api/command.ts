/** Commands: each carries an id of our own making, so a lost answer is asked for again and the effect still happens once. */
import type { CombinedError } from '@urql/core';
import { client } from './client';
import type { Document } from './graphql';
import { newId } from './ids';
import { fault, LOST, type Problem } from './refusal';
import { backOff, pause } from './waiting';

const TRIES = 8; // about half a minute

type Refusals = { __typename: 'Refused' | 'Busy' | 'TooManyTries' };
type Answer<Result> = Exclude<Result[keyof Result], Refusals>;
type Free<Variables> = Omit<Variables, 'commandId'>;

export type Outcome<T> = { ok: true; value: T } | { ok: false; problem: Problem };

type RefusalShape = {
  __typename?: string;
  code?: string;
  message?: string;
  errors?: Problem['errors'];
  retryAfter?: number;
};

/**
 * A function that sends the command and answers what came of it. The same variables after a lost answer go out under the
 * same command id; anything else is a new command. `onWaiting` hears of every retry.
 */
export function command<Result, Variables>(
  document: Document<Result, Variables>,
  onWaiting?: () => void,
): (variables: Free<Variables>) => Promise<Outcome<Answer<Result>>> {
  let unanswered: { said: string; commandId: string } | undefined;
  return async (variables) => {
    const said = JSON.stringify(variables);
    const commandId = unanswered?.said === said ? unanswered.commandId : newId();
    unanswered = { said, commandId };
    for (let tries = 0; tries < TRIES; tries += 1) {
      const { data, error } = await client.mutation(document, { ...variables, commandId }).toPromise();
      if (data) {
        const answer = Object.values(data)[0] as RefusalShape;
        if (answer.__typename === 'Busy' && tries < TRIES - 1) {
          onWaiting?.();
          await pause((answer.retryAfter ?? 1) * 1000);
          continue;
        }
        unanswered = undefined;
        return isRefusal(answer)
          ? { ok: false, problem: problemOf(answer) }
          : { ok: true, value: answer as Answer<Result> };
      }
      if (error && !isLost(error)) {
        unanswered = undefined;
        return { ok: false, problem: fault(referenceOf(error)) };
      }
      onWaiting?.();
      await pause(backOff(tries));
    }
    return { ok: false, problem: LOST };
  };
}

function isRefusal(answer: RefusalShape): boolean {
  return ['Refused', 'Busy', 'TooManyTries'].includes(answer.__typename ?? '');
}

function problemOf({ code = '', message = '', errors = [], retryAfter }: RefusalShape): Problem {
  return { code, message, errors, ...(retryAfter !== undefined && { retryAfter }) };
}

/** No answer at all, or one from something between us and Plenary (a proxy's 502): worth asking again. */
export function isLost(error: CombinedError): boolean {
  const status = (error.response as Response | undefined)?.status ?? 0;
  return error.networkError !== undefined && (status === 0 || status >= 500);
}

function referenceOf(error: CombinedError): string {
  const reference = error.graphQLErrors[0]?.extensions.reference;
  return typeof reference === 'string' ? `Reference: ${reference}` : '';
}
