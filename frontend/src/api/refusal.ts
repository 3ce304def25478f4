/** What the server says when it does not do what was asked, whatever was asked. Spread it into every command's document. */
import { graphql } from './graphql';

export const refusal = graphql(`
  fragment Refusal on Refusal {
    __typename
    code
    message
    ... on Refused {
      errors {
        field
        message
        code
      }
    }
    ... on Busy {
      retryAfter
    }
    ... on TooManyTries {
      retryAfter
    }
  }
`);

export type FieldError = { field: string; message: string };

/** Why something was not done. `code` is the server's, or one of ours: LOST (no answer, trying again is safe), FAULT. */
export type Problem = { code: string; message: string; errors: FieldError[]; retryAfter?: number };

export const LOST: Problem = {
  code: 'LOST',
  message: 'We could not reach Plenary. Check your connection and try again: trying again is safe.',
  errors: [],
};

export const fault = (reference?: string): Problem => ({
  code: 'FAULT',
  message: `Something went wrong on our side. Please try again.${reference ? ` Reference: ${reference}` : ''}`,
  errors: [],
});

/** The message for one field; `field` is the last part of the input path ("email") or the whole of it. */
export function messageFor(problem: Problem | undefined, field: string): string | undefined {
  return problem?.errors.find((error) => error.field === field || error.field.endsWith(`.${field}`))?.message;
}
