import type { TimelineEntry } from '$lib/backend';
import { said, t } from '$lib/messages/words.svelte';
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
/** Under which names the catalogue keeps the words of a fact. */
const sets: Record<string, readonly string[]> = {
  action: ['action'],
  result: ['result', 'robot'],
  direction: ['direction'],
  outcome: ['outcome'],
  kind: ['kind'],
  unpaid: ['unpaid'],
  source: ['photo_source', 'source'],
  answer: ['approval_state'],
  command: ['robot_command'],
  scene: ['scene'],
  light: ['robot_light'],
};
/** Ids and other marks that say nothing to people. */
const silent = /(_id|^id|^at|fence|^order|^case|^lane|^candidate|^stay|^payment|^photo|^opening|url)$/;

/** What a reason's code is called; a reason in a person's own words is itself. */
export type ReasonText = (code: string) => string;

function word(step: string, name: string, value: string, reason: ReasonText): string | null {
  if (silent.test(name) || value === '') return null;
  for (const set of sets[name] ?? []) {
    const known = said(set, value);
    if (known) return known;
  }
  if (name === 'reason') return reason(value);
  if (name === 'photos') return t('fact.photos', { count: value });
  if (name === 'photos_owed') return t('fact.photos_owed', { count: value });
  if (name === 'found') return t(value === 'true' ? 'fact.found' : 'fact.not_found');
  if (name.endsWith('_fen') && /^-?\d+$/.test(value)) return money(Number(value));
  return plates.has(name) && aboutPlates.has(step) ? dotted(value) : value;
}

/** The facts of a step in words, in the order people ask for them. A correction reads 粤B·1Z345 → 粤B·12345. */
export function factsOf(entry: TimelineEntry, reason: ReasonText = (code) => code): string {
  const facts = { ...entry.facts };
  const from = facts['from'] ?? facts['before'] ?? facts['read'];
  const to = facts['to'] ?? facts['after'];
  const pair = from && to ? `${word(entry.what, 'from', from, reason)} → ${word(entry.what, 'to', to, reason)}` : null;
  const told = pair ? ['from', 'to', 'before', 'after', 'read'] : [];
  const rest = Object.entries(facts)
    .filter(([name]) => !told.includes(name))
    .map(([name, value]) => word(entry.what, name, value ?? '', reason));
  return [pair, ...rest].filter(Boolean).join(' · ');
}
