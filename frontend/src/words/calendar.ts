/** A conference as a calendar entry: whole days, as RFC 5545 writes them. */
export type Dates = { name: string; location: string; startsOn: string; endsOn: string; slug: string };

const escaped = (text: string) => text.replace(/[\\;,]/g, '\\$&').replace(/\r?\n/g, '\\n');
const dayOf = (date: string) => date.replaceAll('-', '');

function dayAfter(date: string): string {
  const next = new Date(`${date}T12:00:00Z`);
  next.setUTCDate(next.getUTCDate() + 1);
  return next.toISOString().slice(0, 10);
}

/** Lines of at most 74 octets, going on after a space. */
function folded(line: string): string {
  const lines: string[] = [];
  let part = '';
  for (const letter of line) {
    if (new TextEncoder().encode(part + letter).length > 74) {
      lines.push(part);
      part = ' ';
    }
    part += letter;
  }
  return [...lines, part].join('\r\n');
}

export function calendarFile(conference: Dates, url: string, now = new Date()): string {
  const stamp = `${now.toISOString().replace(/[-:]/g, '').slice(0, 15)}Z`;
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Plenary//EN',
    'BEGIN:VEVENT',
    `UID:${conference.slug}@plenary`,
    `DTSTAMP:${stamp}`,
    `DTSTART;VALUE=DATE:${dayOf(conference.startsOn)}`,
    `DTEND;VALUE=DATE:${dayOf(dayAfter(conference.endsOn))}`,
    `SUMMARY:${escaped(conference.name)}`,
    `LOCATION:${escaped(conference.location)}`,
    `URL:${url}`,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ]
    .map(folded)
    .join('\r\n');
}

/** Has the browser save a conference's dates. The address in the file is one that opens nothing by itself. */
export function saveDates(conference: Dates): void {
  const file = new Blob([calendarFile(conference, `${location.origin}/c/${conference.slug}`)], {
    type: 'text/calendar',
  });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = `${conference.slug}.ics`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
