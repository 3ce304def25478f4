/** What a choice of seats comes to, given what is free at this moment. */
import type { FieldError, Problem } from '../api/refusal';
import type { Amount } from './format';

export type Choosable = {
  seatTypeId: string;
  name: string;
  price: Amount;
  available: number;
  /** An order with any of them takes so many. */
  least?: number;
  most?: number | null;
  /** Instants between which it is sold. */
  saleFrom?: string | null;
  saleUntil?: string | null;
};

/** By seat type: how many are wanted (or already held). A field may be empty or hold nonsense. */
export type Quantities = Record<string, number | null | undefined>;

export type Reckoning = { asked: number; obtainable: number; total: number; problem: Problem | undefined };

const wanted = (quantities: Quantities, type: Choosable) => quantities[type.seatTypeId] ?? 0;

/** Whether a type is sold at a moment: not yet, now, or no more. */
export function sale({ saleFrom, saleUntil }: Choosable, now: number): 'before' | 'on' | 'after' {
  if (saleFrom && now < Date.parse(saleFrom)) return 'before';
  return saleUntil && now >= Date.parse(saleUntil) ? 'after' : 'on';
}

/** When that will be different for some of them, if ever. */
export function nextTurn(types: Choosable[], now: number): number | undefined {
  const turns = types
    .flatMap(({ saleFrom, saleUntil }) => [saleFrom, saleUntil])
    .map((at) => (at ? Date.parse(at) : 0));
  const later = turns.filter((at) => at > now);
  return later.length > 0 ? Math.min(...later) : undefined;
}

/** "2 to 4 an order"; nothing where only the order's own limit counts. */
export function limits({ least = 1, most }: Choosable): string | undefined {
  if (most) return least === most ? `${most} an order` : `${least} to ${most} an order`;
  return least > 1 ? `${least} or more an order` : undefined;
}

/** One more or one fewer, past the numbers that no order may have. */
export function stepped({ least = 1, most }: Choosable, quantity: number, by: 1 | -1, cap: number): number {
  const next = quantity + by;
  if (next > 0 && next < least) return by === 1 ? least : 0;
  return Math.min(most ?? cap, cap, Math.max(0, next));
}

/** How many seats of a type this order can have: what is free and what it holds already. */
export function within(type: Choosable, held: Quantities): number {
  return type.available + wanted(held, type);
}

/** `total` counts what can be had now, in minor units; `problem` says why the choice cannot be sent, if it cannot. */
export function reckon(types: Choosable[], chosen: Quantities, cap: number, held: Quantities = {}): Reckoning {
  const errors: FieldError[] = [];
  let asked = 0;
  let obtainable = 0;
  let total = 0;
  for (const type of types) {
    const quantity = wanted(chosen, type);
    if (!Number.isInteger(quantity) || quantity < 0) {
      errors.push({ field: type.seatTypeId, message: `${type.name}: enter a whole number of seats, 0 or more.` });
      continue;
    }
    const bounds = limits(type);
    if (quantity > 0 && bounds && (quantity < (type.least ?? 1) || quantity > (type.most ?? Infinity))) {
      errors.push({ field: type.seatTypeId, message: `${type.name}: ${bounds}.` });
    }
    asked += quantity;
    obtainable += Math.min(quantity, within(type, held));
    total += Math.min(quantity, within(type, held)) * type.price.amount;
  }
  const first = types.find((type) => wanted(chosen, type) > 0) ?? types[0];
  if (errors.length === 0 && first) {
    if (asked === 0) errors.push({ field: first.seatTypeId, message: 'Choose at least one seat.' });
    if (asked > cap) {
      errors.push({ field: first.seatTypeId, message: `One order can have at most ${cap} seats; you chose ${asked}.` });
    }
  }
  const problem = errors.length > 0 ? { code: 'INVALID_INPUT', message: '', errors } : undefined;
  return { asked, obtainable, total, problem };
}

/** What to say beside a seat type that cannot be had as chosen. */
export function shortage(type: Choosable, chosen: Quantities, held: Quantities = {}): string | undefined {
  const most = within(type, held);
  const quantity = wanted(chosen, type);
  if (quantity <= most) return undefined;
  return most === 0 ? 'Sold out, so not in your total.' : `Only ${most} left: your total counts ${most}.`;
}

/** The items a command carries: what is wanted, nothing where nothing is. */
export function items(types: Choosable[], chosen: Quantities): { seatTypeId: string; quantity: number }[] {
  return types
    .map((type) => ({ seatTypeId: type.seatTypeId, quantity: wanted(chosen, type) }))
    .filter((item) => item.quantity > 0);
}

/** The server names an item by its place in the list; the page by its seat type. */
export function ontoSeatTypes(problem: Problem, sent: { seatTypeId: string }[]): Problem {
  const errors = problem.errors.map((error) => {
    const place = Number(/items\.(\d+)/.exec(error.field)?.[1]);
    return { ...error, field: sent[place]?.seatTypeId ?? error.field };
  });
  return { ...problem, errors };
}
