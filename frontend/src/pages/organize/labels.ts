/** What the organizer's fields are called, for the list of errors above a form. */
import type { Problem } from '../../api/refusal';
import { labelled } from '../../words/conference';

const LABELS: Record<string, string> = {
  ownerName: 'Your name',
  ownerEmail: 'Your e-mail',
  name: 'Name',
  slug: 'Address',
  tagline: 'Tagline',
  description: 'Description',
  startsOn: 'First day',
  endsOn: 'Last day',
  location: 'Location',
  timeZone: 'Time zone',
  currency: 'Currency',
  holdSeconds: 'Hold time',
  seatsPerOrder: 'Seats per order',
  cancelDays: 'Days to cancel',
  cancelFeePercent: 'Kept when cancelling',
  transferDays: 'Days for a transfer',
  transferDetails: 'Transfer to',
  price: 'Price',
  quota: 'Quota',
  least: 'At least',
  most: 'At most',
  saleFrom: 'On sale from',
  saleUntil: 'On sale until',
};

/** "Please fill this in." says nothing away from its field: the summary puts the field's label before it. */
export const summaryOf = (problem: Problem | undefined) => labelled(problem, LABELS);
