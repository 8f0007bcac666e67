import { describe, expect, it, vi } from 'vitest';
import type { Answer, Backend, Order } from '$lib/backend';
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
  return { clock, orderBarrier, press: new Press(backend, () => clock.now) };
}
const open = { op: 'open' as const, needs: [] };

describe('confirming an order (R26, R27)', () => {
  it('is deaf for the first 400 ms', async () => {
    const { clock, orderBarrier, press } = setUp();
    press.ask('open', open);
    clock.now += DEAF_MS - 1;
    expect(await press.confirm('c1')).toBe(false);
    expect(orderBarrier).not.toHaveBeenCalled();
    clock.now += 1;
    expect(await press.confirm('c1')).toBe(true);
    expect(orderBarrier).toHaveBeenCalledTimes(1);
  });

  it('sends once however often it is pressed', async () => {
    const { clock, orderBarrier, press } = setUp();
    press.ask('open', open);
    clock.now += 1000;
    await Promise.all([press.confirm('c1'), press.confirm('c1'), press.confirm('c1')]);
    expect(orderBarrier).toHaveBeenCalledTimes(1);
  });

  it('sends nothing after cancelling', async () => {
    const { clock, orderBarrier, press } = setUp();
    press.ask('open', open);
    clock.now += 1000;
    press.cancel();
    expect(await press.confirm('c1')).toBe(false);
    expect(orderBarrier).not.toHaveBeenCalled();
  });

  it('lowers only when 「杆下无车」 was affirmed, and says so', async () => {
    const { clock, orderBarrier, press } = setUp();
    press.ask('close', { op: 'close', needs: ['clear'] });
    clock.now += 1000;
    expect(await press.confirm('c1')).toBe(false);
    press.clear = true;
    expect(await press.confirm('c1')).toBe(true);
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

describe('following an order', () => {
  it('turns accepted into opened when the stream says so', async () => {
    const { clock, press } = setUp();
    press.ask('open', open);
    clock.now += 1000;
    await press.confirm('c1');
    expect(press.order?.result).toBe('accepted');
    press.hear({ seq: '1', type: 'order', order_id: 'o1', case: 'c1', result: 'opened', detail: '' });
    expect(press.order?.result).toBe('opened');
  });

  it('keeps what the stream said before the command answered', async () => {
    const { clock, press } = setUp();
    press.ask('open', open);
    clock.now += 1000;
    const sent = press.confirm('c1');
    press.hear({ seq: '1', type: 'order', order_id: 'o1', case: 'c1', result: 'opened', detail: '' });
    await sent;
    expect(press.order?.result).toBe('opened');
  });

  it('never repeats an unknown order, only looks', async () => {
    const { clock, orderBarrier, press } = setUp({ ok: true, data: order('unknown') });
    press.ask('open', open);
    clock.now += 1000;
    await press.confirm('c1');
    await press.look('o1');
    expect(press.order?.result).toBe('opened');
    expect(orderBarrier).toHaveBeenCalledTimes(1);
  });
});
