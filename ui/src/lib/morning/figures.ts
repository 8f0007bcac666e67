import type { Figure } from '$lib/backend';
import { t } from '$lib/messages/words.svelte';
import { money } from '$lib/ui/format';

/** A figure as people say it: ¥612.00, 48 秒, 3.4 %, 92 分, 6. */
export function said(unit: Figure['unit'], value: number | null | undefined): string {
  if (value === null || value === undefined) return '—';
  if (unit === 'fen') return money(Math.round(value));
  const number = String(Math.round(value * 10) / 10);
  if (unit === 'count') return number;
  return t(`figure_unit.${unit}`, { value: number });
}

export interface Spark {
  /** Points of the 28 days before and the day itself; gaps where nothing was measured. */
  line: string;
  /** Height of the median. */
  median: number | null;
  /** The day itself, at the right end. */
  now: number | null;
}

/** A small drawing of a figure's past, `width` by `height`; the day looked at stands at the right end. */
export function spark(figure: Figure, width: number, height: number): Spark {
  const all = [...figure.past, figure.value ?? null];
  const known = all.filter((value): value is number => value !== null);
  const top = Math.max(...known, figure.median ?? 0, 0.0001);
  const y = (value: number) => Math.round((height - 3 - (value / top) * (height - 6)) * 10) / 10;
  const step = width / Math.max(1, all.length - 1);
  let line = '';
  let pen = 'M';
  all.forEach((value, at) => {
    if (value === null) pen = 'M';
    else {
      line += `${pen}${Math.round(at * step * 10) / 10} ${y(value)}`;
      pen = 'L';
    }
  });
  const now = figure.value ?? null;
  return {
    line,
    median: figure.median == null ? null : y(figure.median),
    now: now === null ? null : y(now),
  };
}
