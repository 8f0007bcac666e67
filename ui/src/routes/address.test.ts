import { cleanup, configure, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it } from 'vitest';
import { App } from '$lib/app.svelte';
import { people } from '$lib/backend/memory/sample';
import { MemoryBackend } from '$lib/test/desk';
import AppPage from '../App.svelte';

async function open(person: string, hash = '') {
  history.replaceState(null, '', `${location.pathname}${hash}`);
  const app = new App(new MemoryBackend({ person: people[person] ?? null, rows: 12 }));
  render(AppPage, { props: { app } });
  await app.start();
  await screen.findByRole('main');
  return { app, user: userEvent.setup() };
}

configure({ getElementError: (message) => new Error(message ?? 'not found') });
afterEach(cleanup);

describe('a page', () => {
  it('has an address, with its part, and Back leads to the page before', async () => {
    const { app, user } = await open('chief');
    await waitFor(() => expect(location.hash).toBe('#/desk'));
    await user.click(screen.getByTestId('nav-openings'));
    await waitFor(() => expect(location.hash).toBe('#/openings'));
    await user.click(await screen.findByTestId('part-debts'));
    await waitFor(() => expect(location.hash).toBe('#/openings/debts'));
    history.back();
    await waitFor(() => expect(app.record.part).toBe('openings'));
    expect(app.place).toBe('openings');
    history.back();
    await waitFor(() => expect(app.place).toBe('desk'));
    history.go(2);
    await waitFor(() => expect(app.record.part).toBe('debts'));
    expect(app.place).toBe('openings');
  });

  it('is opened by its address', async () => {
    const { app } = await open('admin', '#/settings/person');
    expect(await screen.findByTestId('row-guard')).toBeInTheDocument();
    expect([app.place, location.hash]).toEqual(['settings', '#/settings/person']);
  });

  it('that one may not see is not opened by its address', async () => {
    const { app } = await open('guard', '#/settings/person');
    await waitFor(() => expect(location.hash).toBe('#/desk'));
    expect(app.place).toBe('desk');
  });

  it('stays on Back while something lies over it: that is closed first', async () => {
    const { app, user } = await open('chief');
    await user.click(screen.getByTestId('nav-openings'));
    await user.click(await screen.findByTestId('openings-row-op-1'));
    await screen.findByTestId('opening-detail');
    await user.keyboard('?');
    await screen.findByTestId('keys-sheet');
    history.back();
    await waitFor(() => expect(screen.queryByTestId('keys-sheet')).toBeNull());
    expect([app.place, location.hash]).toEqual(['openings', '#/openings']);
    history.back();
    await waitFor(() => expect(screen.queryByTestId('opening-detail')).toBeNull());
    expect([app.place, location.hash]).toEqual(['openings', '#/openings']);
    history.back();
    await waitFor(() => expect(app.place).toBe('desk'));
  });
});
