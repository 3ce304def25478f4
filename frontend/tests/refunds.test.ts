import { describe, expect, it } from 'vitest';
import type { OrderRow } from '../src/pages/organize/order';
import { duesOf, whyBack, whyDue, type Refund } from '../src/pages/organize/refunds';

const REFUND: Refund = {
  paymentId: '6f1d',
  number: 0,
  amount: { amount: 19900, currency: 'USD' },
  reason: 'order expired',
  method: 'TRANSFER',
  state: 'REQUESTED',
  since: '2030-05-01T12:00:00Z',
  why: null,
  due: true,
};

describe('refunds that are due', () => {
  it('are those of an order that somebody has to see to', () => {
    const order = { refunds: [REFUND, { ...REFUND, number: 1, due: false }] } as OrderRow;
    expect(duesOf(order)).toEqual([{ order, refund: REFUND }]);
  });

  it('say why money goes back, in the words of who asked for it where they are new', () => {
    expect(whyBack(REFUND)).toBe('Paid too late');
    expect(whyBack({ ...REFUND, reason: 'one seat less' })).toBe('one seat less');
  });

  it('say why it does not go back by itself', () => {
    expect(whyDue(REFUND)).toBe('Paid by bank transfer: it goes back by hand');
    const failed: Refund = { ...REFUND, method: 'STRIPE', state: 'FAILED' };
    expect(whyDue(failed)).toBe('The gateway could not pay it back');
    expect(whyDue({ ...failed, why: 'account closed' })).toBe('The gateway could not pay it back: account closed');
  });
});
