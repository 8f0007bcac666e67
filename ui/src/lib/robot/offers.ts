/** What a robot may be told here, and what a code is for: as the bar's offers say, nothing else (R18, R21). */
import type { Offer, Op, Scene, View } from '$lib/backend';

/** Scenes that are a code to scan. */
const CODES: readonly Scene[] = ['pay', 'renewal', 'unlicensed_entry', 'unlicensed_exit'];

function offer(view: View | null, op: Op): Offer | undefined {
  return view?.offers.find((each) => each.op === op);
}

/** The codes that fit this vehicle, the likeliest first; empty: none is offered. */
export function codesOf(view: View | null): Scene[] {
  return (offer(view, 'show_qr')?.scenes ?? []).filter((scene) => CODES.includes(scene));
}

/** Whether a code may be shown at all: a hub that names none leaves the choice to itself. */
export function showsCode(view: View | null): boolean {
  return offer(view, 'show_qr') !== undefined;
}

/** Notices that fit this vehicle, such as a refusal. */
export function noticesOf(view: View | null): Scene[] {
  return (offer(view, 'show_text')?.scenes ?? []).filter((scene) => !CODES.includes(scene));
}

/** Whether the robot may be told this; never where there is none. */
export function robotMay(view: View | null, op: Op): boolean {
  return Boolean(view?.robot) && offer(view, op) !== undefined;
}

/** Whether anything but a code is offered for the robot. */
export function hasTalk(view: View | null): boolean {
  return (['speak', 'show_text', 'capture', 'restart', 'hang_up'] as const).some((op) => robotMay(view, op));
}

/** The longest text a robot takes, in characters (domain/robot.rs). */
export const LONGEST = 60;
