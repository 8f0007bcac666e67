import type { Order, TimelineEntry } from '$lib/backend';

/** What the page asks for next: the one loud thing on it. Open, then the passage, then the end of the case. */
export type NextStep = 'open' | 'look' | 'wait' | 'passage' | 'close';

/** The entry that says the vehicle of this order went through; the two clocks may differ by a moment. */
export function passedAfter(order: Order | null, timeline: readonly TimelineEntry[]): TimelineEntry | null {
  const since = order ? Date.parse(order.at) - 1000 : -Infinity;
  return timeline.findLast((step) => step.what === 'passed' && Date.parse(step.at) >= since) ?? null;
}

/**
 * After an order nobody may be led to press again: an unanswered one is waited for, an unknown one looked at first (R26),
 * and an arm that is up wants its passage seen (R37).
 */
export function nextStep(order: Order | null, looked: boolean, timeline: readonly TimelineEntry[]): NextStep {
  if (order?.action !== 'open') return order?.result === 'unknown' && !looked ? 'look' : 'open';
  switch (order.result) {
    case 'running':
      return 'wait';
    case 'unknown':
      return looked ? 'open' : 'look';
    case 'accepted':
    case 'opened':
      return passedAfter(order, timeline) ? 'close' : 'passage';
    default:
      return 'open';
  }
}
