/** Where one is in a list that is read page by page: the cursors of the pages before, so that one can go back. */
import { untrack } from 'svelte';

export class Paging {
  #cursors = $state.raw<(string | null)[]>([null]);

  /** `wish`: what is listed; another list begins at its first page. */
  constructor(wish?: () => unknown) {
    $effect(() => {
      wish?.();
      untrack(() => this.begin());
    });
  }

  /** The cursor after which the page begins. */
  get after(): string | null {
    return this.#cursors.at(-1) ?? null;
  }

  /** From 1. */
  get number(): number {
    return this.#cursors.length;
  }

  move(by: 1 | -1, end: string | null | undefined): void {
    if (by === -1) this.#cursors = this.number > 1 ? this.#cursors.slice(0, -1) : this.#cursors;
    else if (end) this.#cursors = [...this.#cursors, end];
  }

  /** Back to the first page. */
  begin(): void {
    if (this.number > 1) this.#cursors = [null];
  }
}
