/** Money, dates and numbers as people read them. */
export type Amount = { amount: number; currency: string };

const formatters = new Map<string, Intl.NumberFormat>();

function formatter(currency: string, whole: boolean): Intl.NumberFormat {
  const key = `${currency} ${whole}`;
  const known = formatters.get(key);
  if (known) return known;
  const made = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    ...(whole && { minimumFractionDigits: 0, maximumFractionDigits: 0 }),
  });
  formatters.set(key, made);
  return made;
}

/** How many decimals the currency has: 2 for USD, 0 for JPY, 3 for KWD. */
export function decimals(currency: string): number {
  return formatter(currency, false).resolvedOptions().maximumFractionDigits ?? 2;
}

/** Minor units to text: 24900 USD → "$249", 24950 USD → "$249.50", 5000 JPY → "¥5,000". */
export function money({ amount, currency }: Amount): string {
  const unit = 10 ** decimals(currency);
  return formatter(currency, amount % unit === 0).format(amount / unit);
}

/** As `money`, but nothing to pay says so. */
export function price(amount: Amount): string {
  return amount.amount === 0 ? 'Free' : money(amount);
}

export function count(value: number): string {
  return value.toLocaleString('en');
}

/** 1, "seat" → "1 seat"; 1200, "seat" → "1,200 seats". */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** A calendar date ("2027-03-09") has no time zone of its own: it is read and shown as that day, wherever we are. */
const day = (date: string) => new Date(`${date}T12:00:00Z`);
const inUtc = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', ...options });

/** "9 – 11 March 2027", "30 March – 1 April 2027", "31 December 2026 – 2 January 2027", "9 March 2027". */
export function dateRange(startsOn: string, endsOn: string): string {
  const full = inUtc({ day: 'numeric', month: 'long', year: 'numeric' });
  if (startsOn === endsOn) return full.format(day(startsOn));
  const sameYear = startsOn.slice(0, 4) === endsOn.slice(0, 4);
  const sameMonth = startsOn.slice(0, 7) === endsOn.slice(0, 7);
  const start = inUtc({
    day: 'numeric',
    ...(!sameMonth && { month: 'long' }),
    ...(!sameYear && { year: 'numeric' }),
  }).format(day(startsOn));
  return `${start} – ${full.format(day(endsOn))}`;
}

/** The parts a programme prints big and small: "9–11" and "March 2027", "30 May" and "to 2 June 2027". */
export function programmeDate(startsOn: string, endsOn: string): { big: string; rest: string } {
  const first = day(startsOn).getUTCDate();
  const last = day(endsOn).getUTCDate();
  if (startsOn.slice(0, 7) !== endsOn.slice(0, 7)) {
    const start = inUtc({ day: 'numeric', month: 'long' }).format(day(startsOn));
    return { big: start, rest: `to ${inUtc({ day: 'numeric', month: 'long', year: 'numeric' }).format(day(endsOn))}` };
  }
  const month = inUtc({ month: 'long', year: 'numeric' }).format(day(endsOn));
  return { big: startsOn === endsOn ? String(first) : `${first}–${last}`, rest: month };
}

/** An instant in the conference's own time zone: "14:05, 9 March (CET)", or "14:05, 9 March 2027 (CET)". */
export function instant(iso: string, timeZone: string, withYear = false): string {
  const at = new Date(iso);
  const time = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' }).format(at);
  const date = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    day: 'numeric',
    month: 'long',
    ...(withYear && { year: 'numeric' }),
  }).format(at);
  const zone = new Intl.DateTimeFormat('en-GB', { timeZone, timeZoneName: 'short' })
    .formatToParts(at)
    .find((part) => part.type === 'timeZoneName')?.value;
  return `${time}, ${date} (${zone ?? timeZone})`;
}
