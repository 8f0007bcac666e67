import type { TimelineEntry } from '$lib/backend';
import { t, type PlainKey } from '$lib/messages/words.svelte';
import { dotted } from '$lib/ui/plate';
import { money } from '$lib/ui/format';

const plates = new Set(['plate', 'from', 'to', 'plate_read', 'before', 'after', 'read']);
/** Steps whose from and to are plates; elsewhere they are people or lanes. */
const aboutPlates = new Set([
  'plate_read',
  'corrected',
  'vehicle_chosen',
  'found_by_phone',
  'paid',
  'passed',
  'not_passed',
]);
const closed: Record<string, (value: string) => PlainKey | null> = {
  action: (v) => (v === 'open' ? 'action.open' : v === 'close' ? 'action.close' : null),
  result: (v) => (v in results ? (`result.${v}` as PlainKey) : null),
  direction: (v) => (v === 'entry' ? 'direction.entry' : v === 'exit' ? 'direction.exit' : null),
  outcome: (v) => (outcomes.has(v) ? (`outcome.${v}` as PlainKey) : null),
};
const results = { running: 1, accepted: 1, opened: 1, closed: 1, refused: 1, failed: 1, unknown: 1 };
const outcomes = new Set(['solved', 'driver_left', 'sent_to_manager', 'device_fault', 'wrong_call']);
/** Ids and other marks that say nothing to people. */
const silent = /(_id|^id|^at|fence|^order|^case|^lane|^candidate|^stay|^payment|^opening|url)$/;

function word(step: string, name: string, value: string): string | null {
  if (silent.test(name) || value === '') return null;
  const key = closed[name]?.(value);
  if (key) return t(key);
  if (name.endsWith('_fen') && /^-?\d+$/.test(value)) return money(Number(value));
  return plates.has(name) && aboutPlates.has(step) ? dotted(value) : value;
}

/** The facts of a step in words, in the order people ask for them. A correction reads 粤B·1Z345 → 粤B·12345. */
export function factsOf(entry: TimelineEntry): string {
  const facts = { ...entry.facts };
  const from = facts['from'] ?? facts['before'] ?? facts['read'];
  const to = facts['to'] ?? facts['after'];
  const pair = from && to ? `${word(entry.what, 'from', from)} → ${word(entry.what, 'to', to)}` : null;
  const told = pair ? ['from', 'to', 'before', 'after', 'read'] : [];
  const rest = Object.entries(facts)
    .filter(([name]) => !told.includes(name))
    .map(([name, value]) => word(entry.what, name, value ?? ''));
  return [pair, ...rest].filter(Boolean).join(' · ');
}
