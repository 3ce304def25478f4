/** Times as a conference's clocks show them: "2027-03-01T09:00" in its zone ↔ an instant. */

/** What a clock in the zone shows at an instant, as a field for date and time has it. */
export function shownIn(timeZone: string, iso: string | null): string {
  if (iso === null) return '';
  return new Date(Date.parse(iso) + offset(timeZone, Date.parse(iso))).toISOString().slice(0, 16);
}

/**
 * The instant at which a clock in the zone shows this; undefined for what is no time. Of an hour that comes twice the
 * first one is meant, and one that is left out is the hour after.
 */
export function instantIn(timeZone: string, shown: string): string | undefined {
  const wall = Date.parse(`${shown}Z`);
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(shown) || Number.isNaN(wall)) return undefined;
  const offsets = [wall - DAY, wall + DAY].map((at) => offset(timeZone, at));
  const fits = offsets.map((each) => wall - each).filter((at) => at + offset(timeZone, at) === wall);
  return new Date(fits.length > 0 ? Math.min(...fits) : wall - (offsets[0] ?? 0)).toISOString();
}

const DAY = 86_400_000;

/** How far the zone's clocks are before UTC at an instant, in milliseconds. */
function offset(timeZone: string, at: number): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  }).formatToParts(at);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
  const shown = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return shown - Math.floor(at / 1000) * 1000;
}
