import { waitFor } from '@testing-library/svelte';
import { describe, expect, it, vi } from 'vitest';
import { MemoryBackend, type Script } from '$lib/test/desk';
import { sampleView } from '$lib/backend/memory/sample';
import type { Approval } from '$lib/backend';
import { DEAF_MS } from '$lib/barrier/press.svelte';
import { Evidence } from '$lib/evidence/evidence.svelte';
import { Release } from './release.svelte';
import { recorded } from './words';

async function setUp(script: Script = {}, lane = 'S01') {
  const clock = { now: 1_000 };
  const backend = new MemoryBackend(script);
  backend.view = sampleView(lane);
  const evidence = new Evidence(backend);
  const release = new Release(backend, evidence, () => clock.now);
  await backend.listen({
    hubTold: ({ frame }) => release.hear(frame),
    connectionChanged: () => undefined,
    laneFree: () => undefined,
    evidenceChanged: (changed) => evidence.hear(changed),
    previewEnded: () => undefined,
    exportProgress: () => undefined,
    importTold: () => undefined,
    sessionEnded: () => undefined,
  });
  release.hasName = true;
  await release.show(at(lane, 'case-1'));
  return { clock, backend, evidence, release };
}
const at = (lane: string, of: string) => ({ lane, case: of, name: lane, read: null });
type Set = Awaited<ReturnType<typeof setUp>>;

async function fill({ evidence, release }: Set, reason = 'no_entry_record') {
  release.reason = reason;
  release.remark = '司机称由北门进场';
  release.unpaid = 'debt';
  release.edited();
  await evidence.takeOwn();
  await waitFor(() => expect(evidence.sent.length).toBeGreaterThan(0));
}

/** Asks and confirms after the deaf moment. */
function send({ clock, release }: Set) {
  release.ask();
  clock.now += DEAF_MS;
  return sent(release);
}

/** The order that came of it; null where none did. */
async function sent(release: Release) {
  const answer = await release.confirm();
  return answer.ok ? answer.data : null;
}

describe('filling in (R22, R23)', () => {
  it('chooses nothing beforehand', async () => {
    const { release } = await setUp();
    expect([release.reason, release.unpaid, release.remark, release.driverPhone]).toEqual([null, null, '', '']);
    expect(release.ready).toBe(false);
  });

  it('says at each field what is missing', async () => {
    const set = await setUp();
    const { release, evidence } = set;
    expect(Object.keys(release.missing)).toEqual(['reason', 'unpaid']);
    release.reason = 'misread';
    expect(release.missing.photos).toBe('还差证件照：出场异常放行须现场拍摄 1~3 张，现有 0 张。');
    expect(release.missing.remark).toBe('请填写备注');
    release.remark = '  ';
    expect(release.missing.remark).toBeDefined();
    await evidence.takeOwn();
    expect(release.missing.photos).toContain('还在发送');
    await waitFor(() => expect(release.missing.photos).toBeUndefined());
    release.remark = '已核对';
    release.unpaid = 'waive';
    expect(release.ready).toBe(true);
  });

  it('brings photos later only where the rule lets it, and only when that is said (R24)', async () => {
    const strict = await setUp();
    Object.assign(strict.release, { reason: 'no_entry_record', remark: '夜间', unpaid: 'waive', later: true });
    expect(strict.release.missing.photos).toBeDefined();

    const set = await setUp({ latePhotoMinutes: 30 });
    const { release, backend } = set;
    Object.assign(release, { reason: 'no_entry_record', remark: '夜间', unpaid: 'waive' });
    expect(release.missing.photos).toBeDefined();
    release.later = true;
    expect(release.missing).toEqual({});
    expect(recorded(release, 0).map((part) => part.text)).toContain('30 分钟内补录证件照');
    await send(set);
    expect(backend.released).toMatchObject({ photos: [], photos_later: true });
  });

  it('owes nothing once the photos are there', async () => {
    const set = await setUp({ latePhotoMinutes: 30 });
    await fill(set);
    set.release.later = true;
    expect(set.release.bringsLater).toBe(false);
    await send(set);
    expect(set.backend.released).not.toHaveProperty('photos_later');
  });

  it('follows the rule of the reason: an ambulance needs neither photo nor remark', async () => {
    const { release } = await setUp();
    release.reason = 'emergency';
    release.unpaid = 'waive';
    expect(release.missing).toEqual({});
  });

  it('asks at an entry for reason and remark alone', async () => {
    const { release } = await setUp({}, 'E01');
    release.reason = 'emergency';
    expect(Object.keys(release.missing)).toEqual(['remark']);
    release.remark = '消防车';
    expect(release.ready).toBe(true);
  });

  it('asks for the driver’s phone where a debt would have no name', async () => {
    const set = await setUp();
    await fill(set);
    set.release.hasName = false;
    expect(set.release.missing.phone).toBeDefined();
    set.release.driverPhone = '138 2600 4417';
    expect(set.release.missing.phone).toBeUndefined();
    set.release.unpaid = 'waive';
    set.release.driverPhone = '';
    expect(set.release.missing.phone).toBeUndefined();
  });

  it('does not ask for confirmation while something is missing', async () => {
    const { release } = await setUp();
    release.ask();
    expect(release.phase).toBe('filling');
    expect(release.tried).toBe(true);
  });
});

