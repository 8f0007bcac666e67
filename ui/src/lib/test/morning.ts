/** Figures of the preview's mornings. */
import type { CasesBar, CasesBy, CaseStatistics, Figure, Morning } from '$lib/backend';

type Shape = Pick<Figure, 'name' | 'unit'> & { value: number; median: number; rows: Figure['leads_to']['rows'] };

const shapes: Shape[] = [
  { name: 'abnormal_exits_per100', unit: 'count', value: 2.6, median: 1.6, rows: 'openings' },
  { name: 'unpaid_fen', unit: 'fen', value: 61_200, median: 48_000, rows: 'openings' },
  { name: 'rises', unit: 'count', value: 6, median: 7, rows: 'rises' },
  { name: 'unresolved_orders', unit: 'count', value: 1, median: 1, rows: 'openings' },
  { name: 'waiting_p50', unit: 'seconds', value: 11, median: 12, rows: 'calls' },
  { name: 'waiting_p90', unit: 'seconds', value: 48, median: 31, rows: 'calls' },
  { name: 'abandoned', unit: 'count', value: 4, median: 3, rows: 'calls' },
  { name: 'handling_p90', unit: 'seconds', value: 172, median: 180, rows: 'cases' },
  { name: 'corrections_per100', unit: 'percent', value: 3.4, median: 1.9, rows: 'cases' },
  { name: 'calls_per100', unit: 'count', value: 1.2, median: 1.3, rows: 'calls' },
  { name: 'offline_minutes', unit: 'minutes', value: 92, median: 30, rows: 'devices' },
  { name: 'long_stays', unit: 'count', value: 17, median: 15, rows: 'stays' },
  { name: 'debts_fen', unit: 'fen', value: 38_700, median: 41_000, rows: 'debts' },
  { name: 'cash_fen', unit: 'fen', value: 12_600, median: 9_800, rows: 'cash' },
  { name: 'approvals', unit: 'count', value: 3, median: 2, rows: 'approvals' },
  { name: 'evidence_to_review', unit: 'count', value: 2, median: 2, rows: 'evidence' },
];

/** A past that wanders about its median; no chance, so that pictures stay the same. */
const past = (median: number, seed: number): (number | null)[] =>
  Array.from({ length: 28 }, (_, at) => {
    if (at === (seed * 5) % 28) return null;
    const wave = Math.sin(at * 1.7 + seed * 2.3) * 0.32 + Math.sin(at * 0.6 + seed) * 0.18;
    return Math.max(0, Math.round(median * (1 + wave) * 10) / 10);
  });

const from = (day: string) => ({ from: `${day}T00:00:00+08:00`, to: `${day}T23:59:59.999+08:00` });

const more = (name: Figure['name']): Record<string, string> => {
  if (name === 'abnormal_exits_per100') return { kind: 'abnormal', direction: 'exit' };
  if (name === 'unpaid_fen') return { unpaid: 'true' };
  if (name === 'unresolved_orders') return { unresolved: 'true' };
  if (name === 'corrections_per100') return { corrected: 'true' };
  if (name === 'abandoned') return { state: 'abandoned' };
  return {};
};

export function sampleMorning(day: string, lot: string | null): Morning {
  return {
    day,
    ...(lot ? { lot: { id: lot, name: '彩悦大厦' } } : {}),
    figures: shapes.map(({ rows, ...shape }, at) => ({
      ...shape,
      past: past(shape.median, at + 1),
      worse: shape.value > shape.median * 1.5,
      leads_to: { rows, filter: { ...from(day), ...more(shape.name) } },
      parts:
        shape.value > shape.median
          ? [
              {
                label: '彩悦大厦 · 东门出口',
                value: Math.ceil(shape.value * 0.6),
                leads_to: { rows, filter: { ...from(day), lane: 'E02' } },
              },
              {
                label: '星河雅居 · 南门出口',
                value: Math.ceil(shape.value * 0.3),
                leads_to: { rows, filter: { ...from(day), lane: 'S01' } },
              },
            ]
          : [],
    })),
  };
}

const bar = (key: string, label: string, cases: number, p50: number, p90: number): CasesBar => ({
  key,
  label,
  cases,
  handling_p50_s: p50,
  handling_p90_s: p90,
});

const bars: Record<CasesBy, () => CasesBar[]> = {
  outcome: () => [
    bar('solved', '', 168, 62, 160),
    bar('', '', 31, 40, 122),
    bar('sent_to_manager', '', 12, 118, 301),
    bar('driver_left', '', 9, 30, 75),
    bar('device_fault', '', 5, 144, 420),
  ],
  lot: () => [
    bar('caiyue', '彩悦大厦', 104, 58, 151),
    bar('xinghe', '星河雅居', 71, 66, 178),
    bar('kechuang', '科创园 B 区', 50, 61, 190),
  ],
  hour: () =>
    Array.from({ length: 24 }, (_, hour) =>
      bar(
        String(hour).padStart(2, '0'),
        '',
        Math.round(10 + 9 * Math.sin((hour - 5) / 3.2) + (hour === 18 ? 9 : 0)),
        60,
        150,
      ),
    ),
  person: () => [
    bar('agent', '李四', 88, 55, 140),
    bar('guard', '张三', 61, 71, 188),
    bar('hejing', '何静', 42, 60, 172),
    bar('chenyu', '陈雨', 34, 64, 165),
  ],
};

export function sampleCases(by: CasesBy): CaseStatistics {
  return {
    cases: 225,
    calls: 134,
    abandoned: 4,
    waiting_p50_s: 11,
    waiting_p90_s: 48,
    handling_p50_s: 61,
    handling_p90_s: 172,
    cash_fen: 12_600,
    bars: bars[by](),
  };
}
