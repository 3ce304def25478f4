import { expect, test } from 'vitest';
import { paragraphs, pieces } from '../src/words/links';

test('an address in a text becomes a link, whole, with its secret', () => {
  expect(pieces('Your order:\nhttp://127.0.0.1:8000/o/1#ord_x7 – keep it.')).toEqual([
    { text: 'Your order:\n' },
    { text: 'http://127.0.0.1:8000/o/1#ord_x7', href: 'http://127.0.0.1:8000/o/1#ord_x7' },
    { text: ' – keep it.' },
  ]);
});

test('what ends the sentence does not belong to it', () => {
  expect(pieces('See (https://plenary.example/c/rivers).').map((piece) => piece.href)).toEqual([
    undefined,
    'https://plenary.example/c/rivers',
    undefined,
  ]);
});

test('only addresses of the web are followed', () => {
  expect(pieces('javascript:alert(1) or ftp://x')).toEqual([{ text: 'javascript:alert(1) or ftp://x' }]);
});

test('a mail is read by paragraphs', () => {
  expect(paragraphs('Hello,\r\n\r\none\r\ntwo\n\n\n')).toEqual(['Hello,', 'one\ntwo']);
});
