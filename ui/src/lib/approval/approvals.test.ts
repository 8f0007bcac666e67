import { describe, expect, it, vi } from 'vitest';
import type { Approval, Frame } from '$lib/backend';
import { MemoryBackend } from '$lib/test/desk';
import { no } from '$lib/backend/memory/rooms';
import { Approvals } from './approvals.svelte';

async function setUp() {
  const backend = new MemoryBackend();
  const approvals = new Approvals(backend);
  approvals.mine = true;
  await approvals.load();
  const told = (facts: Approval): Frame => ({
    seq: '1',
    type: 'approval',
    approval: facts.id,
    case: facts.case,
    facts,
  });
  const first = backend.asked[0] as Approval;
  return { backend, approvals, told, first };
}

describe('releases that wait for leave', () => {
  it('tells of one that arrives, once', async () => {
    const { approvals, told, first } = await setUp();
    approvals.hear(told({ ...first, id: 'leave-9' }));
    expect(approvals.arrived?.id).toBe('leave-9');
    expect(approvals.waiting).toBe(2);
    approvals.arrived = null;
    approvals.hear(told({ ...first, id: 'leave-9' }));
    expect(approvals.arrived).toBeNull();
  });

  it('takes the banner back when somebody else has answered', async () => {
    const { approvals, told, first } = await setUp();
    approvals.hear(told({ ...first, id: 'leave-9' }));
    approvals.hear(told({ ...first, id: 'leave-9', state: 'allowed' }));
    expect(approvals.arrived).toBeNull();
    expect(approvals.waiting).toBe(1);
  });

  it('answers with a note', async () => {
    const { backend, approvals, first } = await setUp();
    expect(await approvals.answer(first.id, 'deny', ' 证件不符 ')).toBe(true);
    expect(backend.asked[0]).toMatchObject({ state: 'denied', note: '证件不符' });
    expect(approvals.waiting).toBe(0);
  });

  it('says in words when an answer came too late, also once the list was read anew, until one answers again', async () => {
    const { approvals, first } = await setUp();
    expect(await approvals.answer('gone', 'allow', '')).toBe(false);
    await approvals.load();
    expect(approvals.refused?.code).toBe('not_found');
    await approvals.answer(first.id, 'allow', '');
    expect(approvals.refused).toBeNull();
  });

  it('a refusal does not outlast the page, nor the session', async () => {
    const { approvals } = await setUp();
    await approvals.answer('gone', 'allow', '');
    approvals.leave();
    expect(approvals.refused).toBeNull();
    await approvals.answer('gone', 'allow', '');
    approvals.forget();
    expect(approvals.refused).toBeNull();
  });

  it('a list that can be read again no longer says that it could not', async () => {
    const { approvals, backend } = await setUp();
    vi.spyOn(backend, 'approvals').mockReturnValueOnce(no('unavailable', '中心暂时无法写入记录。'));
    await approvals.load();
    expect(approvals.problem?.code).toBe('unavailable');
    await approvals.load();
    expect(approvals.problem).toBeNull();
  });

  it('no longer asks once the time is over', async () => {
    const { approvals, first } = await setUp();
    approvals.tick(Date.parse(first.expires_at));
    expect(approvals.waiting).toBe(0);
    expect(approvals.items[0]?.state).toBe('expired');
  });

  it('tells nobody who may not answer', async () => {
    const { approvals, told, first } = await setUp();
    approvals.forget();
    approvals.hear(told({ ...first, id: 'leave-9' }));
    expect(approvals.arrived).toBeNull();
  });
});
