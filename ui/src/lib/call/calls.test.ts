import { describe, expect, it, vi } from 'vitest';
import { MemoryBackend } from '$lib/test/desk';
import type { Call, Person } from '$lib/backend';
import { people } from '$lib/backend/memory/sample';
import { Calls } from './calls.svelte';
import { Chime, AGAIN_MS, TIMES } from './chime';

const agent = people['agent'] as Person;
const guard = people['guard'] as Person;
const first = (list: readonly Call[]): Call => list[0] as Call;

async function calls(waiting = 2, person = agent) {
  const backend = new MemoryBackend({ person, waiting });
  const store = new Calls(
    backend,
    () => person,
    () => person.role === 'agent',
  );
  await backend.listen({ hubTold: ({ frame }) => void store.hear(frame) } as Parameters<MemoryBackend['listen']>[0]);
  await store.load();
  return { backend, store };
}

describe('the queue (R30)', () => {
  it('shows the oldest first, and what is live and to be rung back', async () => {
    const { store } = await calls(3);
    expect(store.takeable.map((call) => call.lane?.id)).toEqual(['S01', 'E01', 'W02']);
    expect(store.live.map((call) => call.lane?.id)).toEqual(['K01']);
    expect(store.abandoned.map((call) => call.lane?.id)).toEqual(['N01']);
    expect(store.next?.lane?.id).toBe('S01');
  });

  it('shows a call once that rings at a seat and may be taken by anybody by now', async () => {
    const { backend, store } = await calls(1);
    const { id } = backend.becomes(backend.ring('E02').id, { overflow: true });
    await store.load();
    // A page keyed by ids breaks on one that comes twice.
    expect(store.waiting.filter((call) => call.id === id)).toHaveLength(1);
    expect(store.ringing.filter((call) => call.id === id)).toHaveLength(1);
  });

  it('loses a call that somebody else takes', async () => {
    const { backend, store } = await calls(1);
    const id = first(store.waiting).id;
    backend.becomes(id, { state: 'live', by: { id: 'wangwu', name: '王五', role: 'agent' } });
    expect(store.takeable).toEqual([]);
    expect(store.own).toBeNull();
  });

  it('asks nothing for lot staff, and hears nothing for them (R1)', async () => {
    const { backend, store } = await calls(2, guard);
    const asked = vi.spyOn(backend, 'calls');
    await store.load();
    backend.ring('E02', 'waiting');
    expect(asked).not.toHaveBeenCalled();
    expect(store.all.length).toBe(0);
  });

  it('reads the list anew where the hub counts otherwise', async () => {
    vi.useFakeTimers();
    const { backend, store } = await calls(1);
    backend.callsNow.push(backend.sampleCall('waiting', 'E01', 5));
    backend.tell({ type: 'queue', waiting: 2 });
    await vi.advanceTimersByTimeAsync(500);
    expect(store.waiting).toHaveLength(2);
    vi.useRealTimers();
  });

  it('drops one that was rung back, here or elsewhere', async () => {
    const { backend, store } = await calls(1);
    const { id } = first(store.abandoned);
    expect(await store.callBack(id, ' 已放行 ')).toBe(true);
    expect(backend.sent).toContain('called-back:已放行');
    expect(store.abandoned).toEqual([]);
    const again = backend.ring('N01', 'abandoned');
    expect(store.abandoned).toHaveLength(1);
    backend.becomes(again.id, { called_back_at: again.since });
    expect(store.abandoned).toEqual([]);
  });
});

describe('one’s own call', () => {
  it('is told once when it begins, and its end stays readable until the case is closed', async () => {
    const { backend, store } = await calls(0);
    const heard: (string | null)[] = [];
    await backend.listen({
      hubTold: ({ frame }) => void heard.push(store.hear(frame)?.id ?? null),
    } as Parameters<MemoryBackend['listen']>[0]);
    const { id } = backend.ring('E02');
    backend.becomes(id, { state: 'live', answered_at: new Date().toISOString() });
    expect(heard).toEqual([id, null]);
    expect(store.speaking).toBe(true);
    backend.becomes(id, { state: 'ended', ended_at: new Date().toISOString() });
    expect(store.own?.ended_at).toBeTruthy();
    expect(store.speaking).toBe(false);
    store.settle();
    expect(store.own).toBeNull();
  });

  it('is no longer one’s own when somebody else takes it', async () => {
    const { backend, store } = await calls(0);
    const { id } = backend.ring('E02');
    backend.becomes(id, { state: 'live', by: { id: 'wangwu', name: '王五', role: 'agent' } });
    expect(store.own).toBeNull();
  });

  it('that ended while the line was down is over, and its length follows with the frame', async () => {
    const { backend, store } = await calls(0);
    const call = backend.ring('E02');
    backend.callsNow = [];
    await store.load();
    expect(store.own).toMatchObject({ id: call.id, state: 'ended' });
    backend.tell({ type: 'call', call: { ...call, state: 'ended', ended_at: new Date().toISOString() } });
    expect(store.own?.ended_at).toBeTruthy();
  });

  it('is found again after a restart', async () => {
    const { backend, store } = await calls(0);
    const call = backend.ring('E02');
    store.forget();
    await store.load();
    expect(store.own?.id).toBe(call.id);
  });
});

describe('the tone', () => {
  it('sounds again while it rings, and not for ever', () => {
    vi.useFakeTimers();
    const play = vi.fn();
    const chime = new Chime(play);
    chime.ring(() => true);
    vi.advanceTimersByTime(AGAIN_MS * (TIMES + 5));
    expect(play).toHaveBeenCalledTimes(TIMES);
    play.mockClear();
    let rings = true;
    chime.ring(() => rings);
    vi.advanceTimersByTime(AGAIN_MS);
    rings = false;
    vi.advanceTimersByTime(AGAIN_MS * 3);
    expect(play).toHaveBeenCalledTimes(2);
    vi.useRealTimers();
  });
});
