import { expect, test } from 'vitest';
import { messageFor } from '../src/api/refusal';
import { faults } from '../src/words/person';

const fields = (email: string, firstName: string, lastName: string) =>
  faults({ email, firstName, lastName }).map((error) => error.field);

test('a whole person has no faults', () => expect(fields('jon@example.org', 'Jon', 'Jaffe')).toEqual([]));
test('every missing field is named, in their order', () =>
  expect(fields('', ' ', '')).toEqual(['email', 'firstName', 'lastName']));
test('an e-mail address needs a domain', () => {
  for (const email of ['jon', 'jon@', 'jon@example', 'jon@@example.org', 'j on@example.org', 'jon@example.']) {
    expect(fields(email, 'Jon', 'Jaffe')).toEqual(['email']);
  }
});
test('the server’s message finds its field by the end of the path', () => {
  const problem = {
    code: 'INVALID_INPUT',
    message: '',
    errors: [{ field: 'registrant.lastName', message: 'Enter a last name.' }],
  };
  expect(messageFor(problem, 'lastName')).toBe('Enter a last name.');
  expect(messageFor(problem, 'Name')).toBeUndefined();
});
