/** Promo codes as their organizer sees them, and everything an organizer can have done to one. */
import { graphql, type ResultOf } from '../../api/graphql';
import { refusal, type FieldError, type Problem } from '../../api/refusal';
import { minorUnits, typedAmount, wholeNumber } from '../../words/amount';
import { money } from '../../words/format';

const codeFields = graphql(`
  fragment CodeFields on PromoCode {
    id
    code
    percent
    amount {
      amount
      currency
    }
    seatTypeIds
    combinesWith
    limit
    used
    ended
  }
`);

export type PromoCode = ResultOf<typeof codeFields>;

export const CODES = graphql(
  `
    query PromoCodes($conference: UUID!, $atLeast: Position) {
      promoCodes(conference: $conference, atLeast: $atLeast) {
        ...CodeFields
      }
    }
  `,
  [codeFields],
);

const codeChanged = graphql(
  `
    fragment CodeChanged on PromoCodeChanged {
      __typename
      promoCode {
        ...CodeFields
      }
    }
  `,
  [codeFields],
);

export const CREATE_CODE = graphql(
  `
    mutation CreatePromoCode($commandId: UUID!, $conferenceId: UUID!, $code: String!, $input: PromoCodeInput!) {
      createPromoCode(commandId: $commandId, conferenceId: $conferenceId, code: $code, input: $input) {
        ...CodeChanged
        ...Refusal
      }
    }
  `,
  [codeChanged, refusal],
);

export const CHANGE_CODE = graphql(
  `
    mutation ChangePromoCode($commandId: UUID!, $conferenceId: UUID!, $code: String!, $input: PromoCodeInput!) {
      changePromoCode(commandId: $commandId, conferenceId: $conferenceId, code: $code, input: $input) {
        ...CodeChanged
        ...Refusal
      }
    }
  `,
  [codeChanged, refusal],
);

export const END_CODE = graphql(
  `
    mutation EndPromoCode($commandId: UUID!, $conferenceId: UUID!, $code: String!) {
      endPromoCode(commandId: $commandId, conferenceId: $conferenceId, code: $code) {
        ...CodeChanged
        ...Refusal
      }
    }
  `,
  [codeChanged, refusal],
);

export const LINES = graphql(`
  subscription Waitlists($conference: UUID!) {
    seatAvailability(conference: $conference) {
      position
      seats {
        seatTypeId
        name
        available
        waiting
        retired
      }
    }
  }
`);

export type Line = ResultOf<typeof LINES>['seatAvailability']['seats'][number];

/** A code as it is typed. `scope`: ids of seat types, none for all. */
export type CodeDraft = {
  code: string;
  kind: string;
  value: string;
  scope: string[];
  combines: string;
  limit: string;
};

export const NEW_CODE: CodeDraft = { code: '', kind: 'percent', value: '', scope: [], combines: '', limit: '' };

export function typedCode({ code, percent, amount, seatTypeIds, combinesWith, limit }: PromoCode): CodeDraft {
  return {
    code,
    kind: percent === null ? 'amount' : 'percent',
    value: amount ? typedAmount(amount.amount, amount.currency) : String(percent ?? ''),
    scope: [...seatTypeIds],
    combines: combinesWith.join(', '),
    limit: limit === null ? '' : String(limit),
  };
}

/** In the order of the fields on the screen; empty when all is well. The server has the last word. */
export function codeFaults(typed: CodeDraft, currency: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!/^[\w.-]{3,40}$/.test(typed.code.trim())) {
    errors.push({ field: 'code', message: 'Use 3 to 40 letters, digits, dots, dashes and underscores.' });
  }
  const percent = wholeNumber(typed.value);
  if (typed.kind === 'percent' && (percent === undefined || percent < 1 || percent > 100)) {
    errors.push({ field: 'value', message: 'Enter a percentage from 1 to 100.' });
  }
  if (typed.kind === 'amount' && !minorUnits(typed.value, currency)) {
    errors.push({ field: 'value', message: `Enter an amount in ${currency}, like 20.` });
  }
  if (typed.limit.trim() && !wholeNumber(typed.limit)) {
    errors.push({ field: 'limit', message: 'Enter a whole number, or nothing for any number of orders.' });
  }
  return errors;
}

export function codeInput(typed: CodeDraft, currency: string) {
  return {
    percent: typed.kind === 'percent' ? (wholeNumber(typed.value) ?? null) : null,
    amount: typed.kind === 'amount' ? (minorUnits(typed.value, currency) ?? null) : null,
    seatTypeIds: typed.scope,
    combinesWith: typed.combines.split(/[\s,;]+/).filter(Boolean),
    limit: typed.limit.trim() ? (wholeNumber(typed.limit) ?? null) : null,
  };
}

/** The server's fields, by the names of those on the screen. */
export function ontoFields(problem: Problem): Problem {
  const names: Record<string, string> = { percent: 'value', amount: 'value', combinesWith: 'combines' };
  const errors = problem.errors.map((error) => {
    const field = error.field.replace(/^input\./, '').split('.')[0] ?? '';
    return { ...error, field: names[field] ?? field };
  });
  return { ...problem, errors };
}

/** "10 % off", "$20 off an order". */
export function worth({ percent, amount }: PromoCode): string {
  return amount ? `${money(amount)} off an order` : `${percent ?? 0} % off`;
}
