import { beforeEach, describe, expect, it } from 'vitest';
import type { Told } from '$lib/backend';
import { MemoryBackend } from '$lib/test/desk';
import { lisi } from '$lib/backend/memory/sample';
import { Lane } from './lane.svelte';

let backend: MemoryBackend;
let lane: Lane;
let seq = 0;
const tell = (told: Told) => lane.hear({ seq: String(++seq), ...told });
const clock = { now: Date.now() };

beforeEach(() => {
  clock.now = Date.now();
  backend = new MemoryBackend();
  lane = new Lane(backend, () => clock.now);
});

describe('opening a lane', () => {
  it('claims it and shows its page (R6)', async () => {
    await lane.claim('E02');
    expect(lane.mode).toBe('mine');
    expect(lane.view?.lane.id).toBe('E02');
    expect(lane.caseId).toBe('case-1');
  });

  it('opens it read-only where another holds it (R7)', async () => {
    await lane.claim('K01');
    expect(lane.mode).toBe('watch');
    expect(lane.view?.lease?.holder.name).toBe('李四');
    expect(lane.problem).toBeNull();
  });

  it('locks nothing when one only looks', async () => {
    await lane.watch('E01');
    expect(lane.mode).toBe('watch');
    expect(backend.sent).not.toContain('claim');
  });

  it('drops the late answer of a lane one has already left', async () => {
    const first = lane.claim('E02');
    const second = lane.watch('E01');
    await Promise.all([first, second]);
    expect(lane.view?.lane.id).toBe('E01');
  });

  it('loses no frame that comes before the view does', async () => {
    const claimed = lane.claim('E02');
    tell({ type: 'view', lane: 'E02', barrier: { state: 'open', online: true } });
    await claimed;
    expect(lane.view?.barrier.state).toBe('open');
  });

  it('finds its work again after the page was loaded anew', async () => {
    await lane.claim('E02');
    const again = new Lane(backend, () => clock.now);
    await again.restore();
    expect(again.mode).toBe('mine');
    expect(again.view?.lane.id).toBe('E02');
  });
});

describe('losing a lane', () => {
  beforeEach(() => lane.claim('E02'));

  it.each(['expired', 'taken_over', 'handed_over', 'requeried', 'closed', 'revoked'] as const)('%s', (why) => {
    tell({ type: 'lease_lost', case: 'case-1', lane: 'E02', why, by: lisi });
    expect(lane.mode).toBe('lost');
    expect(lane.lost?.why).toBe(why);
    expect(lane.view).not.toBeNull();
  });

  it('changes nothing any more afterwards (R13)', async () => {
    tell({ type: 'lease_lost', case: 'case-1', lane: 'E02', why: 'expired' });
    expect(await lane.correctPlate('粤B12345')).toBe(false);
  });

  it('takes no notice of another case', () => {
    tell({ type: 'lease_lost', case: 'other', lane: 'E02', why: 'expired' });
    expect(lane.mode).toBe('mine');
  });

  it('ends by the clock even if nobody tells it', () => {
    clock.now = Date.parse(lane.view?.lease?.expires_at ?? '') + 1_000;
    lane.tick();
    expect(lane.mode).toBe('mine');
    clock.now += 1_000;
    lane.tick();
    expect(lane.mode).toBe('lost');
  });
});

describe('working a lane', () => {
  beforeEach(() => lane.claim('E02'));

  it('takes the answer of a correction as its view', async () => {
    expect(await lane.correctPlate('粤B12345')).toBe(true);
    expect(lane.view?.assessment).toBe('pass_valid');
  });

  it('asks one thing at a time', async () => {
    const both = await Promise.all([lane.correctPlate('粤B12345'), lane.refreshPicture()]);
    expect(both).toEqual([true, false]);
  });

  it('shows who asks for it and hands over in one step (R12)', async () => {
    tell({ type: 'asked', case: 'case-1', by: lisi });
    expect(lane.asked?.name).toBe('李四');
    await lane.grant();
    expect(lane.asked).toBeNull();
  });

  it('takes the end of its own lease by closing for no loss', async () => {
    const closed = lane.close({ during_call: false });
    tell({ type: 'lease_lost', case: 'case-1', lane: 'E02', why: 'closed' });
    expect(lane.mode).toBe('mine');
    await closed;
    expect(lane.mode).toBe('idle');
  });

  it('is idle after closing (R8, R20)', async () => {
    expect(await lane.close({ during_call: false })).toBe(true);
    expect(lane.mode).toBe('idle');
    expect(lane.view).toBeNull();
  });

  it('follows a lease that changes hands while one watches', async () => {
    await lane.watch('K01');
    tell({ type: 'lease', lane: 'K01' });
    expect(lane.view?.lease).toBeNull();
  });
});
