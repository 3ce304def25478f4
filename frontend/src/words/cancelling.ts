/** An organizer's rules for giving seats up, in words. The server has the last word. */
export type Rules = { cancelDays: number | null; cancelFeePercent: number; startsOn: string };

/** The last day on which seats can be given up, as a date; null: they cannot. The deadline is that day's end. */
export function lastDay({ cancelDays, startsOn }: Rules): string | null {
  if (cancelDays === null) return null;
  const day = new Date(`${startsOn}T12:00:00Z`);
  day.setUTCDate(day.getUTCDate() - cancelDays - 1);
  return day.toISOString().slice(0, 10);
}

/** What one should know before one buys: until when seats can be given up, and what it costs. */
export function rulesText(rules: Rules): string {
  const last = lastDay(rules);
  if (last === null) return 'Seats cannot be cancelled here once they are booked.';
  const day = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'long', year: 'numeric' });
  const until = `until the end of ${day.format(new Date(`${last}T12:00:00Z`))}`;
  const fee = rules.cancelFeePercent;
  if (fee === 0) return `Free cancellation ${until}.`;
  if (fee === 100) return `Seats can be given up ${until}, but nothing is paid back.`;
  return `Cancellation ${until}, for a fee of ${fee} % of the price.`;
}
