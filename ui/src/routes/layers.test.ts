import { cleanup, configure, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { App } from '$lib/app.svelte';
import type { Answer, Order, SearchHits, View } from '$lib/backend';
import { MemoryBackend, type Script } from '$lib/test/desk';
import { people, sampleHits } from '$lib/backend/memory/sample';
import { DEAF_MS } from '$lib/barrier/press.svelte';
import AppPage from '../App.svelte';

/** An answer that is given when the test says so. */
function held<T>() {
  let give: (answer: Answer<T>) => void = () => undefined;
  const promise = new Promise<Answer<T>>((resolve) => (give = resolve));
  return { promise, give: (data: T) => give({ ok: true, data }) };
}

async function open(script: Script = {}) {
  const backend = new MemoryBackend(script);
  const app = new App(backend);
  render(AppPage, { props: { app } });
  await app.start();
  await screen.findByRole('main');
  return { app, backend, user: userEvent.setup() };
}
async function claim(lane: string, script: Script = {}) {
  const opened = await open(script);
  await opened.app.claim(lane);
  await screen.findByTestId('lane-title');
  return opened;
}
const order = (of: string): Order => ({
  id: 'order-a',
  case: of,
  action: 'open',
  result: 'opened',
  detail: '',
  at: new Date().toISOString(),
});
/** Past the moment in which a sheet is deaf. */
function later() {
  const now = performance.now();
  vi.spyOn(performance, 'now').mockReturnValue(now + DEAF_MS);
}

configure({ getElementError: (message) => new Error(message ?? 'not found') });
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

describe('an answer belongs to its asker (invariant 13)', () => {
  async function ordered() {
    const opened = await claim('E02');
    const { app, backend, user } = opened;
    await app.lane.chooseVehicle('stay-1');
    const answer = held<Order>();
    vi.spyOn(backend, 'orderBarrier').mockReturnValue(answer.promise as ReturnType<MemoryBackend['orderBarrier']>);
    await user.keyboard('{F8}');
    later();
    await user.click(await screen.findByTestId('confirm-open'));
    return { ...opened, answer, asked: app.lane.caseId ?? '' };
  }

  it('an opening that is answered after the page has turned stands in the strip, not on the next page', async () => {
    const { app, answer, asked } = await ordered();
    await app.claim('S01');
    expect(screen.queryByTestId('order-result')).toBeNull();
    answer.give(order(asked));
    expect(await screen.findByTestId('reply')).toHaveTextContent('彩悦大厦 · 东门出口：已抬杆');
    expect(screen.queryByTestId('order-result')).toBeNull();
    expect(screen.queryByTestId('mark-passed')).toBeNull();
    expect(app.step).toBe('open');
  });

  it('the strip leads back, and says nothing of what is in sight', async () => {
    const { app, answer, asked, user } = await ordered();
    app.go('openings');
    answer.give(order(asked));
    await user.click(await screen.findByTestId('reply-back'));
    expect(app.place).toBe('desk');
    expect(await screen.findByTestId('order-result')).toHaveAttribute('data-result', 'opened');
    expect(screen.queryByTestId('reply')).toBeNull();
  });

  it('a look at the barrier, too', async () => {
    const { app, backend, user } = await claim('E02', { orders: ['unknown'] });
    await app.lane.chooseVehicle('stay-1');
    await user.keyboard('{F8}');
    later();
    await user.click(await screen.findByTestId('confirm-open'));
    const asked = app.lane.caseId ?? '';
    const answer = held<Order>();
    vi.spyOn(backend, 'orderResult').mockReturnValue(answer.promise as ReturnType<MemoryBackend['orderResult']>);
    await user.click(await screen.findByTestId('look-barrier'));
    await app.claim('S01');
    answer.give(order(asked));
    expect(await screen.findByTestId('reply')).toHaveTextContent('已抬杆');
    expect(screen.queryByTestId('order-result')).toBeNull();
  });

  it('a correction of the plate is told beside the page it was not made for', async () => {
    const { app, backend } = await claim('E02');
    const answer = held<View>();
    vi.spyOn(backend, 'correctPlate').mockReturnValue(answer.promise as ReturnType<MemoryBackend['correctPlate']>);
    const corrected = app.lane.correctPlate('粤B12345');
    const view = app.lane.view as View;
    await app.claim('S01');
    answer.give(view);
    await corrected;
    expect(await screen.findByTestId('reply')).toHaveTextContent('车牌更正已完成');
    expect(app.lane.laneId).toBe('S01');
  });

  it('a sheet that asks for money goes with its case when a call turns the page', async () => {
    const { app } = await claim('S01', { person: people['guard'] ?? null, owing: true });
    app.office.over = 'cash';
    expect(await screen.findByTestId('cash-sheet')).toBeInTheDocument();
    await app.claim('E02');
    await waitFor(() => expect(screen.queryByTestId('cash-sheet')).toBeNull());
  });
});

describe('layers', () => {
  it('F8, Ctrl F9, Alt Q and ? open nothing under a zoomed picture', async () => {
    const { app, user } = await claim('E02');
    await app.lane.chooseVehicle('stay-1');
    await user.click(screen.getByTestId('picture-now'));
    await user.keyboard('{F8}{Control>}{F9}{/Control}{Alt>}q{/Alt}{F6}?');
    expect(screen.getAllByRole('dialog')).toEqual([screen.getByTestId('zoom')]);
    expect([app.press.phase, app.release.open]).toEqual(['rest', false]);
  });

  it('a zoomed picture goes with its lane', async () => {
    const { app, user } = await claim('E02');
    await user.click(screen.getByTestId('picture-now'));
    expect(screen.getByTestId('zoom')).toBeInTheDocument();
    await app.claim('S01');
    await waitFor(() => expect(screen.queryByTestId('zoom')).toBeNull());
  });

  it('Tab stays in a sheet, Esc closes it though the focus was lost, and the focus comes back', async () => {
    const { user } = await claim('E02');
    const opener = screen.getByTestId('close-case');
    await user.click(opener);
    const sheet = screen.getByTestId('close-sheet');
    for (const shift of [false, true])
      for (let press = 0; press < 12; press += 1) {
        await user.tab({ shift });
        expect(sheet.contains(document.activeElement)).toBe(true);
      }
    expect(document.querySelector('#app, .app')?.closest('[inert]')).not.toBeNull();
    (document.activeElement as HTMLElement).blur();
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByTestId('close-sheet')).toBeNull());
    await waitFor(() => expect(opener).toHaveFocus());
    expect(document.querySelector('[inert]')).toBeNull();
  });

  it('the password sheet lies over what asked for it, and gives the focus back to it', async () => {
    const { app, user } = await claim('E02');
    await user.click(screen.getByTestId('timeline-open'));
    app.reentry.asking = true;
    const password = await screen.findByTestId('reentry-sheet');
    expect(screen.getByTestId('timeline').closest('[inert]')).not.toBeNull();
    expect(password.closest('[inert]')).toBeNull();
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByTestId('reentry-sheet')).toBeNull());
    expect(screen.getByTestId('timeline').contains(document.activeElement)).toBe(true);
  });

  it('a click beside a sheet does not discard what was typed', async () => {
    const { user } = await claim('E02');
    await user.click(screen.getByTestId('need-help'));
    await user.type(await screen.findByTestId('help-ask-text'), '司机情绪激动');
    const scrim = document.querySelector('.scrim') as HTMLElement;
    await user.dblClick(scrim);
    expect(screen.getByTestId('sheet-unsaved')).toBeInTheDocument();
    expect(screen.getByTestId('help-ask-text')).toHaveValue('司机情绪激动');
    await user.click(screen.getByTestId('sheet-stay'));
    await user.click(scrim);
    await user.click(screen.getByTestId('sheet-discard'));
    await waitFor(() => expect(screen.queryByTestId('help-ask')).toBeNull());
  });
});

