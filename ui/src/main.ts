import { mount } from 'svelte';
import AppPage from './App.svelte';
import { App } from '$lib/app.svelte';
import type { Backend } from '$lib/backend';
import { words } from '$lib/messages/words.svelte';
import '$lib/ui/tokens.css';
import '$lib/ui/base.css';
import '$lib/ui/controls.css';
import '$lib/ui/pieces.css';
import '$lib/ui/confirm.css';
import '$lib/ui/desk.css';
import '$lib/ui/part.css';

/** The desk in its window; in a plain browser during development, a desk in memory with sample data. */
async function chooseBackend(): Promise<Backend> {
  if (import.meta.env.DEV && !('__TAURI_INTERNALS__' in window)) {
    const { previewBackend } = await import('$lib/test/preview');
    return previewBackend(new URLSearchParams(location.search));
  }
  const { tauriBackend } = await import('$lib/backend/tauri');
  return tauriBackend();
}

// The page speaks the language that its document names, whoever set it.
new MutationObserver(() => {
  words.language = document.documentElement.lang === 'en' ? 'en' : 'zh-CN';
}).observe(document.documentElement, { attributeFilter: ['lang'] });
const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app');
const app = new App(await chooseBackend());
mount(AppPage, { target, props: { app } });
await app.start();
if (import.meta.env.DEV && 'lanedeskPreview' in window) (window.lanedeskPreview as (app: App) => void)(app);
