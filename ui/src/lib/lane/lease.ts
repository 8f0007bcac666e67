/** The countdown of a lease. Times in milliseconds of hub time. */

/** Below this the page turns attention and asks (R9). */
export const LAST_MINUTE_MS = 60_000;
/** What a lease lasts unless the site says otherwise; only the bar's length depends on it. */
export const USUAL_LEASE_MS = 600_000;
/** A page that heard nothing this long after the end takes the lease as over by itself: nothing may be ordered any more. */
export const OVERDUE_MS = 2_000;

/** Milliseconds left; null while a call is live, for then nothing runs out (R11). */
export function left(expiresAt: string | null | undefined, now: number): number | null {
  return expiresAt ? Math.max(0, Date.parse(expiresAt) - now) : null;
}

export function isLastMinute(remaining: number | null): boolean {
  return remaining !== null && remaining <= LAST_MINUTE_MS;
}

export function isOverdue(expiresAt: string | null | undefined, now: number): boolean {
  return Boolean(expiresAt) && now - Date.parse(expiresAt as string) >= OVERDUE_MS;
}

/** Filled part of the bar, 0 to 1. */
export function share(remaining: number | null, whole: number): number {
  return remaining === null ? 1 : Math.min(1, remaining / Math.max(whole, 1));
}
