/** Money, times and lengths of time as people read them. Times are in the desk's own time zone. */
import { t } from '$lib/messages/words.svelte';

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

export function hhmm(at: string): string {
  const d = new Date(at);
  return `${two(d.getHours())}:${two(d.getMinutes())}`;
}

export function hhmmss(at: string): string {
  return `${hhmm(at)}:${two(new Date(at).getSeconds())}`;
}

export function day(at: string): string {
  const d = new Date(at);
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
}

/** 09:12 today, 昨日 19:22, 11-19 08:00 before that. */
export function moment(at: string, now: number): string {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  const when = ms(at);
  if (when >= midnight) return hhmm(at);
  if (when >= midnight - 24 * 3600_000) return t('time.yesterday', { time: hhmm(at) });
  return `${day(at).slice(5)} ${hhmm(at)}`;
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

/** mm:ss, never below 00:00. */
export function countdown(left: number): string {
  const seconds = Math.max(0, Math.ceil((left - TRAVEL_MS) / 1000));
  return `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
}

/** A moment as the wire writes it. */
export function stamp(at: number): string {
  return new Date(at).toISOString();
}

const beside = (day: string, add: number): Date => {
  const [year = 1970, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + add);
};

/** The local day of a moment, `2026-11-22`. */
export function dayOf(at: number): string {
  return day(stamp(at));
}

/** A day before or after, by date: a day of the clock change has 23 or 25 hours. */
export function dayBeside(text: string, add: number): string {
  return day(beside(text, add).toISOString());
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
