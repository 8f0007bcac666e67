import { cleanup, configure, render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Call, Person, View } from '$lib/backend';
import { App } from '$lib/app.svelte';
import { MemoryBackend, type Script } from '$lib/test/desk';
import { no } from '$lib/backend/memory/rooms';
import { people } from '$lib/backend/memory/sample';
import AppPage from '../App.svelte';

/** Colour is measured in a browser; jsdom lays nothing out. */
async function faults(): Promise<string[]> {
  const found = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
  return found.violations.map((fault) => `${fault.id}: ${fault.nodes.map((node) => node.html).join(' | ')}`);
}

const agent = people['agent'] as Person;
const first = (list: readonly Call[]): Call => list[0] as Call;

async function open(script: Script = {}) {
  const backend = new MemoryBackend({ person: agent, ...script });
  const app = new App(backend);
  render(AppPage, { props: { app } });
  await app.start();
  await screen.findByRole('main');
  return { app, backend, user: userEvent.setup() };
}

configure({ getElementError: (message) => new Error(message ?? 'not found') });

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('an arriving call', () => {
  it('brings its lane up on the idle page, with its clock (R29)', async () => {
    const { app, backend } = await open();
    const call = backend.ring('E02');
    await waitFor(() => expect(app.lane.view?.lane.id).toBe('E02'));
    expect(app.lane.mode).toBe('mine');
    expect(await screen.findByTestId('call-clock')).toHaveAttribute('data-phase', 'rings');
    expect(screen.queryByTestId('call-banner')).toBeNull();
    expect(await screen.findByTestId('plate-cell-0')).toHaveValue('粤');
    backend.becomes(call.id, { state: 'live', answered_at: new Date().toISOString() });
    await waitFor(() => expect(screen.getByTestId('call-clock')).toHaveAttribute('data-phase', 'live'));
    backend.becomes(call.id, { state: 'ended', ended_at: new Date().toISOString() });
    await waitFor(() => expect(screen.getByTestId('call-clock')).toHaveTextContent('通话已结束'));
    expect(await faults()).toEqual([]);
  });

  it('never takes an open case away, nor what is typed there (R30)', async () => {
    const { app, backend, user } = await open();
    await app.claim('E02');
    await user.click(await screen.findByTestId('plate-cell-3'));
    await user.keyboard('2');
    backend.ring('S01', 'waiting');
    const banner = await screen.findByTestId('call-banner');
    expect(banner).toHaveTextContent('星河雅居 · 南门出口');
    expect(banner).toHaveTextContent('已等 0:0');
    expect(app.lane.view?.lane.id).toBe('E02');
    expect(screen.getByTestId('plate-cell-3')).toHaveValue('2');
    expect(await faults()).toEqual([]);

    // Taking it is asked first, for it gives the lane up; going on here is the first choice.
    await user.click(screen.getByTestId('call-take'));
    expect(await screen.findByTestId('give-up-sheet')).toHaveTextContent('彩悦大厦 · 东门出口');
    await user.keyboard('{Escape}');
    expect(backend.sent.filter((sent) => sent.startsWith('take'))).toEqual([]);
    await user.click(screen.getByTestId('call-later'));
    await waitFor(() => expect(screen.queryByTestId('call-banner')).toBeNull());
    expect(screen.getByTestId('queue-chip')).toHaveTextContent('排队 1');
  });

  it('at a lane held by another shows R7 and the call all the same', async () => {
    // 李四 holds it.
    const { app, backend } = await open({ person: { ...agent, id: 'zhaoliu', name: '赵六' } });
    backend.ring('K01');
    expect(await screen.findByTestId('held-banner')).toHaveTextContent('已经有人处理');
    expect(app.lane.mode).toBe('watch');
    expect(await screen.findByTestId('call-clock')).toBeInTheDocument();
  });

  it('of an unknown lane opens the search with what is known', async () => {
    const { app, backend } = await open();
    backend.ring(null);
    await waitFor(() => expect(screen.getByTestId('search-input')).toHaveValue('R-999'));
    expect(screen.getByTestId('call-banner')).toHaveTextContent('道口未知');
    expect(app.lane.mode).toBe('idle');
  });

  it('sounds, unless the device is told to be quiet', async () => {
    const tones = vi.fn();
    vi.stubGlobal('AudioContext', function () {
      tones();
      throw new Error('no sound here');
    });
    const { backend } = await open({ settings: { quiet_calls: true } });
    backend.ring('E02');
    expect(tones).not.toHaveBeenCalled();
    vi.unstubAllGlobals();
  });
});

