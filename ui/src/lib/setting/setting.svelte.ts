import type { Backend, Settings } from '$lib/backend';
import { words } from '$lib/messages/words.svelte';

/** How the desk looks and speaks on this device. */
export class Setting {
  theme = $state<Settings['theme']>('system');
  contrast = $state<Settings['contrast']>('normal');
  language = $state<Settings['language']>('zh-CN');
  /** Calls arrive without a sound. */
  quietCalls = $state(false);

  #backend: Backend;
  #dark: MediaQueryList;

  constructor(backend: Backend) {
    this.#backend = backend;
    this.#dark = matchMedia('(prefers-color-scheme: dark)');
    this.#dark.addEventListener?.('change', () => this.apply());
  }

  get dark(): boolean {
    return this.theme === 'dark' || (this.theme === 'system' && this.#dark.matches);
  }

  async load(): Promise<void> {
    const answer = await this.#backend.settings();
    if (answer.ok) this.#take(answer.data);
    this.apply();
  }

  async set(change: Partial<Settings>): Promise<void> {
    this.#take(change);
    this.apply();
    await this.#backend.saveSettings({
      theme: this.theme,
      contrast: this.contrast,
      language: this.language,
      quiet_calls: this.quietCalls,
    });
  }

  #take({ quiet_calls, ...look }: Partial<Settings>): void {
    Object.assign(this, look);
    if (quiet_calls !== undefined) this.quietCalls = quiet_calls;
  }

  apply(): void {
    const root = document.documentElement;
    root.dataset['theme'] = this.dark ? 'dark' : 'light';
    if (this.contrast === 'high') root.dataset['contrast'] = 'high';
    else delete root.dataset['contrast'];
    root.lang = this.language;
    words.language = this.language;
  }
}
