import type { SeatState } from '$lib/backend';

/** The dot of a seat's state; its word stands beside it. */
export const tones: Record<SeatState, string> = {
  free: 'is-ok',
  busy: 'is-info',
  after_call: 'is-attention',
  away: 'is-off',
  lost: 'is-danger',
};
