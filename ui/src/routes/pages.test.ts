import { cleanup, configure, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { App } from '$lib/app.svelte';
import { MemoryBackend, type Script } from '$lib/test/desk';
import { DEAF_MS } from '$lib/barrier/press.svelte';
import AppPage from '../App.svelte';

/** Colour is measured in a browser; jsdom lays nothing out. */
async function faults(): Promise<string[]> {
  const found = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
  return found.violations.map((fault) => `${fault.id}: ${fault.nodes.map((node) => node.html).join(' | ')}`);
}

async function open(script: Script = {}) {
  const backend = new MemoryBackend(script);
  const app = new App(backend);
  render(AppPage, { props: { app } });
  await app.start();
  await screen.findByRole('main');
  return { app, backend, user: userEvent.setup() };
}

async function claim(laneId: string, script: Script = {}) {
  const opened = await open(script);
  await opened.app.claim(laneId);
  await screen.findByTestId('lane-title');
  return opened;
}

// The whole page in a failure's message hides what failed.
configure({ getElementError: (message) => new Error(message ?? 'not found') });

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

describe('login', () => {
  it('has no accessibility faults, and leads to the desk', async () => {
    const { user } = await open({ person: null });
    expect(await faults()).toEqual([]);
    await user.clear(screen.getByTestId('login-username'));
    await user.type(screen.getByTestId('login-username'), 'guard');
    await user.type(screen.getByTestId('login-password'), 'lanedesk-demo');
    await user.click(screen.getByTestId('login-submit'));
    expect(await screen.findByTestId('search-input')).toBeInTheDocument();
  });

  it('says in words what is wrong', async () => {
    const { user } = await open({ person: null });
    await user.type(screen.getByTestId('login-password'), 'wrong{Enter}');
    expect(await screen.findByTestId('login-problem')).toHaveTextContent('账号或密码不对。');
  });
});

describe('idle', () => {
  it('has no accessibility faults, and greys the usual operations (R19)', async () => {
    await open();
    expect(await faults()).toEqual([]);
    expect(screen.getByTestId('open-button')).toBeDisabled();
    expect(screen.getByTestId('close-case')).toBeDisabled();
    expect(screen.getByTestId('close-barrier')).toBeDisabled();
  });

  it('finds a lane by initials and claims it with Enter (R5, R6)', async () => {
    const { app, user } = await open();
    await user.type(screen.getByTestId('search-input'), 'cydd');
    await screen.findByTestId('search-hit-E02');
    expect(await faults()).toEqual([]);
    await user.keyboard('{ArrowDown}{Enter}');
    await waitFor(() => expect(app.lane.view?.lane.id).toBe('E02'));
    expect(app.lane.mode).toBe('mine');
  });

  it('finds records of a plate without claiming (R41)', async () => {
    const { backend, user } = await open();
    await user.type(screen.getByTestId('search-input'), '粤B12345');
    await user.click(await screen.findByTestId('open-records'));
    expect(await screen.findByTestId('records-drawer')).toHaveTextContent('只查看记录');
    expect(await faults()).toEqual([]);
    expect(backend.sent).toEqual([]);
  });
});

describe('a lane', () => {
  it('has no accessibility faults', async () => {
    await claim('E02');
    expect(await faults()).toEqual([]);
  });

  it('corrects the plate by segments, finds the pass and opens (scene 1)', async () => {
    const { backend, user } = await claim('E02');
    expect(screen.getByTestId('open-button')).toBeDisabled();
    await user.click(screen.getByTestId('plate-cell-3'));
    await user.keyboard('2{Enter}');
    expect(await screen.findByTestId('plate-found')).toHaveTextContent('更正为 粤B·12345：有效月卡，至');
    await user.click(screen.getByTestId('open-button'));
    expect(screen.getByTestId('confirm-sheet')).toHaveTextContent('彩悦大厦 · 东门出口 · 出场');
    expect(screen.getByTestId('confirm-sheet')).toHaveTextContent('（原识别 粤B·1Z345）');
    expect(await faults()).toEqual([]);
    const pressed = performance.now();
    vi.spyOn(performance, 'now').mockReturnValue(pressed + DEAF_MS);
    await user.dblClick(screen.getByTestId('confirm-open'));
    expect(backend.sent.filter((sent) => sent === 'order:open')).toHaveLength(1);
    await waitFor(() => expect(screen.getByTestId('order-result')).toHaveAttribute('data-result', 'opened'), {
      timeout: 3000,
    });
    await user.click(screen.getByTestId('mark-passed'));
    expect(await screen.findByTestId('passed')).toBeInTheDocument();
  });

  it('never opens by Esc, nor by the key that opened the sheet', async () => {
    const { app, backend, user } = await claim('E02');
    await app.lane.chooseVehicle('stay-1');
    await user.keyboard('{F8}{Enter}{F8}');
    expect(screen.getByTestId('confirm-sheet')).toBeInTheDocument();
    await user.keyboard('{Escape}');
    expect(screen.queryByTestId('confirm-sheet')).toBeNull();
    expect(backend.sent).not.toContain('order:open');
  });

  it('offers to look, not to open again, when the result is unknown (R26)', async () => {
    const { app, user } = await claim('E02', { orders: ['unknown'] });
    await app.lane.chooseVehicle('stay-1');
    await user.click(await screen.findByTestId('open-button'));
    const pressed = performance.now();
    vi.spyOn(performance, 'now').mockReturnValue(pressed + DEAF_MS);
    await user.click(screen.getByTestId('confirm-open'));
    expect(await screen.findByTestId('look-barrier')).toBeInTheDocument();
    expect(screen.getByTestId('open-button')).toBeDisabled();
    expect(screen.getByTestId('order-result')).toHaveTextContent(
      '未收到道闸回执，可能已抬杆。请先看画面和道闸状态，不要重复开闸。',
    );
  });

  it('tells the holder of a held lane, and lets nobody act there (R7)', async () => {
    await claim('K01');
    expect(screen.getByTestId('held-banner')).toHaveTextContent('已经有人处理');
    expect(screen.getByTestId('held-banner')).toHaveTextContent(/李四（客服）\d\d:\d\d 起处理中。/);
    expect(screen.getByTestId('open-button')).toBeDisabled();
    expect(screen.queryByTestId('plate-cell-0')).toBeNull();
    expect(screen.queryByTestId('take-over')).toBeNull();
    expect(await faults()).toEqual([]);
  });

  it('lets a supervisor take over with a reason (R12)', async () => {
    const { app, user } = await claim('K01', {
      person: { id: 'chief', name: '周敏', role: 'supervisor', permissions: ['take_over'] },
    });
    await user.click(screen.getByTestId('take-over'));
    expect(screen.getByTestId('take-over-confirm')).toBeDisabled();
    await user.type(screen.getByTestId('take-over-reason'), '换班');
    await user.click(screen.getByTestId('take-over-confirm'));
    await waitFor(() => expect(app.lane.mode).toBe('mine'));
  });

  it('shows robot parts only where there is one (R14, R21)', async () => {
    await claim('E01');
    expect(screen.queryByTestId('robot-screen')).toBeNull();
    expect(screen.queryByTestId('environment-switch')).toBeNull();
  });

  it('turns everything off when the connection is gone', async () => {
    const { app, backend } = await claim('E02');
    await app.lane.chooseVehicle('stay-1');
    backend.listeners?.connectionChanged({ connection: 'offline', since: new Date().toISOString() });
    await waitFor(() => expect(screen.getByTestId('open-button')).toBeDisabled());
    expect(screen.getByTestId('offline-banner')).toHaveTextContent(
      '连接已断开，暂不能开闸。内容已存本机；恢复后不会自动开闸。',
    );
    expect(screen.getByTestId('close-case')).toBeDisabled();
  });

  it('closes with Alt Q and is idle (R8, R20)', async () => {
    const { app, user } = await claim('E02');
    await user.keyboard('{Alt>}q{/Alt}');
    await user.click(await screen.findByTestId('outcome-solved'));
    expect(await faults()).toEqual([]);
    await user.click(screen.getByTestId('close-confirm'));
    await waitFor(() => expect(app.lane.mode).toBe('idle'));
  });

  it('turns by itself when the payment arrives', async () => {
    const { backend } = await claim('S01');
    expect(screen.getByTestId('due')).toHaveTextContent('¥25.00');
    expect(screen.getByTestId('why-not')).toHaveTextContent('先缴费');
    backend.pay();
    await waitFor(() => expect(screen.getByTestId('open-button')).toBeEnabled());
    expect(screen.getByTestId('verdict')).toHaveTextContent('临停 · 已付清');
  });

  it('keeps typed work when the lease is lost, and lays it back in', async () => {
    const { app, backend, user } = await claim('E02');
    await user.click(screen.getByTestId('plate-cell-3'));
    await user.keyboard('7');
    backend.tell({ type: 'lease_lost', case: 'case-1', lane: 'E02', why: 'expired' });
    expect(await screen.findByTestId('lost-banner')).toHaveTextContent(
      '锁定已结束，道口已释放。未完成的操作不会再执行，已填内容已保存。',
    );
    await user.click(screen.getByTestId('lost-claim'));
    await waitFor(() => expect(app.plate.text).toBe('粤B17345'));
    expect(screen.getByTestId('plate-cell-3')).toHaveValue('7');
  });
});
