/** The currencies one can sell in, and the time zones a conference can be in, as choices. */
export type Choice = { value: string; label: string };

// The active codes of ISO 4217, without metals, funds and testing codes.
const CODES = `
  AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP
  CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR
  IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU
  MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG
  SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV
  WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG`;

export function currencies(): Choice[] {
  const names = new Intl.DisplayNames('en', { type: 'currency', fallback: 'code' });
  return CODES.trim()
    .split(/\s+/)
    .map((code) => {
      const name = names.of(code);
      return { value: code, label: name && name !== code ? `${code} – ${name}` : code };
    });
}

/** By city, as one looks for them: "Buenos Aires (America, Argentina)". `also`: one that must be among them. */
export function timeZones(also: string): Choice[] {
  const zones = new Set(['UTC', also, ...Intl.supportedValuesOf('timeZone')].filter(Boolean));
  return Array.from(zones, (value) => {
    const parts = value.replaceAll('_', ' ').split('/');
    const city = parts.pop() ?? value;
    return { value, label: parts.length > 0 ? `${city} (${parts.join(', ')})` : city };
  }).sort((a, b) => a.label.localeCompare(b.label, 'en'));
}

export function ownTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}
