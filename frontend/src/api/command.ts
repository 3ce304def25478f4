/** Commands: each carries an id of our own making, so a lost answer is asked for again and the effect still happens once. */
import { ask } from './client';
import { type Document, textOf } from './graphql';
import { newId } from './ids';
import { fault, LOST, type Problem } from './refusal';
import { backOff, pause } from './waiting';

const TRIES = 8; // about half a minute

type Refusals = { __typename: 'Refused' | 'Busy' | 'TooManyTries' };
type Answer<Result> = Exclude<Result[keyof Result], Refusals>;
type Said<Variables> = Omit<Variables, 'commandId'>;

export type Outcome<T> = { ok: true; value: T } | { ok: false; problem: Problem };

type Refusal = Partial<Problem> & { __typename?: string };

/**
 * A function that sends the command and answers what came of it. The same variables after a lost answer go out under the
 * same command id; anything else is a new command. `onWaiting` hears of every retry.
 */
export function command<Result, Variables>(
  document: Document<Result, Variables>,
  onWaiting?: () => void,
): (variables: Said<Variables>) => Promise<Outcome<Answer<Result>>> {
  const carriesId = textOf(document).includes('$commandId');
  let unanswered: { said: string; commandId: string } | undefined;
  return async (variables) => {
    const said = JSON.stringify(variables);
    const commandId = unanswered?.said === said ? unanswered.commandId : newId();
    unanswered = { said, commandId };
    for (let tries = 0; tries < TRIES; tries += 1) {
      const reply = await ask(document, { ...variables, ...(carriesId && { commandId }) } as Variables);
      if (reply.kind === 'fault') {
        unanswered = undefined;
        return { ok: false, problem: fault(reply.reference) };
      }
      if (reply.kind === 'data') {
        const answer = Object.values(reply.data as object)[0] as Refusal;
        const busy = answer.__typename === 'Busy' && tries < TRIES - 1;
        if (!busy) {
          unanswered = undefined;
          return isRefusal(answer)
            ? { ok: false, problem: problemOf(answer) }
            : { ok: true, value: answer as Answer<Result> };
        }
        onWaiting?.();
        await pause((answer.retryAfter ?? 1) * 1000);
      } else {
        onWaiting?.();
        await pause(backOff(tries));
      }
    }
    return { ok: false, problem: LOST };
  };
}

function isRefusal(answer: Refusal): boolean {
  return ['Refused', 'Busy', 'TooManyTries'].includes(answer.__typename ?? '');
}

function problemOf({ code = '', message = '', errors = [], retryAfter }: Refusal): Problem {
  return { code, message, errors, ...(retryAfter !== undefined && { retryAfter }) };
}
