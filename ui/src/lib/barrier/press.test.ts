import { describe, expect, it, vi } from 'vitest';
import type { Answer, Backend, Order, Problem } from '$lib/backend';
import type { Asker, Reply } from '$lib/reply/replies.svelte';
import { DEAF_MS, Press } from './press.svelte';

const order = (result: Order['result'], id = 'o1'): Order => ({
  id,
  case: 'c1',
  action: 'open',
  result,
  detail: '',
  at: '2026-11-22T06:25:51Z',
});

function setUp(answer: Answer<Order> = { ok: true, data: order('accepted') }) {
  const clock = { now: 1000 };
  const orderBarrier = vi.fn(() => Promise.resolve(answer));
  const orderResult = vi.fn(() => Promise.resolve({ ok: true as const, data: order('opened') }));
  const backend = { orderBarrier, orderResult } as unknown as Backend;
  const page: { now: Asker | null } = { now: asker('c1') };
  const told: Reply[] = [];
  const press = new Press(
    backend,
    () => page.now,
    (reply) => void told.push(reply),
    () => clock.now,
  );
  return { clock, orderBarrier, page, press, told };
}
const asker = (of: string): Asker => ({ lane: 'E02', case: of, name: '彩悦大厦 · 东门出口', read: null });
const open = { op: 'open' as const, needs: [] };

describe('confirming an order (R26, R27)', () => {
  it('is deaf for the first 400 ms', async () => {
    const { clock, orderBarrier, press } = setUp();
    press.ask('open', open);
    clock.now += DEAF_MS - 1;
    expect(await press.confirm()).toBe(false);
    expect(orderBarrier).not.toHaveBeenCalled();
    clock.now += 1;
    expect(await press.confirm()).toBe(true);
    expect(orderBarrier).toHaveBeenCalledTimes(1);
  });

  it('sends once however often it is pressed', async () => {
    const { clock, orderBarrier, press } = setUp();
    press.ask('open', open);
    clock.now += 1000;
    await Promise.all([press.confirm(), press.confirm(), press.confirm()]);
    expect(orderBarrier).toHaveBeenCalledTimes(1);
  });

  it('sends nothing after cancelling', async () => {
    const { clock, orderBarrier, press } = setUp();
    press.ask('open', open);
    clock.now += 1000;
    press.cancel();
    expect(await press.confirm()).toBe(false);
    expect(orderBarrier).not.toHaveBeenCalled();
  });

  it('lowers only when 「杆下无车」 was affirmed, and says so', async () => {
    const { clock, orderBarrier, press } = setUp();
    press.ask('close', { op: 'close', needs: ['clear'] });
    clock.now += 1000;
    expect(await press.confirm()).toBe(false);
    press.clear = true;
    expect(await press.confirm()).toBe(true);
    expect(orderBarrier).toHaveBeenCalledWith('c1', { action: 'close', clear: true });
  });

  it('asks a visitor for phone and reason, both', () => {
    const { press } = setUp();
    press.ask('open', { op: 'open', needs: ['driver_phone', 'entry_reason'] });
    press.driverPhone = '138 2600 4417';
    expect(press.ready).toBe(false);
    press.entryReason = '访客';
    expect(press.ready).toBe(true);
    press.driverPhone = '1382600';
    expect(press.ready).toBe(false);
  });
});

describe('a visitor’s phone that the hub refuses', () => {
  const problem = { code: 'invalid', detail: '手机号码格式不正确。', field: 'driver_phone' } as unknown as Problem;
  function typed(refusal: Problem = problem) {
    const opened = setUp({ ok: false, problem: refusal });
    opened.press.ask('open', { op: 'open', needs: ['driver_phone', 'entry_reason'] });
    opened.press.driverPhone = '13826004417';
    opened.press.entryReason = '访客';
    opened.clock.now += 1000;
    return opened;
  }

  it('is asked for again with everything typed, and a second press of the same finger sends nothing', async () => {
    const { orderBarrier, press } = typed();
    await press.confirm();
    expect(press.phase).toBe('asking');
    expect(press.wrong('driver_phone')).toBe('手机号码格式不正确。');
    expect([press.wrong('entry_reason'), press.driverPhone, press.entryReason]).toEqual([null, '13826004417', '访客']);
    expect(await press.confirm()).toBe(false);
    expect(orderBarrier).toHaveBeenCalledTimes(1);
    press.cancel();
    press.ask('open', { op: 'open', needs: ['driver_phone', 'entry_reason'] });
    expect([press.wrong('driver_phone'), press.driverPhone]).toEqual([null, '']);
  });

  it('opens no sheet over a page that has turned meanwhile, nor when one has come back', async () => {
    const { page, press } = typed();
    const sent = press.confirm();
    page.now = asker('c2');
    press.turned();
    page.now = asker('c1');
    await sent;
    expect(press.phase).toBe('rest');
    expect(press.refused?.problem).toBe(problem);
  });

  it('is no matter of the sheet when something else was refused', async () => {
    const { press } = typed({ code: 'not_offered', detail: '不可开闸' } as unknown as Problem);
    await press.confirm();
    expect(press.phase).toBe('rest');
    expect(press.refused?.problem.code).toBe('not_offered');
  });
});