describe('the queue', () => {
  it('lists who waits, takes the oldest with F4, and has no accessibility faults', async () => {
    const { app, user } = await open({ waiting: 2 });
    expect(await screen.findByTestId('queue-chip')).toHaveTextContent('排队 2');
    expect(screen.getByTestId('idle-waiting')).toHaveTextContent('星河雅居 · 南门出口');
    await user.click(screen.getByTestId('queue-chip'));
    expect(await screen.findByTestId('queue-waiting')).toHaveTextContent('彩悦大厦 · 东门进口');
    expect(screen.getByTestId('queue-live')).toHaveTextContent('王五');
    expect(screen.getByTestId('queue-abandoned')).toHaveTextContent('北门进口');
    expect(await faults()).toEqual([]);
    await user.keyboard('{F4}');
    await waitFor(() => expect(app.lane.view?.lane.id).toBe('S01'));
    expect(screen.queryByTestId('queue-drawer')).toBeNull();
    expect(app.lane.mode).toBe('mine');
    expect(app.lane.view?.lease?.expires_at).toBeNull();
  });

  it('tells who was first, and keeps the page', async () => {
    const { app, backend, user } = await open({ waiting: 1 });
    await user.click(await screen.findByTestId('queue-chip'));
    const id = first(app.calls.waiting).id;
    backend.callsNow = backend.callsNow.map((call) => (call.id === id ? { ...call, state: 'live' } : call));
    await user.click(within(await screen.findByTestId('queue-waiting')).getByTestId(`take-${id}`));
    expect(await screen.findByTestId('queue-problem')).toHaveTextContent('已由王五接听。');
    expect(app.lane.mode).toBe('idle');
  });

  it('says what was refused, though one’s seat turns meanwhile', async () => {
    const { app, backend, user } = await open({ waiting: 1 });
    vi.spyOn(backend, 'callBack').mockReturnValueOnce(no('call_over', '该来电已经结束。'));
    await user.click(await screen.findByTestId('queue-chip'));
    await user.click(await screen.findByTestId(`called-back-${first(app.calls.abandoned).id}`));
    await user.type(screen.getByTestId('called-back-note'), '已放行{Enter}');
    await screen.findByTestId('queue-problem');
    app.session.sits(null);
    await waitFor(() => expect(screen.getByTestId('queue-drawer')).toHaveTextContent('先选坐席'));
    expect(screen.getByTestId('queue-problem')).toHaveTextContent('该来电已经结束。');
    expect(screen.getByTestId('called-back-note')).toHaveValue('已放行');
  });

  it('marks a call as rung back, with a note', async () => {
    const { app, backend, user } = await open({ waiting: 1 });
    await user.click(await screen.findByTestId('queue-chip'));
    await user.click(await screen.findByTestId(`called-back-${first(app.calls.abandoned).id}`));
    await user.type(screen.getByTestId('called-back-note'), '已放行{Enter}');
    await waitFor(() => expect(backend.sent).toContain('called-back:已放行'));
  });

  it('is not there for lot staff (R1)', async () => {
    await open({ person: people['guard'] as Person, waiting: 2 });
    expect(screen.queryByTestId('queue-chip')).toBeNull();
    expect(screen.queryByTestId('idle-waiting')).toBeNull();
    expect(screen.queryByTestId('seat-control')).toBeNull();
  });

  it('is seen by a supervisor, who takes none', async () => {
    const { app, user } = await open({ person: people['chief'] as Person, waiting: 1 });
    await user.click(await screen.findByTestId('queue-chip'));
    expect(await screen.findByTestId('queue-waiting')).toHaveTextContent('星河雅居');
    expect(screen.queryByTestId(`take-${first(app.calls.waiting).id}`)).toBeNull();
    expect(screen.queryByTestId('take-next')).toBeNull();
  });
});

