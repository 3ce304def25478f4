/** What a screen reader is told without moving the focus: one polite region, in the shell, for the whole site. */
const GATHER = 600; // changes that come together are said together

let said = $state('');
let waiting: string[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;

export const announcements = {
  get said() {
    return said;
  },
};

export function announce(sentence: string): void {
  if (!waiting.includes(sentence)) waiting.push(sentence);
  timer ??= setTimeout(() => {
    const next = waiting.join(' ');
    said = next === said ? `${next}\u00a0` : next;
    waiting = [];
    timer = undefined;
  }, GATHER);
}
