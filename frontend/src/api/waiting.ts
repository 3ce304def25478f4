/** How long to wait before the next try: doubling from a quarter second up to five seconds, a little apart from everybody else. */
export function backOff(tries: number, random: () => number = Math.random): number {
  return Math.min(5000, 250 * 2 ** tries) * (0.75 + random() / 2);
}

/** Resolves after `ms`, or at once when the browser is back online. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener('online', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener('online', done);
  });
}
