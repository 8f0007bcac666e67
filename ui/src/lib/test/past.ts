/** The rows behind the morning's figures. */
import type { Cash, LongStay, Outage, PastCall, PastCase } from '$lib/backend';
import { ago, at, chenyu, guard, lisi } from '$lib/backend/memory/sample';

const place = at('E02');
const { lot } = place;
const plates = ['粤B12345', '粤B80D56', '粤BD33910', '粤AF0678', '粤B66R58'];

export function sampleCasesOf(filter: { corrected?: string; outcome?: string }): PastCase[] {
  const all = plates.map((plate, turn): PastCase => {
    const corrected = turn % 2 === 0;
    return {
      id: `past-case-${turn}`,
      ...place,
      person: turn % 2 ? lisi : guard,
      plate,
      plate_read: corrected ? plate.replace(/.$/, '8') : plate,
      corrected,
      direction: 'exit',
      state: turn === 3 ? 'expired' : 'closed',
      ...(turn === 3 ? {} : { outcome: turn === 1 ? 'driver_left' : 'solved' }),
      ...(turn === 0 ? { note: '车主出示缴费截图' } : {}),
      opened_at: ago(90_000 + turn * 4_000),
      closed_at: ago(89_800 - turn * 37 + turn * 4_000),
    };
  });
  return all.filter(
    (each) =>
      (filter.corrected !== 'true' || each.corrected) &&
      (!filter.outcome || (each.outcome ?? 'none') === filter.outcome),
  );
}

export function sampleCallsOf(filter: { state?: string }): PastCall[] {
  const all = [8, 14, 48, 121].map((waited_s, turn): PastCall => ({
    id: `past-call-${turn}`,
    ...(turn === 2 ? {} : place),
    caller: `138 2600 441${turn}`,
    ...(turn === 3 ? { state: 'abandoned' } : { state: 'ended', person: lisi }),
    since: ago(88_000 + turn * 5_000),
    waited_s,
    ended_at: ago(87_700 + turn * 5_000),
  }));
  return all.filter((each) => !filter.state || each.state === filter.state);
}

export const sampleStays = (): LongStay[] =>
  [500, 212, 96].map((hours, turn) => {
    const plate = turn === 1 ? {} : { plate: plates[turn] ?? '粤B00001' };
    return { id: `stay-${turn}`, ...place, ...plate, entered_at: ago(hours * 3600) };
  });

export const sampleOutages = (): Outage[] => [
  { id: 'out-1', device: 'cam-N01', lot, began_at: ago(93_000), error: '5 秒内没有回应' },
  { id: 'out-0', device: 'cam-W02', lot, began_at: ago(120_000), ended_at: ago(118_300), error: '连接被拒绝' },
];

export const sampleCash = (): Cash[] =>
  [1200, 900, 2500].map((amount_fen, turn) => ({
    id: `c${turn}`,
    ...place,
    case: `case-c${turn}`,
    plate: plates[turn] ?? null,
    person: turn === 2 ? chenyu : guard,
    amount_fen,
    at: ago(90_000 + turn * 4000),
  }));
