import { Account } from '$lib/account/account.svelte';
import type { App } from '$lib/app.svelte';
import type { Backend, Frame, Person } from '$lib/backend';
import { Watch } from '$lib/board/watch.svelte';
import { Devices } from '$lib/device/devices.svelte';
import type { Practice } from '$lib/guide/practice.svelte';
import type { SceneName } from '$lib/guide/scenes';
import { AskedHelp } from '$lib/help/help.svelte';
import { Mornings } from '$lib/morning/morning.svelte';
import { PastRows } from '$lib/morning/rows.svelte';
import { Sites } from '$lib/site/sites.svelte';

/** Sheets of the desk page that belong to the back office. */
export type OfficeSheet = 'help' | 'hand_over' | 'cash' | 'guide';

/** The back office: what supervisors watch, administrators change, and everybody's own account. */
export class Office {
  over = $state<OfficeSheet | null>(null);
  /** Which part of the board is open. */
  boardPart = $state<'now' | 'devices'>('now');
  /** A scene of the guide that is being played instead of the page. */
  practice = $state.raw<Practice | null>(null);
  readonly account: Account;
  readonly watch: Watch;
  readonly devices: Devices;
  readonly mornings: Mornings;
  /** The rows a figure of the morning leads to. */
  readonly past: PastRows;
  readonly sites: Sites;
  readonly help: AskedHelp;

  constructor(backend: Backend, me: () => Person | null, become: (person: Person) => void) {
    this.account = new Account(backend, become);
    this.watch = new Watch(backend);
    this.devices = new Devices(backend);
    this.mornings = new Mornings(backend);
    this.past = new PastRows(backend, () => Date.now());
    this.sites = new Sites(backend);
    this.help = new AskedHelp(backend, () => me()?.id);
  }

  /** Plays a scene of the guide; what it needs is fetched only then. */
  async practise(name: SceneName, app: App): Promise<void> {
    const person = app.session.person;
    const works = () => app.lane.mode === 'mine' || app.lane.mode === 'loading';
    if (!person || works()) return;
    const { Practice: Play } = await import('$lib/guide/practice.svelte');
    // A call may have brought its lane meanwhile, or the session ended.
    if (works() || app.session.person?.id !== person.id) return;
    this.practice = new Play(name, person, app.setting);
  }

  hear(frame: Frame): void {
    this.watch.hear(frame);
    this.devices.hear(frame);
    this.help.hear(frame);
  }

  forget(): void {
    this.over = null;
    this.practice = null;
    this.account.shut();
    this.watch.forget();
    this.devices.leave();
    this.past.shut();
    this.sites.forget();
    this.help.forget();
  }
}
