import { calendar, dayBegins, dayOf, hourOf, stamp } from '$lib/ui/format';
import type { Opening, OpeningFilter } from '$lib/backend';
import { owes } from './owed.svelte';

/** The spans one picks most; `custom` has its own first and last day. */
export const spans = ['today', 'yesterday', 'week', 'month', 'custom'] as const;
export type Span = (typeof spans)[number];

/** What the filter row holds. Kept on this device, so that a morning begins where the last one ended. */
export interface Wanted {
  span: Span;
  /** First and last day, local, `2026-11-22`; only for `custom`. */
  fromDay: string;
  toDay: string;
  /** Hour of the day, 0 to 23, on every day of the span. */
  hour: number | null;
  lot: string;
  lane: string;
  plate: string;
  kind: '' | 'normal' | 'abnormal';
  reason: string;
  direction: '' | 'entry' | 'exit';
  person: string;
  source: '' | 'query' | 'call';
  result: '' | Opening['result'];
  /** Whether the vehicle was seen to pass. */
  passage: '' | Opening['passage'];
  /** Only those that owe photos. */
  owing: '' | 'yes';
  /** Only those with money due and nothing paid for it. */
  unpaid: '' | 'yes';
  /** Only those whose device failed, or never said what it did. */
  unresolved: '' | 'yes';
}

export const nothing: Wanted = {
  span: 'today',
  fromDay: '',
  toDay: '',
  hour: null,
  lot: '',
  lane: '',
  plate: '',
  kind: '',
  reason: '',
  direction: '',
  person: '',
  source: '',
  result: '',
  passage: '',
  owing: '',
  unpaid: '',
  unresolved: '',
};

/** Fields that narrow the list, beside its span. */
const narrowing = [
  'lot',
  'lane',
  'plate',
  'kind',
  'reason',
  'direction',
  'person',
  'source',
  'result',
  'passage',
  'owing',
  'unpaid',
  'unresolved',
] as const;
/** Fields that are yes or nothing. */
const flags: readonly string[] = ['owing', 'unpaid', 'unresolved'];

export function narrowed(wanted: Wanted): number {
  return narrowing.filter((field) => wanted[field] !== '').length + (wanted.hour === null ? 0 : 1);
}

const midnight = (now: number, days: number): number => dayBegins(dayOf(now), days);
const ownDay = (text: string, add = 0): number | null => (calendar(text) ? dayBegins(text, add) : null);

/** From this moment on, and before that one, by the lot's days; null where the side is open. */
export function range(wanted: Wanted, now: number): { from: number | null; to: number | null } {
  switch (wanted.span) {
    case 'today':
      return { from: midnight(now, 0), to: null };
    case 'yesterday':
      return { from: midnight(now, -1), to: midnight(now, 0) };
    case 'week':
      return { from: midnight(now, -6), to: null };
    case 'month':
      return { from: midnight(now, -29), to: null };
    case 'custom':
      return { from: ownDay(wanted.fromDay), to: ownDay(wanted.toDay, 1) };
  }
}

/** Whether the span is a single day, so that an hour of it is a span of its own. */
export function oneDay(wanted: Wanted): boolean {
  if (wanted.span === 'custom') return wanted.fromDay !== '' && wanted.fromDay === wanted.toDay;
  return wanted.span === 'today' || wanted.span === 'yesterday';
}

/** What the hub is asked for. Parts that filter nothing are left out. */
export function filterOf(wanted: Wanted, now: number): OpeningFilter {
  const { from, to } = range(wanted, now);
  const filter: OpeningFilter = {};
  if (from !== null) filter.from = stamp(from);
  if (to !== null) filter.to = stamp(to);
  if (wanted.hour !== null) filter.hour = wanted.hour;
  for (const field of narrowing) {
    const value = wanted[field].trim();
    if (value) Object.assign(filter, { [field]: flags.includes(field) ? true : value });
  }
  return filter;
}

/** Whether an opening told on the stream belongs into the list as it is filtered. */
export function fits(filter: OpeningFilter, opening: Opening): boolean {
  const at = Date.parse(opening.at);
  const same = (wanted: string | null | undefined, is: string | null | undefined) => !wanted || wanted === is;
  return (
    same(filter.lot, opening.lot.id) &&
    same(filter.lane, opening.lane.id) &&
    same(filter.kind, opening.kind) &&
    same(filter.reason, opening.reason) &&
    same(filter.direction, opening.direction) &&
    same(filter.person, opening.person.id) &&
    same(filter.source, opening.source) &&
    same(filter.result, opening.result) &&
    same(filter.passage, opening.passage) &&
    (!filter.owing || owes(opening)) &&
    // Whether it was paid for since, only the hub knows.
    !filter.unpaid &&
    (!filter.unresolved || opening.result === 'unknown' || opening.result === 'failed') &&
    (!filter.plate || (opening.plate ?? '').includes(filter.plate.toUpperCase())) &&
    (filter.hour == null || hourOf(opening.at) === filter.hour) &&
    (!filter.from || at >= Date.parse(filter.from)) &&
    (!filter.to || at < Date.parse(filter.to))
  );
}

/** A filter kept by another version of the desk is taken only as far as it is understood. */
export function remembered(body: string | null): Wanted {
  if (!body) return { ...nothing };
  try {
    const found = JSON.parse(body) as Record<string, unknown>;
    const kept: Record<string, unknown> = { ...nothing };
    for (const [field, usual] of Object.entries(nothing))
      if (typeof found[field] === typeof usual && field !== 'hour') kept[field] = found[field];
    return { ...(kept as unknown as Wanted), span: spans.find((span) => span === kept['span']) ?? 'today' };
  } catch {
    return { ...nothing };
  }
}