describe('Enter in the search box', () => {
  it('never claims what was found for the letters before', async () => {
    const { app, backend, user } = await open();
    const input = screen.getByTestId('search-input');
    await user.type(input, 'cydd');
    await screen.findByTestId('search-hit-E02');
    const answer = held<SearchHits>();
    vi.spyOn(backend, 'search').mockReturnValue(answer.promise as ReturnType<MemoryBackend['search']>);
    await user.clear(input);
    await user.type(input, '星河{Enter}');
    expect(backend.sent).not.toContain('claim');
    answer.give({ lots: [], lanes: sampleHits('').lanes.filter((lane) => lane.id === 'S01') });
    await waitFor(() => expect(app.lane.laneId).toBe('S01'));
  });

  it('does nothing where the text was changed before its answer came', async () => {
    const { app, backend, user } = await open();
    const input = screen.getByTestId('search-input');
    const first = held<SearchHits>();
    vi.spyOn(backend, 'search').mockReturnValueOnce(first.promise as ReturnType<MemoryBackend['search']>);
    await user.type(input, 'cydd{Enter}');
    await user.type(input, 'x');
    first.give(sampleHits(''));
    await waitFor(() => expect(app.search.waiting).toBe(false));
    expect(backend.sent).not.toContain('claim');
    expect(app.lane.mode).toBe('idle');
  });

  it('that ends a word of an input method claims nothing, nor saves a plate', async () => {
    const { app, backend, user } = await open();
    const input = screen.getByTestId('search-input');
    await user.type(input, 'cydd');
    await screen.findByTestId('search-hit-E02');
    await fireEvent.keyDown(input, { key: 'Enter', keyCode: 229 });
    await app.claim('E02');
    const cell = await screen.findByTestId('plate-cell-3');
    await user.click(cell);
    await user.keyboard('2');
    const saved = vi.spyOn(backend, 'correctPlate');
    await fireEvent.keyDown(cell, { key: 'Enter', keyCode: 229 });
    expect(saved).not.toHaveBeenCalled();
    expect(backend.sent.filter((sent) => sent === 'claim')).toHaveLength(1);
  });
});

