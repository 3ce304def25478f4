/** A person's details as typed, and what is wrong with them. */
import type { FieldError } from '../api/refusal';

export type Person = { email: string; firstName: string; lastName: string };

export const NOBODY: Person = { email: '', firstName: '', lastName: '' };

export function trimmed({ email, firstName, lastName }: Person): Person {
  return { email: email.trim(), firstName: firstName.trim(), lastName: lastName.trim() };
}

/** In the order of the fields on the screen; empty when all is well. The server has the last word. */
export function faults(person: Person): FieldError[] {
  const { email, firstName, lastName } = trimmed(person);
  const errors: FieldError[] = [];
  if (!email) errors.push({ field: 'email', message: 'Enter an e-mail address.' });
  else if (!/^[^\s@]+@[^\s@]+\.[^\s@.]+$/.test(email)) {
    errors.push({ field: 'email', message: 'Enter the whole e-mail address, like name@example.org.' });
  }
  if (!firstName) errors.push({ field: 'firstName', message: 'Enter a first name.' });
  if (!lastName) errors.push({ field: 'lastName', message: 'Enter a last name.' });
  return errors;
}