describe('in a live call (R11)', () => {
  async function inCall() {
    const opened = await open({ waiting: 1 });
    await opened.user.keyboard('{F4}');
    await waitFor(() => expect(opened.app.lane.mode).toBe('mine'));
    return opened;
  }

  it('another lane opens read-only, and the case can be moved there', async () => {
    const { app, backend, user } = await inCall();
    await app.claim('E01');
    expect(await screen.findByTestId('in-call-banner')).toHaveTextContent('通话中，其他道口只读');
    expect(backend.sent).not.toContain('claim');
    expect(screen.getByTestId('open-button')).toBeDisabled();
    expect(await faults()).toEqual([]);
    await user.click(screen.getByTestId('move-here'));
    await waitFor(() => expect(app.lane.mode).toBe('mine'));
    expect(backend.sent).toContain('move:case-1:E01');
    expect(app.lane.view?.lane.id).toBe('E01');
  });

  it('leads back to the lane of the call', async () => {
    const { app, user } = await inCall();
    await app.claim('E01');
    await user.click(await screen.findByTestId('call-back'));
    await waitFor(() => expect(app.lane.view?.lane.id).toBe('S01'));
    expect(app.lane.mode).toBe('mine');
  });

  it('closing asks first', async () => {
    const { user } = await inCall();
    await user.click(await screen.findByTestId('close-case'));
    expect(await screen.findByTestId('close-problem')).toHaveTextContent('通话还没有结束');
    expect(screen.getByTestId('close-confirm')).toHaveTextContent('通话中关单');
  });
});

describe('手工建单 (R31)', () => {
  it('opens a case for a driver on another line, from a lane looked at', async () => {
    const { app, backend, user } = await open();
    await app.watch('E02');
    await user.click(await screen.findByTestId('by-hand-viewed'));
    expect(await faults()).toEqual([]);
    await user.type(screen.getByTestId('by-hand-caller'), '13900001111{Enter}');
    await waitFor(() => expect(app.lane.mode).toBe('mine'));
    expect(backend.sent).toContain('by-hand:E02');
    expect(screen.queryByTestId('by-hand-sheet')).toBeNull();
  });

  it('asks for the caller of the lane looked at, and the engine warns of nothing', async () => {
    const warned = vi.spyOn(console, 'warn');
    const { app, user } = await open();
    await app.watch('E02');
    await user.click(await screen.findByTestId('by-hand-viewed'));
    expect(await screen.findByTestId('by-hand-sheet')).toHaveTextContent('彩悦大厦 · 东门出口');
    expect(warned).not.toHaveBeenCalled();
  });
});

describe('the seat (R2, R4)', () => {
  it('shows how it stands, and the others', async () => {
    const { backend, user } = await open();
    expect(await screen.findByTestId('seat-state')).toHaveTextContent('空闲');
    await user.click(screen.getByTestId('seat-control'));
    expect(await screen.findByTestId('seat-others')).toHaveTextContent('王五');
    expect(await faults()).toEqual([]);
    await user.click(screen.getByTestId('seat-choice-away'));
    await waitFor(() => expect(screen.getByTestId('seat-state')).toHaveAttribute('data-state', 'away'));
    expect(backend.sent).toContain('seat:away');
  });

  it('that somebody else sits at now is no longer one’s own', async () => {
    const { app, backend } = await open();
    const taken = {
      number: '2066',
      person: { id: 'wangwu', name: '王五', role: 'agent' as const },
      state: 'free' as const,
    };
    backend.tell({ type: 'seat', seat: taken });
    await waitFor(() => expect(app.session.person?.seat ?? null).toBeNull());
    expect(screen.getByTestId('seat-control')).toHaveTextContent('未选坐席');
  });

  it('one still has after a restart is shown again', async () => {
    const { app } = await open({ person: { ...agent, seat: null } });
    await waitFor(() => expect(app.session.person?.seat).toBe('2066'));
  });
});

