import type { ReasonChoice, ReleaseForm, Unpaid } from '$lib/backend';
import { t } from '$lib/messages/words.svelte';

/** What the person has filled in so far. */
export interface Filled {
  reason: string | null;
  remark: string;
  unpaid: Unpaid | null;
  driverPhone: string;
  /** Photos that count or are on their way, and those the hub has. */
  kept: number;
  sent: number;
  /** 补录: what is missing is brought later. */
  later: boolean;
}

export type Field = 'reason' | 'remark' | 'photos' | 'unpaid' | 'phone';
/** What the hub calls them. */
export const HUB_FIELD: Record<Field, string> = {
  reason: 'reason',
  remark: 'remark',
  photos: 'photos',
  unpaid: 'unpaid',
  phone: 'driver_phone',
};
/** What is missing, said at its field. */
export type Missing = Partial<Record<Field, string>>;

const mobile = /^1[3-9]\d{9}$/;
export const digits = (text: string): string => text.replaceAll(/\D/g, '');

export function chosen(form: ReleaseForm, reason: string | null): ReasonChoice | null {
  return form.reasons.find((choice) => choice.code === reason) ?? null;
}

/** How many photos: the reason's rule; while none is chosen, what every reason of this lane would accept. */
export function photoRule(form: ReleaseForm, reason: string | null): { min: number; max: number } {
  const choice = chosen(form, reason);
  if (form.direction === 'entry') return { min: 0, max: choice?.photos_max ?? 0 };
  if (choice) return { min: choice.photos_min, max: choice.photos_max };
  return {
    min: Math.min(...form.reasons.map((each) => each.photos_min), 3),
    max: Math.max(...form.reasons.map((each) => each.photos_max), 0),
  };
}

/** So many photos are not on the hub that the chosen reason asks for. */
export function short(form: ReleaseForm, filled: Pick<Filled, 'reason' | 'sent'>): number {
  return chosen(form, filled.reason) ? Math.max(0, photoRule(form, filled.reason).min - filled.sent) : 0;
}

/** The rule lets photos be brought after the release, some are missing, and the person wants it so (R24). */
export function bringsLater(form: ReleaseForm, filled: Pick<Filled, 'reason' | 'sent' | 'later'>): boolean {
  return form.late_photo_minutes != null && filled.later && short(form, filled) > 0;
}

/** Money is due and stays unpaid: then somebody says what becomes of it. */
export function owed(form: ReleaseForm): number {
  return Math.max(0, form.due_fen ?? 0);
}

/** Everything that still keeps the release from being asked for. The hub checks the same again. */
export function missing(form: ReleaseForm, filled: Filled, hasVehicleName: boolean): Missing {
  const found: Missing = {};
  const choice = chosen(form, filled.reason);
  const rule = photoRule(form, filled.reason);
  if (!choice) found.reason = t('release.missing_reason');
  if ((form.direction === 'entry' || (choice?.remark ?? false)) && filled.remark.trim() === '')
    found.remark = t('release.missing_remark');
  const later = bringsLater(form, filled) && filled.kept <= rule.max;
  if (!later && choice && (filled.kept < rule.min || filled.kept > rule.max))
    found.photos = t('release.missing_photos', { min: rule.min, max: rule.max, n: filled.kept });
  else if (!later && filled.sent < filled.kept)
    found.photos = t('release.photos_waiting', { count: filled.kept - filled.sent });
  if (owed(form) > 0 && !filled.unpaid) found.unpaid = t('release.missing_unpaid');
  if (needsPhone(form, filled, hasVehicleName) && !mobile.test(digits(filled.driverPhone)))
    found.phone = t('release.missing_phone');
  return found;
}

/** A debt needs somebody to ask: a plate, a phone already known, or the driver's phone now. */
export function needsPhone(form: ReleaseForm, filled: Pick<Filled, 'unpaid'>, hasVehicleName: boolean): boolean {
  return owed(form) > 0 && filled.unpaid === 'debt' && !hasVehicleName;
}
