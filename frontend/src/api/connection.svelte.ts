/** Whether the numbers on the screen are live, on their way, or possibly out of date. */
export type ConnectionState = 'idle' | 'connecting' | 'live' | 'lost';

let state = $state<ConnectionState>('idle');

export const connection = {
  get state(): ConnectionState {
    return state;
  },
  opening(): void {
    if (state !== 'lost') state = 'connecting';
  },
  opened(): void {
    state = 'live';
  },
  /** Closed by ourselves, to come back at once with another session. */
  renewing(): void {
    state = 'connecting';
  },
  /** `asked`: nobody watches anything any more, so the socket was closed on purpose. */
  closed(asked: boolean): void {
    state = asked ? 'idle' : 'lost';
  },
};
