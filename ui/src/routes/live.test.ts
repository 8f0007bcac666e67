import { cleanup, configure, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { App } from '$lib/app.svelte';
import { MemoryBackend, type Script } from '$lib/test/desk';
import AppPage from '../App.svelte';

/** Colour is measured in a browser; jsdom lays nothing out. */
async function faults(): Promise<string[]> {
  const found = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
  return found.violations.map((fault) => `${fault.id}: ${fault.nodes.map((node) => node.html).join(' | ')}`);
}

async function atE02(script: Script = {}) {
  const backend = new MemoryBackend(script);
  const app = new App(backend);
  render(AppPage, { props: { app } });
  await app.start();
  await screen.findByRole('main');
  await app.claim('E02');
  await screen.findByTestId('lane-title');
  return { app, backend, user: userEvent.setup() };
}

configure({ getElementError: (message) => new Error(message ?? 'not found') });
// jsdom plays nothing.
vi.spyOn(HTMLMediaElement.prototype, 'play').mockResolvedValue();

afterEach(cleanup);

describe('the environment camera', () => {
  it('begins with a still at once, by F7, and ends by F7 (R16)', async () => {
    const { backend, user } = await atE02();
    await user.keyboard('{F7}');
    expect(screen.getByTestId('live-still')).toHaveAttribute('src', expect.stringContaining('data:'));
    expect(screen.getByTestId('live-state')).toHaveTextContent('连接中');
    expect(screen.getByTestId('environment-switch')).toBeChecked();
    expect(await faults()).toEqual([]);
    await user.keyboard('{F7}');
    expect(screen.queryByTestId('live-screen')).toBeNull();
    await waitFor(() => expect(backend.sent).toContain('stop-live:env1'));
  });

  it('says in one sentence why it does not play, with stills in its place', async () => {
    const { user } = await atE02({ live: 'codec' });
    await user.keyboard('{F7}');
    expect(await screen.findByTestId('live-why')).toHaveTextContent('H.265');
    expect(screen.getByTestId('live-still')).toBeInTheDocument();
    expect(screen.getByTestId('live-again')).toBeInTheDocument();
    expect(await faults()).toEqual([]);
  });

  it('goes on in a pane over the page and over the whole page, and comes back', async () => {
    const { app, user } = await atE02();
    await user.keyboard('{F7}');
    await user.click(screen.getByTestId('live-pane-open'));
    expect(screen.getByTestId('live-pane')).toContainElement(screen.getByTestId('live-screen'));
    expect(screen.queryByTestId('environment')).toBeNull();
    await user.click(screen.getByTestId('live-full-open'));
    expect(screen.getByTestId('live-full')).toContainElement(screen.getByTestId('live-screen'));
    expect(await faults()).toEqual([]);
    await user.keyboard('{Escape}');
    expect(screen.getByTestId('live-pane')).toBeInTheDocument();
    await user.click(screen.getByTestId('live-back'));
    expect(screen.getByTestId('environment')).toContainElement(screen.getByTestId('live-screen'));
    expect(app.live.on).toBe(true);
  });

  it('is one of several, chosen from the strip', async () => {
    const { app, backend, user } = await atE02();
    await user.keyboard('{F7}');
    await user.click(screen.getByTestId('camera-env2'));
    expect(screen.getByTestId('camera-env2')).toBeChecked();
    await waitFor(() => expect(backend.sent).toEqual(expect.arrayContaining(['stop-live:env1', 'live:env2'])));
    expect(app.live.camera).toBe('env2');
  });

  it('ends with the case (R20)', async () => {
    const { app, backend, user } = await atE02();
    await user.keyboard('{F7}');
    await app.lane.close({});
    await waitFor(() => expect(backend.sent).toContain('stop-live:env1'));
    expect(app.live.on).toBe(false);
  });
});

describe('the lane picture', () => {
  it('says when it was read and how sure that is', async () => {
    await atE02();
    const image = screen.getByTestId<HTMLImageElement>('picture-now').querySelector('img') as HTMLImageElement;
    Object.defineProperties(image, { naturalWidth: { value: 1920 }, naturalHeight: { value: 1080 } });
    await fireEvent.load(image);
    expect(screen.getByTestId('picture-time')).toHaveTextContent(/\d\d:\d\d:\d\d$/);
    expect(screen.getByTestId('reading')).toHaveTextContent(/秒前.* · 识别(可信|存疑)/);
  });

  it('is stepped back through, and another car is told apart', async () => {
    const { user } = await atE02();
    await user.click(screen.getByTestId('picture-now'));
    await screen.findByTestId('stills-earlier');
    expect(await faults()).toEqual([]);
    for (let step = 0; step < 9; step += 1) await user.keyboard('{ArrowLeft}');
    expect(screen.getByTestId('zoom-other')).toHaveTextContent('粤B·8K2P1');
    await user.keyboard('{End}');
    expect(screen.getByTestId('zoom-picture')).toHaveAttribute('data-back', '0');
    await user.keyboard('{Escape}');
    expect(screen.queryByTestId('zoom')).toBeNull();
  });
});
