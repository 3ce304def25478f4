import { expect, test } from 'vitest';
import { calendarFile } from '../src/words/calendar';

const summit = {
  name: 'CQRS, the Summit',
  location: 'Amsterdam',
  slug: 'summit',
  startsOn: '2027-03-30',
  endsOn: '2027-03-31',
};
const lines = (conference = summit) =>
  calendarFile(conference, 'https://plenary.example/o/1', new Date('2027-01-01T10:20:30.456Z')).split('\r\n');

test('whole days, the end being the day after the last', () => {
  expect(lines()).toContain('DTSTART;VALUE=DATE:20270330');
  expect(lines()).toContain('DTEND;VALUE=DATE:20270401');
  expect(lines()).toContain('DTSTAMP:20270101T102030Z');
});
test('commas are escaped', () => expect(lines()).toContain('SUMMARY:CQRS\\, the Summit'));
test('no line is longer than 75 octets', () => {
  for (const line of lines({ ...summit, name: 'ż'.repeat(200) })) {
    expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(75);
  }
});
