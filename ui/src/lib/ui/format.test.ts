import { afterEach, describe, expect, it } from 'vitest';
import { dayBegins, dayBeside, dayOf, hhmmss, hourOf, moment, stamp, zoneDiffers } from './format';
import { filterOf, nothing } from '$lib/opening/filter';
import { wholeDay } from '$lib/morning/morning.svelte';
import { zone } from './zone.svelte';

const before = process.env['TZ'];
const at = '2026-11-30T16:28:05Z';
const now = Date.parse(at);

afterEach(() => {
  process.env['TZ'] = before;
  zone.use(null);
});

describe.each(['UTC', 'America/New_York', 'Asia/Shanghai'])('on a machine in %s', (machine) => {
  it('shows, types and counts in the lot’s zone (R55)', () => {
    process.env['TZ'] = machine;
    expect(zoneDiffers(now)).toBe(machine !== 'Asia/Shanghai');
    expect(hhmmss(at)).toBe('00:28:05');
    expect(dayOf(now)).toBe('2026-12-01');
    expect(hourOf(at)).toBe(0);
    expect(moment('2026-11-30T15:59:59Z', now)).toBe('昨日 23:59');
    expect(moment('2026-11-30T16:00:00Z', now)).toBe('00:00');
    expect(moment('2026-11-29T15:00:00Z', now)).toBe('11-29 23:00');
    expect(filterOf({ ...nothing }, now)).toEqual({ from: '2026-11-30T16:00:00.000Z' });
    expect(wholeDay('2026-11-29')).toEqual({ from: '2026-11-28T16:00:00.000Z', to: '2026-11-29T16:00:00.000Z' });
  });

  it('keeps the days of a lot whose clock changes, 23 and 25 hours long', () => {
    process.env['TZ'] = machine;
    zone.use('America/New_York');
    expect(zoneDiffers(now)).toBe(machine !== 'America/New_York');
    expect(hhmmss('2026-03-08T07:00:00Z')).toBe('03:00:00');
    const hours = (day: string) => (dayBegins(day, 1) - dayBegins(day)) / 3_600_000;
    expect([hours('2026-03-08'), hours('2026-03-09'), hours('2026-11-01')]).toEqual([23, 24, 25]);
    expect(stamp(dayBegins('2026-11-01'))).toBe('2026-11-01T04:00:00.000Z');
    expect(dayBeside('2026-02-28', 1)).toBe('2026-03-01');
  });

  it('takes China’s zone where the hub names one that nobody knows', () => {
    process.env['TZ'] = machine;
    zone.use('Mars/Olympus');
    expect(hhmmss(at)).toBe('00:28:05');
  });
});