describe('two clicks make one secret', () => {
  it.each([
    ['person', 'person-reset', 'resetPassword'],
    ['robot', 'robot-pair', 'pairRobot'],
    ['integration', 'secret-begin', 'rotateSecret'],
  ] as const)('%s: %s', async (table, button, command) => {
    const { app, backend, user } = await open({ person: people['admin'] ?? null });
    app.go('settings');
    await user.click(await screen.findByTestId(`settings-${table}`));
    await waitFor(() => expect(app.office.sites.rows.items.length).toBeGreaterThan(0));
    app.office.sites.edit(app.office.sites.rows.items[0] ?? null);
    const made = vi.spyOn(backend, command);
    await user.dblClick(await screen.findByTestId(button));
    expect(await screen.findByTestId('once')).toBeInTheDocument();
    expect(made).toHaveBeenCalledTimes(1);
  });
});

describe('nothing is lost out of sight', () => {
  it('a real call rings above the guide, and claims nothing behind it', async () => {
    const { app, backend, user } = await open({ person: people['agent'] ?? null });
    await app.office.practise('pass', app);
    await screen.findByTestId('guide-bubble');
    backend.ring('S01');
    const banner = await screen.findByTestId('call-banner');
    expect(banner).toHaveTextContent('星河雅居');
    expect(backend.sent).not.toContain('claim');
    await user.click(screen.getByTestId('call-take'));
    await waitFor(() => expect(app.lane.laneId).toBe('S01'));
    expect(app.office.practice).toBeNull();
    expect(screen.queryByTestId('guide-bubble')).toBeNull();
  });

  it('a page that throws says so, and leads on', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const { app, user } = await claim('E02');
    const view = app.lane.view as View;
    app.lane.view = { ...view, timeline: null, candidates: null } as unknown as View;
    expect(await screen.findByTestId('page-fault')).toHaveTextContent('这一页出了错');
    expect(screen.getByTestId('page-fault')).toHaveTextContent('彩悦大厦 · 东门出口 仍由您锁定');
    await user.click(screen.getByTestId('fault-idle'));
    expect(await screen.findByTestId('search-input')).toBeInTheDocument();
    expect(app.lane.mode).toBe('idle');
  });

  it('while the desk looks for its hub, something is on the screen at once', () => {
    const app = new App(new MemoryBackend());
    render(AppPage, { props: { app } });
    expect(screen.getByTestId('starting')).toHaveTextContent('正在启动');
  });
});
