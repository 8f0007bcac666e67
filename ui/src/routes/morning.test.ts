import { cleanup, configure, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { App } from '$lib/app.svelte';
import { MemoryBackend } from '$lib/test/desk';
import { no } from '$lib/backend/memory/rooms';
import { people } from '$lib/backend/memory/sample';
import AppPage from '../App.svelte';

/** Colour is measured in a browser; jsdom lays nothing out. */
async function faults(): Promise<string[]> {
  const found = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
  return found.violations.map((fault) => `${fault.id}: ${fault.nodes.map((node) => node.html).join(' | ')}`);
}

async function open() {
  const backend = new MemoryBackend({ person: people['chief'] ?? null });
  const app = new App(backend);
  render(AppPage, { props: { app } });
  await app.start();
  app.go('morning');
  await screen.findByRole('main');
  return { app, backend, user: userEvent.setup() };
}

configure({ getElementError: (message) => new Error(message ?? 'not found') });

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

describe('the morning page', () => {
  it('shows each figure beside its median and leads to its rows', async () => {
    const { app, user } = await open();
    expect(await screen.findByTestId('figure-unpaid_fen')).toHaveTextContent('28 天中位 ¥480.00');
    expect(screen.getByTestId('figure-waiting_p90')).toHaveAttribute('data-worse', 'true');
    expect(screen.getByTestId('cash-totals')).toHaveTextContent('¥21.00');
    expect(await faults()).toEqual([]);
    await user.click(screen.getByTestId('lead-abnormal_exits_per100'));
    expect(app.place).toBe('openings');
    expect(app.record.openings.wanted).toMatchObject({ kind: 'abnormal', span: 'custom' });
  });
});

describe('the file of a morning', () => {
  it('that could not be written says so, though figures come in after it, until it is', async () => {
    const { app, backend, user } = await open();
    vi.spyOn(backend, 'exportMorning').mockReturnValueOnce(no('desk_fault', '本机存储或摄像头出错。'));
    await screen.findByTestId('figures');
    const figures = await backend.morning(app.office.mornings.day, null);
    let come: () => void = () => undefined;
    vi.spyOn(backend, 'morning').mockReturnValueOnce(new Promise((told) => (come = () => told(figures))));
    const read = app.office.mornings.load(app.clock.now);
    await user.click(screen.getByTestId('morning-export'));
    await screen.findByTestId('morning-problem');
    come();
    await read;
    expect(screen.getByTestId('morning-problem')).toHaveTextContent('本机存储或摄像头出错。');
    await user.click(screen.getByTestId('morning-export'));
    await screen.findByTestId('morning-export-done');
    expect(screen.queryByTestId('morning-problem')).toBeNull();
  });
});

describe('the rows behind a figure', () => {
  it.each([
    ['corrections_per100', '识别为 粤B12348'],
    ['waiting_p90', '等待 48 秒'],
    ['long_stays', '无牌车'],
    ['offline_minutes', '连接被拒绝'],
    ['approvals', '已放行'],
  ])('%s stand in a list of their own', async (name, words) => {
    const { user } = await open();
    await user.click(await screen.findByTestId(`lead-${name}`));
    const list = await screen.findByTestId('past-rows');
    await waitFor(() => expect(list).toHaveTextContent(words));
    expect(await faults()).toEqual([]);
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByTestId('past-rows')).toBeNull());
  });

  it('are asked for by the figure’s own filter, page by page', async () => {
    const { user, backend } = await open();
    const asked = vi.spyOn(backend, 'pastCalls');
    await user.click(await screen.findByTestId('lead-abandoned'));
    await screen.findByTestId('past-rows');
    expect(asked).toHaveBeenCalledWith(expect.objectContaining({ state: 'abandoned' }));
  });

  it('of openings stand on their page, filtered alike', async () => {
    const { app, user } = await open();
    await user.click(await screen.findByTestId('lead-unresolved_orders'));
    expect(app.record.openings.wanted).toMatchObject({ unresolved: 'yes' });
    expect(app.record.openings.filter).toMatchObject({ unresolved: true });
    expect(screen.getByTestId('filter-left')).toHaveValue('unresolved');
  });

  it('of an outcome follow its bar', async () => {
    const { user, backend } = await open();
    const asked = vi.spyOn(backend, 'pastCases');
    await user.click(await screen.findByTestId('cases-outcome-driver_left'));
    expect(asked).toHaveBeenCalledWith(expect.objectContaining({ outcome: 'driver_left' }));
  });
});
