/**
 * Money, times and lengths of time as people read them. The only file that turns moments into calendar days and hours
 * (eslint holds it): they are the lot's (R55), and this device's own zone has no part in them.
 */
import { t } from '$lib/messages/words.svelte';
import { zone } from './zone.svelte';

/** 分 to ¥12.00; always two digits. */
export function money(fen: number): string {
  const sign = fen < 0 ? '-' : '';
  const whole = Math.abs(Math.trunc(fen));
  return `${sign}¥${Math.trunc(whole / 100)}.${String(whole % 100).padStart(2, '0')}`;
}

/** A price in a sentence: ¥5, ¥4.50. */
export function price(fen: number): string {
  return money(fen).replace(/\.00$/, '');
}

const two = (n: number) => String(n).padStart(2, '0');

export function ms(at: string): number {
  return Date.parse(at);
}

/** A moment on the lot's calendar and clock. */
interface Wall {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

const walls = new Map<string, Intl.DateTimeFormat>();

function wall(at: number): Wall {
  const name = zone.name;
  let format = walls.get(name);
  if (!format) {
    const digits = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const;
    format = new Intl.DateTimeFormat('en-US', { timeZone: name, hourCycle: 'h23', second: 'numeric', ...digits });
    walls.set(name, format);
  }
  const found: Wall = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 };
  for (const { type, value } of format.formatToParts(at)) if (type in found) found[type as keyof Wall] = Number(value);
  return found;
}

/** Milliseconds by which the lot's clock is ahead of UTC at a moment. */
function ahead(at: number): number {
  const { year, month, day, hour, minute, second } = wall(at);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}

const NOWHERE = '—';

function clockOf(at: string): Wall | null {
  const moment = ms(at);
  return Number.isNaN(moment) ? null : wall(moment);
}

export function hhmm(at: string): string {
  const found = clockOf(at);
  return found ? `${two(found.hour)}:${two(found.minute)}` : NOWHERE;
}

export function hhmmss(at: string): string {
  const found = clockOf(at);
  return found ? `${two(found.hour)}:${two(found.minute)}:${two(found.second)}` : NOWHERE;
}

/** The lot's day of a moment, `2026-11-22`. */
export function day(at: string): string {
  const found = clockOf(at);
  return found ? `${found.year}-${two(found.month)}-${two(found.day)}` : NOWHERE;
}

/** The hour of the day at the lot, 0 to 23. */
export function hourOf(at: string): number {
  return clockOf(at)?.hour ?? 0;
}

/** 09:12 today, 昨日 19:22, 11-19 08:00 before that. */
export function moment(at: string, now: number): string {
  const today = dayOf(now);
  const then = day(at);
  if (then >= today) return hhmm(at);
  if (then === dayBeside(today, -1)) return t('time.yesterday', { time: hhmm(at) });
  return `${then.slice(5)} ${hhmm(at)}`;
}

/** 5 小时 13 分, 48 分, 2 天 3 小时. */
export function span(length: number): string {
  const minutes = Math.max(0, Math.floor(length / 60_000));
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (days > 0) return t('time.days', { days, hours: hours % 24 });
  if (hours > 0) return t('time.hours', { hours, minutes: minutes % 60 });
  return t('time.minutes', { minutes });
}

/** How old a reading is: 17 秒前, 3 分前. A reading from a clock ahead of ours counts as just now. */
export function age(at: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - ms(at)) / 1000));
  if (seconds < 100) return t('time.seconds_ago', { seconds });
  if (seconds < 100 * 60) return t('time.minutes_ago', { minutes: Math.round(seconds / 60) });
  return t('time.ago', { span: span(seconds * 1000) });
}

/** The hub's time as we know it lags by the way it travelled here; without this a fresh 10 minutes would read 10:01. */
const TRAVEL_MS = 350;

/** What is left of a lease or a deadline: mm:ss, never below 00:00. */
export function countdown(left: number): string {
  const seconds = Math.max(0, Math.ceil((left - TRAVEL_MS) / 1000));
  return `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
}

/** How long a wait or a talk has lasted: m:ss. Hours are counted in minutes, nobody waits that long. */
export function clock(length: number): string {
  const seconds = Math.max(0, Math.floor(length / 1000));
  return `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
}

/** A moment as the wire writes it. */
export function stamp(at: number): string {
  return new Date(at).toISOString();
}

/** Day, month and year of `2026-11-22`; null where that is no day. */
export function calendar(text: string): { year: number; month: number; date: number } | null {
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!found) return null;
  const [year, month, date] = [Number(found[1]), Number(found[2]), Number(found[3])];
  const at = new Date(Date.UTC(year, month - 1, date));
  return at.getUTCMonth() === month - 1 && at.getUTCDate() === date ? { year, month, date } : null;
}

/** A day of the calendar as text; months and dates beyond their end run over. */
export function dayText(year: number, month: number, date: number): string {
  return new Date(Date.UTC(year, month - 1, date)).toISOString().slice(0, 10);
}

/** 0 is Sunday. */
export function weekday(text: string): number {
  return new Date(`${text}T00:00:00Z`).getUTCDay();
}

/** The lot's day of a moment, `2026-11-22`. */
export function dayOf(at: number): string {
  return day(stamp(at));
}

/** A day before or after, by date: a day of the clock change has 23 or 25 hours. */
export function dayBeside(text: string, add: number): string {
  const { year, month, date } = calendar(text) ?? { year: 1970, month: 1, date: 1 };
  return dayText(year, month, date + add);
}

/** The first moment of a day at the lot; with `add`, of a day so many after it. */
export function dayBegins(text: string, add = 0): number {
  const { year, month, date } = calendar(text) ?? { year: 1970, month: 1, date: 1 };
  const midnight = Date.UTC(year, month - 1, date + add);
  // Looked up twice: what the clock is ahead by may change between UTC's midnight and the lot's.
  return midnight - ahead(midnight - ahead(midnight));
}

/** Whether this device's clock shows another time than the lot's. */
export function zoneDiffers(now: number): boolean {
  return -new Date(now).getTimezoneOffset() * 60_000 !== ahead(now);
}

/** Phone numbers in groups one can read aloud; the number dialled stays bare. */
export function phone(number: string): string {
  const mobile = /^(1\d{2})(\d{4})(\d{4})$/.exec(number.replaceAll(/[\s-]/g, ''));
  if (mobile) return `${mobile[1]} ${mobile[2]} ${mobile[3]}`;
  const landline = /^(0(?:10|2\d|\d{3}))(\d{4})(\d{4})$/.exec(number.replaceAll(/[\s-]/g, ''));
  return landline ? `${landline[1]}-${landline[2]} ${landline[3]}` : number;
}

export function tel(number: string): string {
  return `tel:${number.replaceAll(/[^\d+]/g, '')}`;
}

/** A reason without its full stop, to stand inside a sentence. */
export function clause(text: string): string {
  return text.trim().replace(/[。.！!]+$/u, '');
}