describe('half-filled work', () => {
  it('survives a restart of the desk', async () => {
    const set = await setUp();
    await fill(set);
    set.release.drafts.flush();
    const evidence = new Evidence(set.backend);
    const after = new Release(set.backend, evidence);
    await after.show(at('S01', 'case-1'));
    expect([after.reason, after.remark, after.unpaid]).toEqual(['no_entry_record', '司机称由北门进场', 'debt']);
    expect(after.restored).toBe(true);
    expect(evidence.sent).toHaveLength(1);
  });

  it('survives putting the sheet away, and does not go to another lane', async () => {
    const set = await setUp();
    await fill(set);
    set.release.shut();
    await set.release.show(at('E02', 'case-2'));
    expect(set.release.remark).toBe('');
    await set.release.show(at('S01', 'case-1'));
    expect(set.release.remark).toBe('司机称由北门进场');
  });

  it('goes on in the new case when the same lane is held anew', async () => {
    const set = await setUp();
    await fill(set);
    await set.release.show(at('S01', 'case-9'));
    expect(set.release.remark).toBe('司机称由北门进场');
    expect(set.release.phase).toBe('filling');
  });

  it('survives a draft it does not understand', async () => {
    const set = await setUp();
    set.release.shut();
    set.backend.drafts.set('release:E02', '{"reason":7,"at":"x"');
    await set.release.show(at('E02', 'case-1'));
    expect(set.release.phase).toBe('filling');
  });

  it('is dropped once the release was sent', async () => {
    const set = await setUp();
    await fill(set);
    await send(set);
    await waitFor(() => expect(set.backend.drafts.has('release:S01')).toBe(false));
    expect(set.release.open).toBe(false);
  });
});

describe('sending (R25, R26)', () => {
  it('is deaf at first and sends once', async () => {
    const set = await setUp();
    await fill(set);
    set.release.ask();
    expect(await sent(set.release)).toBeNull();
    set.clock.now += DEAF_MS;
    const [order] = await Promise.all([sent(set.release), sent(set.release)]);
    expect(order?.result).toBe('accepted');
    expect(set.backend.sent.filter((sent) => sent === 'release')).toHaveLength(1);
    expect(set.backend.released).toEqual({
      reason: 'no_entry_record',
      remark: '司机称由北门进场',
      photos: [expect.stringContaining('hub-')],
      unpaid: 'debt',
    });
  });

  it('keeps an unknown result unknown, and never repeats it', async () => {
    const set = await setUp({ releases: ['unknown'] });
    await fill(set);
    const order = await send(set);
    expect(order?.result).toBe('unknown');
    expect(set.backend.sent.filter((sent) => sent === 'release')).toHaveLength(1);
  });

  it('shows a refusal of the hub in the sheet and keeps the fields', async () => {
    const set = await setUp();
    await fill(set);
    const detail = '请填写备注。';
    const problem = { type: '', title: '', status: 422, detail, code: 'remark_required' as const };
    vi.spyOn(set.backend, 'release').mockResolvedValue({ ok: false, problem });
    expect(await send(set)).toBeNull();
    expect(set.release.refused?.code).toBe('remark_required');
    expect(set.release.phase).toBe('filling');
    expect(set.release.remark).toBe('司机称由北门进场');
  });
});

describe('leave of a supervisor', () => {
  async function asked(): Promise<Set & { leave: Approval }> {
    const set = await setUp();
    await fill(set, 'special_person');
    await send(set);
    return { ...set, leave: set.release.approval as Approval };
  }

  it('is waited for, then one tap goes on', async () => {
    const set = await asked();
    const { backend, clock, release, leave } = set;
    expect(release.phase).toBe('waiting');
    expect(release.approval?.state).toBe('waiting');
    expect(await sent(release)).toBeNull();
    await backend.answerApproval(leave.id, { answer: 'allow' });
    expect(release.approval?.state).toBe('allowed');
    // The button appeared this moment: it does not hear yet.
    expect(await sent(release)).toBeNull();
    clock.now += DEAF_MS;
    expect((await sent(release))?.result).toBe('accepted');
    expect(backend.sent.filter((sent) => sent === 'release')).toHaveLength(2);
  });

  it('shows the note when it is denied, and sends nothing', async () => {
    const { backend, clock, release, leave } = await asked();
    await backend.answerApproval(leave.id, { answer: 'deny', note: '证件与车主不符' });
    expect(release.approval).toMatchObject({ state: 'denied', note: '证件与车主不符' });
    clock.now += DEAF_MS;
    expect(await sent(release)).toBeNull();
    release.change();
    expect(release.phase).toBe('filling');
    expect(release.remark).toBe('司机称由北门进场');
  });

  it('runs out by the clock though nobody tells so', async () => {
    const { release, leave } = await asked();
    release.tick(Date.parse(leave.expires_at) - 1);
    expect(release.approval?.state).toBe('waiting');
    release.tick(Date.parse(leave.expires_at));
    expect(release.approval?.state).toBe('expired');
  });

  it('is found again after a restart', async () => {
    const { backend, leave } = await asked();
    const after = new Release(backend, new Evidence(backend));
    await after.show(at('S01', 'case-1'));
    expect(after.phase).toBe('waiting');
    expect(after.approval?.id).toBe(leave.id);
  });
});