describe('following an order', () => {
  it('turns accepted into opened when the stream says so', async () => {
    const { clock, press } = setUp();
    press.ask('open', open);
    clock.now += 1000;
    await press.confirm();
    expect(press.order?.result).toBe('accepted');
    press.hear({ seq: '1', type: 'order', order_id: 'o1', case: 'c1', result: 'opened', detail: '' });
    expect(press.order?.result).toBe('opened');
  });

  it('keeps what the stream said before the command answered', async () => {
    const { clock, press } = setUp();
    press.ask('open', open);
    clock.now += 1000;
    const sent = press.confirm();
    press.hear({ seq: '1', type: 'order', order_id: 'o1', case: 'c1', result: 'opened', detail: '' });
    await sent;
    expect(press.order?.result).toBe('opened');
  });

  it('never repeats an unknown order, only looks', async () => {
    const { clock, orderBarrier, press } = setUp({ ok: true, data: order('unknown') });
    press.ask('open', open);
    clock.now += 1000;
    await press.confirm();
    await press.look('o1');
    expect(press.order?.result).toBe('opened');
    expect(orderBarrier).toHaveBeenCalledTimes(1);
  });

  it('keeps no report of orders that are not its own, however many the scope has', async () => {
    const { clock, press } = setUp({ ok: true, data: order('accepted', 'o1') });
    const report = (id: string, of: string) =>
      press.hear({ seq: '1', type: 'order', order_id: id, case: of, result: 'opened', detail: '' });
    // Of the very id that comes later: had it been kept, the order would count as answered already.
    report('o1', 'c1');
    report('o1', 'c7');
    press.ask('open', open);
    clock.now += 1000;
    await press.confirm();
    expect(press.order?.result).toBe('accepted');
  });
});

describe('an answer that comes after the page has turned', () => {
  it('stays with its case: the next page neither shows it nor waits for it', async () => {
    const { clock, page, press, told } = setUp();
    press.ask('open', open);
    clock.now += 1000;
    const sent = press.confirm();
    page.now = asker('c2');
    press.turned();
    expect(press.phase).toBe('rest');
    await sent;
    expect([press.order, press.refused]).toEqual([null, null]);
    expect(told.at(-1)).toMatchObject({ asker: { case: 'c1' }, tone: 'info' });
    page.now = asker('c1');
    expect(press.order?.id).toBe('o1');
  });

  it('of a refusal, of a look and of a late report, too', async () => {
    const problem = { code: 'not_offered', detail: '不可开闸' } as unknown as Problem;
    const { clock, page, press, told } = setUp({ ok: false, problem });
    press.ask('open', open);
    clock.now += 1000;
    const sent = press.confirm();
    page.now = asker('c2');
    await sent;
    expect(press.refused).toBeNull();
    expect(told.at(-1)?.words()).toBe('被拒绝：不可开闸');
    page.now = asker('c1');
    const looked = press.look('o1');
    page.now = asker('c2');
    await looked;
    expect([press.order, press.lookedAt]).toEqual([null, null]);
  });

  it('asks nothing on the next page that was asked about on the last one', async () => {
    const { clock, orderBarrier, page, press } = setUp();
    press.ask('open', open);
    clock.now += 1000;
    page.now = asker('c2');
    expect(press.phase).toBe('rest');
    expect(await press.confirm()).toBe(false);
    expect(orderBarrier).not.toHaveBeenCalled();
  });
});
