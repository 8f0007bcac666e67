import type { App } from '$lib/app.svelte';
import { recordParts } from '$lib/opening/record.svelte';
import { groups } from '$lib/site/schema';
import { layers } from '$lib/ui/layers.svelte';
import { placesOf, seesAll, type Place } from './place';

/** The parts of a page that have addresses of their own; none of them is the page as it opens. */
interface Parts {
  readonly all: readonly string[];
  /** The open one; empty for none. */
  readonly open: string;
  turn(part: string): void;
}

/**
 * The page's address: `#/openings/debts`. It is the part of an address that every host leaves to the page, and each page one
 * turns to is an entry of the window's history, so that Back leads to the page before and not out of the app.
 */
export class Address {
  readonly #app: App;
  /** What the window was opened with, until somebody is logged in who may go there. */
  #asked: string | null = location.hash;

  constructor(app: App) {
    this.#app = app;
  }

  get hash(): string {
    const { place } = this.#app;
    const part = this.#parts(place)?.open;
    return part ? `#/${place}/${part}` : `#/${place}`;
  }

  /** Writes down which page is open now; the first page takes the place of what the window was opened with. */
  write(): void {
    const asked = this.#asked;
    this.#asked = null;
    if (asked) this.#turn(asked);
    const { hash } = this;
    if (hash === location.hash) return;
    if (asked === null) history.pushState(null, '', hash);
    else history.replaceState(null, '', hash);
  }

  /** Back, forward, or an address that was typed. What lies over the page is closed first, and the page stays. */
  read(): void {
    const { record, session, place } = this.#app;
    const detail = place === 'openings' && record.openings.chosen !== null;
    if (session.stage !== 'in' || session.blocked) return;
    const here = this.hash;
    if (layers.top) layers.top.close();
    else if (detail) record.openings.shut();
    else if (this.#turn(location.hash)) return;
    history.pushState(null, '', here);
  }

  /** Turns to the page of an address; false where this person has none there. */
  #turn(hash: string): boolean {
    const [, name, part = ''] = hash.split('/');
    const place = placesOf(this.#app.session.person).find((each) => each === name);
    if (!place) return false;
    this.#app.go(place);
    const parts = this.#parts(place);
    if (parts && parts.open !== part) parts.turn(parts.all.includes(part) ? part : '');
    return true;
  }

  #parts(place: Place): Parts | null {
    const { record, office, session } = this.#app;
    const { sites } = office;
    if (place === 'board')
      return {
        all: ['devices'],
        open: office.boardPart === 'devices' ? 'devices' : '',
        turn: (part) => (office.boardPart = part === 'devices' ? 'devices' : 'now'),
      };
    if (place === 'openings' && seesAll(session.person))
      return {
        all: recordParts,
        open: record.part === 'openings' ? '' : record.part,
        turn: (part) => (record.part = recordParts.find((each) => each === part) ?? 'openings'),
      };
    if (place !== 'settings') return null;
    const tables = [...groups.flatMap((group) => group.tables), 'change', 'import'] as const;
    return {
      all: tables,
      open: sites.inside ? sites.part : '',
      turn: (part) => void sites.open(tables.find((each) => each === part) ?? 'lot', part !== ''),
    };
  }
}
