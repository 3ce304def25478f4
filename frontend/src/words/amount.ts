/** Amounts as people type them, and back: exact, without a float in between. */
import { decimals } from './format';

/**
 * What was typed, in minor units: "199", "199.50", "1,200" or "1.200,50" with a currency of two decimals.
 * Undefined when it is no amount of that currency, or one too large to be kept exactly.
 */
export function minorUnits(typed: string, currency: string): number | undefined {
  const places = decimals(currency);
  const text = typed.replace(/[\s'’]/g, '');
  const fraction = places > 0 ? String.raw`(?:[.,](?<fraction>\d{1,${places}}))?` : '';
  const plain = new RegExp(String.raw`^(?<whole>\d+)${fraction}$`);
  const grouped = new RegExp(String.raw`^(?<whole>\d{1,3}(?:,\d{3})+|\d{1,3}(?:\.\d{3})+)${fraction}$`);
  const parts = (plain.exec(text) ?? grouped.exec(text))?.groups;
  if (!parts) return undefined;
  const digits = (parts.whole ?? '').replace(/[.,]/g, '') + (parts.fraction ?? '').padEnd(places, '0');
  const amount = Number(digits);
  return Number.isSafeInteger(amount) ? amount : undefined;
}

/** Minor units as one would type them: 19900 USD → "199", 19950 USD → "199.50", 5000 JPY → "5000". */
export function typedAmount(amount: number, currency: string): string {
  const places = decimals(currency);
  const digits = String(amount).padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  const fraction = digits.slice(digits.length - places);
  return /^0*$/.test(fraction) ? whole : `${whole}.${fraction}`;
}

/** A whole number as typed, or undefined when it is none. */
export function wholeNumber(typed: string): number | undefined {
  const text = typed.replace(/[\s,'’]/g, '');
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
