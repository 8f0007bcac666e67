import type { SiteRow } from '$lib/backend';
import { said as wordOf, t, type PlainKey } from '$lib/messages/words.svelte';

/** A rule of the hub, in numbers. */
export interface Rule {
  name: string;
  value: number;
  usual: number;
  min: number;
  max: number;
}

export function ruleOf(row: SiteRow): Rule {
  const number = (key: string) => Number(row.row[key] ?? 0);
  return { name: row.id, value: number('value'), usual: number('default'), min: number('min'), max: number('max') };
}

/** What a rule means; a rule of a newer hub is shown by its name. */
export function meaning(name: string): string {
  return wordOf('rule', name) ?? name;
}

export const isSwitch = (rule: Rule): boolean => rule.min === 0 && rule.max === 1;

/** Rules whose numbers are words. */
const factors = [0, 2, 1] as const;
export const choicesOf = (rule: Rule): readonly (0 | 1 | 2)[] =>
  rule.name.startsWith('second_factor_') ? factors.filter((value) => value <= rule.max) : [];

/** The unit, which every rule's name ends with. */
export function unitOf(name: string): PlainKey {
  if (name.endsWith('_minutes')) return 'unit.minutes';
  if (name.endsWith('_seconds') || name.endsWith('_s')) return 'unit.seconds';
  if (name.endsWith('_days')) return 'unit.days';
  if (name.endsWith('_hours')) return 'unit.hours';
  if (name.endsWith('_fen')) return 'unit.yuan';
  if (name.endsWith('_percent')) return 'unit.percent';
  if (name.endsWith('_times')) return 'unit.times';
  if (name.includes('mbits')) return 'unit.mbits';
  if (name.endsWith('_mb')) return 'unit.megabytes';
  return 'unit.count';
}

const money = (name: string): boolean => name.endsWith('_fen');

/** The value as people say it: 10 分钟, 是, ¥50. */
export function said(rule: Rule, value: number): string {
  const choice = choicesOf(rule).find((each) => each === value);
  if (choice !== undefined) return t(`rule_factor.${choice}`);
  if (isSwitch(rule)) return t(value === 1 ? 'rule_switch.on' : 'rule_switch.off');
  return `${money(rule.name) ? value / 100 : value} ${t(unitOf(rule.name))}`;
}

/** The rules in the groups of the work. What fits nowhere stands last. */
const sections: readonly { title: PlainKey; starts: readonly string[] }[] = [
  { title: 'rules.lane', starts: ['lock_', 'grace_', 'order_', 'quote_', 'candidates', 'robot_'] },
  { title: 'rules.call', starts: ['call_', 'queue_', 'seat_', 'after_call'] },
  { title: 'rules.release', starts: ['approval_', 'own_camera', 'lane_camera', 'late_'] },
  { title: 'rules.login', starts: ['session_', 'login_', 'second_factor', 'reentry_'] },
  {
    title: 'rules.device',
    starts: ['device_', 'live_', 'shift_', 'photo_retention', 'caller_retention', 'picture_retention'],
  },
  { title: 'rules.warning', starts: ['warn_'] },
];

export function grouped(rows: readonly SiteRow[]): { title: PlainKey; rows: SiteRow[] }[] {
  const of = (row: SiteRow) =>
    sections.findIndex((section) => section.starts.some((start) => row.id.startsWith(start)));
  const found = sections.map((section, at) => ({ title: section.title, rows: rows.filter((row) => of(row) === at) }));
  const rest = rows.filter((row) => of(row) < 0);
  return [...found, { title: 'rules.other' as const, rows: rest }].filter((group) => group.rows.length > 0);
}
