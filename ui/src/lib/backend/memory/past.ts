/** The rows behind the morning's figures, in memory. */
import type { Holder, LongStay, Outage, PastCall, PastCase } from '..';
import { ago } from './sample';

const lisi: Holder = { id: 'agent', name: '李四', role: 'agent' };
const guard: Holder = { id: 'guard', name: '张三', role: 'lot_staff' };
const lot = { id: 'caiyue', name: '彩悦大厦' };
const lane = { id: 'E02', name: '东门出口', code: 'E-02' };
const plates = ['粤B12345', '粤B80D56', '粤BD33910', '粤AF0678', '粤B66R58'];

export function sampleCasesOf(filter: { corrected?: string; outcome?: string }): PastCase[] {
  const all = plates.map((plate, at): PastCase => {
    const corrected = at % 2 === 0;
    return {
      id: `past-case-${at}`,
      lot,
      lane,
      person: at % 2 ? lisi : guard,
      plate,
      plate_read: corrected ? plate.replace(/.$/, '8') : plate,
      corrected,
      direction: 'exit',
      state: at === 3 ? 'expired' : 'closed',
      ...(at === 3 ? {} : { outcome: at === 1 ? 'driver_left' : 'solved' }),
      ...(at === 0 ? { note: '车主出示缴费截图' } : {}),
      opened_at: ago(90_000 + at * 4_000),
      closed_at: ago(89_800 - at * 37 + at * 4_000),
    };
  });
  return all.filter(
    (each) =>
      (filter.corrected !== 'true' || each.corrected) &&
      (!filter.outcome || (each.outcome ?? 'none') === filter.outcome),
  );
}

export function sampleCallsOf(filter: { state?: string }): PastCall[] {
  const all = [8, 14, 48, 121].map((waited_s, at): PastCall => ({
    id: `past-call-${at}`,
    ...(at === 2 ? {} : { lot, lane }),
    caller: `138 2600 441${at}`,
    state: at === 3 ? 'abandoned' : 'ended',
    ...(at === 3 ? {} : { person: lisi }),
    since: ago(88_000 + at * 5_000),
    waited_s,
    ended_at: ago(87_700 + at * 5_000),
  }));
  return all.filter((each) => !filter.state || each.state === filter.state);
}

export function sampleStays(): LongStay[] {
  return [500, 212, 96].map((hours, at) => ({
    id: `stay-${at}`,
    lot,
    ...(at === 1 ? {} : { plate: plates[at] ?? '粤B00001' }),
    lane,
    entered_at: ago(hours * 3600),
  }));
}

export function sampleOutages(): Outage[] {
  return [
    { id: 'out-1', device: 'cam-N01', lot, began_at: ago(93_000), error: '5 秒内没有回应' },
    { id: 'out-0', device: 'cam-W02', lot, began_at: ago(120_000), ended_at: ago(118_300), error: '连接被拒绝' },
  ];
}
