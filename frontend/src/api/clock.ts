/** The server's clock, as seen from here: right whatever this computer's own clock says. */
export type Sample = { server: number; local: number };

const WORTH = 5 * 60_000;

/**
 * The better of two samples. A sample is late by the time it travelled, so the one that puts the server furthest ahead
 * travelled least; an old one gives way, for clocks drift.
 */
export function better(known: Sample | undefined, heard: Sample): Sample {
  if (!known || heard.local - known.local > WORTH) return heard;
  return heard.server - heard.local >= known.server - known.local ? heard : known;
}

let sample: Sample | undefined;

/** Learns from an answer that carries the server's time (ISO). `performance.now` cannot be set wrong, unlike `Date`. */
export function learnServerTime(serverTime: string): void {
  sample = better(sample, { server: Date.parse(serverTime), local: performance.now() });
}

/** Now on the server, in milliseconds since 1970; this computer's clock until something was heard. */
export function serverNow(): number {
  return sample ? sample.server + performance.now() - sample.local : Date.now();
}

/** Whole seconds left, to the nearest, never below 0: rounded up, what is shown would be late by more than a second. */
export function secondsLeft(payBy: string, now: number): number {
  return Math.max(0, Math.round((Date.parse(payBy) - now) / 1000));
}

/** 754 → "12:34", 45 → "0:45", 7384 → "2:03:04". */
export function countdownText(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  if (hours >= 48) return `${Math.round(hours / 24)} days`;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

const WARNINGS = [300, 120, 60, 30];

/** The warning to say when the countdown went from one number of seconds to the next, if any. */
export function warning(before: number, after: number): string | undefined {
  const passed = WARNINGS.filter((mark) => before > mark && after <= mark && after > 0).at(-1);
  return passed === undefined ? undefined : `${spokenTime(passed)} left to pay for your seats.`;
}

/** 900 → "15 minutes", 60 → "1 minute", 90 → "90 seconds", 86400 → "1 day". */
export function spokenTime(seconds: number): string {
  for (const [size, word] of [
    [86_400, 'day'],
    [3600, 'hour'],
    [60, 'minute'],
  ] as const) {
    if (seconds >= size && seconds % size === 0) return plural(seconds / size, word);
  }
  return plural(seconds, 'second');
}

const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;
