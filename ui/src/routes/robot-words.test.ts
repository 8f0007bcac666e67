import { cleanup, configure, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { App } from '$lib/app.svelte';
import { MemoryBackend } from '$lib/test/desk';
import { people } from '$lib/backend/memory/sample';
import AppPage from '../App.svelte';

async function table(name: string) {
  const backend = new MemoryBackend({ person: people['admin'] ?? null });
  const app = new App(backend);
  render(AppPage, { props: { app } });
  await app.start();
  app.go('settings');
  const user = userEvent.setup();
  await user.click(await screen.findByTestId(`settings-${name}`));
  return { app, backend, user };
}

configure({ getElementError: (message) => new Error(message ?? 'not found') });

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

describe('words of robots in the settings (R34)', () => {
  it('are seen as a driver meets them while they are typed, and saved', async () => {
    const { backend, user } = await table('template');
    expect(screen.queryByTestId('settings-add')).toBeNull();
    expect(await screen.findByTestId('row-pay')).toHaveTextContent('缴费码');
    await user.click(screen.getByTestId('row-pay'));
    expect(screen.getByTestId('preview-screen')).toHaveTextContent('应付 ¥12.00');
    expect(screen.getByTestId('preview-said')).toHaveTextContent('应付12元');
    expect(screen.queryByTestId('row-remove')).toBeNull();
    const field = screen.getByTestId('field-text');
    await user.clear(field);
    expect(screen.getByTestId('row-save')).toBeDisabled();
    await user.type(field, '请付 {{amount}');
    expect(screen.getByTestId('preview-screen')).toHaveTextContent('请付 ¥12.00');
    const found = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
    expect(found.violations.map((fault) => fault.id)).toEqual([]);
    const sent = vi.spyOn(backend, 'changeSiteRow');
    await user.click(screen.getByTestId('row-save'));
    await waitFor(() => expect(screen.queryByTestId('row-sheet')).toBeNull());
    expect(sent.mock.calls[0]?.[3]).toEqual({
      text: '请付 {amount}',
      speech: '应付{amount}，请扫码缴费。',
      text_en: 'Scan to pay\n{amount} due',
      speech_en: null,
    });
  });

  it('say at the field what nothing is known of', async () => {
    const { user } = await table('template');
    await user.click(await screen.findByTestId('row-idle'));
    await user.type(screen.getByTestId('field-text_en'), ' {{colour}');
    expect(screen.getByTestId('preview-unknown')).toHaveTextContent('这里没有 {colour} 可填');
    await user.click(screen.getByTestId('row-save'));
    expect(await screen.findByTestId('field-text_en-fault')).toHaveTextContent('{colour}');
  });

  it('show where a code leads, and take https:// alone', async () => {
    const { user } = await table('link');
    expect(await screen.findByTestId('row-renewal')).toHaveTextContent('未设置');
    await user.click(screen.getByTestId('row-pay'));
    expect(screen.getByTestId('preview-url')).toHaveTextContent('amount_fen=1200');
    const field = screen.getByTestId('field-url');
    await user.clear(field);
    await user.type(field, 'http://pay.example');
    await user.click(screen.getByTestId('row-save'));
    expect(await screen.findByTestId('field-url-fault')).toHaveTextContent('https://');
  });
});
