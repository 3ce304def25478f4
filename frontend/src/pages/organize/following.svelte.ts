/** Pages about a sale follow it: nearly all that happens changes the seats, so they are read again when these change. */
import { onDestroy } from 'svelte';
import type { Document } from '../../api/graphql';
import { live, type Live } from '../../api/live.svelte';

const GATHER = 700; // an answer has to come before the next is asked for, however busy the sale

type Seats = { seatAvailability: { position: string } };

/** The seats of a conference, and as of when a page about it is to be read. */
export class Following<Result extends Seats> {
  /** The conference's id; nothing is followed before it is known. */
  conference = $state<string>();
  #atLeast = $state<string | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #live: Live<Result>;

  constructor(document: Document<Result, { conference: string }>, gather = GATHER) {
    let newest = '';
    this.#live = live(
      document,
      () => (this.conference === undefined ? undefined : { conference: this.conference }),
      ({ seatAvailability }) => {
        newest = seatAvailability.position;
        this.#timer ??= setTimeout(() => (this.atLeast = newest), gather);
      },
    );
    onDestroy(() => clearTimeout(this.#timer));
  }

  /** Read at least as of this position; a command's is set here, to see at once what came of it. */
  get atLeast(): string | null {
    return this.#atLeast;
  }

  set atLeast(position: string | null) {
    clearTimeout(this.#timer); // what was heard before is older than a command's answer
    this.#timer = undefined;
    this.#atLeast = position;
  }

  get seats(): Result['seatAvailability'] | undefined {
    return this.#live.data?.seatAvailability;
  }
}
