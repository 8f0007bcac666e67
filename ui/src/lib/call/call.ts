/** What a call is to this person, and how long it has lasted. */
import type { Call, CallNow, Holder } from '$lib/backend';
import { ms } from '$lib/ui/format';

/** It rings at this person's seat, or they speak with its driver. */
export function isOwn(call: Call, me: Holder | null): boolean {
  return me !== null && call.by?.id === me.id && (call.state === 'ringing' || call.state === 'live');
}

/** Whether this person may take it now: it waits, rings at their own seat, or rings elsewhere for too long. */
export function isFree(call: Call, me: Holder | null): boolean {
  return call.state === 'waiting' || (call.state === 'ringing' && (call.overflow || isOwn(call, me)));
}

/** Whether it stands in the queue, as the hub counts it: nobody has it, or it rings at one seat for too long (R30). */
export function inQueue(call: Call): boolean {
  return call.state === 'waiting' || (call.state === 'ringing' && call.overflow === true);
}

/** Oldest first: that is the order they are to be taken in (R30). */
export function oldestFirst(calls: readonly Call[]): Call[] {
  return [...calls].sort((a, b) => ms(a.since) - ms(b.since));
}

/** 彩悦大厦 · 东门出口; null where nobody knows where the driver stands. */
export function placeOf(call: Call): string | null {
  const parts = [call.lot?.name, call.lane?.name].filter(Boolean);
  return parts.length > 0 ? parts.join(' · ') : null;
}

/** What a search for an unknown lane begins with: the robot's number, else the number that was rung. */
export function lookupOf(call: Call): string {
  return call.robot ?? call.called ?? call.caller;
}

export interface CallClock {
  phase: 'rings' | 'live' | 'over';
  /** Milliseconds: rung, spoken so far, or spoken in all; null where the end is known but not its time. */
  length: number | null;
}

/** What the header of a case says of its call. */
export function clockOf(call: Call, now: number): CallClock {
  const from = ms(call.answered_at ?? call.since);
  if (call.ended_at) return { phase: 'over', length: Math.max(0, ms(call.ended_at) - from) };
  if (call.state === 'ended') return { phase: 'over', length: null };
  const live = Boolean(call.answered_at) || call.state === 'live';
  return { phase: live ? 'live' : 'rings', length: Math.max(0, now - from) };
}

/**
 * The same of a page read anew. A lease that runs out again says that the call is over (R11) where no end is told: of a
 * call opened by hand nobody tells one.
 */
export function clockOfPage(call: CallNow, leaseRuns: boolean, now: number): CallClock {
  const from = ms(call.answered_at ?? call.started_at);
  if (call.ended_at) return { phase: 'over', length: Math.max(0, ms(call.ended_at) - from) };
  if (leaseRuns) return { phase: 'over', length: null };
  return { phase: call.answered_at ? 'live' : 'rings', length: Math.max(0, now - from) };
}
