import type { Need, Offer, Op, View } from '$lib/backend';
import type { PlainKey } from '$lib/messages/words.svelte';

/** What a person can hand in on this page today; an operation that needs more is not to be pressed here. */
const canGive: ReadonlySet<Need> = new Set<Need>(['driver_phone', 'entry_reason', 'clear']);

export function offerOf(view: View | null, op: Op): Offer | undefined {
  return view?.offers.find((offer) => offer.op === op && (offer.needs ?? []).every((need) => canGive.has(need)));
}

/** Abnormal release has a sheet of its own, which gives whatever its offer needs. */
export function releaseOffer(view: View | null): Offer | undefined {
  return view?.offers.find((offer) => offer.op === 'release');
}

export function offers(view: View | null, op: Op): boolean {
  return offerOf(view, op) !== undefined;
}

/** Which way this vehicle goes: the case says so, else a lane that has only one way (R42). */
export function directionOf(view: View): 'entry' | 'exit' | null {
  if (view.case?.direction) return view.case.direction;
  return view.lane.direction === 'both' ? null : view.lane.direction;
}

/** Why there is no normal opening, as a sentence that says what to do. The first that fits, as the hub's table goes. */
export function whyNotOpen(view: View): PlainKey | null {
  if (offers(view, 'open')) return null;
  const direction = directionOf(view);
  if (direction === null) return 'why.direction';
  if (!view.vehicle && !view.picture) return 'why.no_vehicle';
  switch (view.assessment) {
    case 'unknown':
      return notRead(view) ? 'why.not_read' : 'why.unknown';
    case 'vehicle_locked':
      return 'why.vehicle_locked';
    case 'blacklisted':
      return 'why.blacklisted';
    case 'no_entry_record':
      return view.candidates.length > 0 ? 'why.choose' : 'why.no_entry_record';
    case 'unlicensed':
      if (direction === 'entry') return 'why.unlicensed_entry';
      return owes(view) ? 'why.pay' : 'why.unlicensed_exit';
    case 'pass_expired':
      return owes(view) ? 'why.pay' : 'why.pass_expired';
    case 'space_taken':
      return owes(view) ? 'why.pay' : 'why.space_taken';
    case 'temporary':
      return owes(view) ? 'why.pay' : direction === 'entry' ? 'why.outsiders' : 'why.not_offered';
    default:
      return owes(view) ? 'why.pay' : 'why.not_offered';
  }
}

export function owes(view: View): boolean {
  return (view.payment?.due_fen ?? 0) > 0;
}

/** A picture without a plate: nobody read one, and nobody has typed one or named the vehicle otherwise. */
export function notRead(view: View): boolean {
  const named = view.vehicle ?? view.case?.plate ?? view.case?.phone ?? view.picture?.plate;
  return view.assessment === 'unknown' && Boolean(view.picture) && !named;
}