describe('the robot', () => {
  it('is told with F6 what the vehicle needs, and its screen and result follow', async () => {
    const { app, backend, user } = await open();
    await app.claim('S01');
    await screen.findByTestId('push-qr');
    await user.keyboard('{F6}');
    await waitFor(() => expect(screen.getByTestId('robot-result')).toHaveAttribute('data-result', 'told'));
    expect(backend.robotTold).toEqual([{ type: 'show_qr', scene: 'pay' }]);
    await waitFor(() => expect(screen.getByTestId('robot-light')).toHaveAttribute('data-light', 'yellow'));
    expect(await faults()).toEqual([]);
  });

  it('speaks phrases and own words of at most 60 characters', async () => {
    const { app, backend, user } = await open();
    await app.claim('E02');
    await user.click(await screen.findByTestId('robot-talk'));
    expect(await faults()).toEqual([]);
    expect(screen.getByTestId('robot-speak')).toBeDisabled();
    await user.click(screen.getByTestId('robot-phrase.wait'));
    await user.click(screen.getByTestId('robot-speak'));
    expect(backend.robotTold).toEqual([{ type: 'speak', text: '您好，正在为您处理，请稍候。' }]);
    await user.clear(screen.getByTestId('robot-words'));
    await user.click(screen.getByTestId('robot-words'));
    await user.paste('字'.repeat(61));
    expect(screen.getByTestId('robot-speak')).toBeDisabled();
    // What cannot be taken back wants a second press on the same button.
    await user.click(screen.getByTestId('robot-restart'));
    expect(backend.robotTold).toHaveLength(1);
    await user.click(screen.getByTestId('robot-restart'));
    expect(backend.robotTold.at(-1)).toEqual({ type: 'restart' });
  });

  it('that fails says so in its own words', async () => {
    const { app, user } = await open({ robot: 'failed' });
    await app.claim('S01');
    await user.click(await screen.findByTestId('push-qr'));
    await waitFor(() => expect(screen.getByTestId('robot-result')).toHaveTextContent('失败'));
    expect(screen.getByTestId('robot-result')).toHaveTextContent('扬声器没有应答');
  });

  it('has no operations where there is none (R21), but a code can be held up here', async () => {
    const { app, backend, user } = await open();
    await app.claim('E01');
    await screen.findByTestId('lane-title');
    expect(screen.queryByTestId('robot-ops')).toBeNull();
    await app.claim('S01');
    backend.tell({ type: 'view', lane: 'S01' });
    const bare = { ...(app.lane.view as View) };
    delete bare.robot;
    app.lane.view = bare;
    await waitFor(() => expect(screen.queryByTestId('push-qr')).toBeNull());
    expect(screen.queryByTestId('robot-talk')).toBeNull();
    await user.keyboard('{F6}');
    expect(await screen.findByTestId('qr-amount')).toHaveTextContent('¥25.00');
    expect(await screen.findByTestId('qr-code')).toBeInTheDocument();
    expect(await faults()).toEqual([]);
  });

  it('code on this screen is asked anew when its amount is over, and gives way to the payment', async () => {
    const { app, backend, user } = await open({ qrSeconds: 1 });
    await app.claim('S01');
    await user.click(await screen.findByTestId('hold-up-qr'));
    await waitFor(() => expect(backend.sent.filter((sent) => sent === 'qr:pay').length).toBeGreaterThan(1), {
      timeout: 5000,
    });
    backend.pay();
    expect(await screen.findByTestId('qr-paid')).toHaveTextContent('已缴费 ¥25.00');
  });

  it('code that is not configured says who can help', async () => {
    const { app, user } = await open({ noQr: true });
    await app.claim('S01');
    await user.click(await screen.findByTestId('hold-up-qr'));
    expect(await screen.findByTestId('qr-problem')).toHaveTextContent('请管理员');
  });
});

describe('a payment', () => {
  it('turns the page by itself and offers to open (scene 2)', async () => {
    const { app, backend } = await open();
    await app.claim('S01');
    expect(await screen.findByTestId('open-button')).toBeDisabled();
    backend.pay();
    expect(await screen.findByTestId('paid-note')).toHaveTextContent('已缴费 ¥25.00');
    expect(screen.getByTestId('paid-note')).toHaveTextContent('可开闸放行');
    expect(screen.getByTestId('open-button')).toBeEnabled();
    expect(screen.queryByTestId('push-qr')).toBeNull();
  });
});
