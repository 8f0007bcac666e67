import type {
  Answer,
  Approval,
  Backend,
  Debt,
  LeadsTo,
  LongStay,
  Opening,
  Outage,
  Page,
  PastCall,
  PastCase,
  Rise,
} from '$lib/backend';
import { t } from '$lib/messages/words.svelte';
import { who } from '$lib/session/role';
import { hhmm, money, moment, ms, span } from '$lib/ui/format';
import { Listing } from '$lib/ui/listing.svelte';
import { said } from './figures';

/** One row behind a figure, as people read it. */
export interface PastLine {
  id: string;
  plate?: string;
  title: string;
  facts: string[];
  /** What the figure counts of it: a length, a sum. */
  value: string;
  /** The opening it leads on to. */
  opening?: string;
}

type Filter = LeadsTo['filter'];
const place = (row: { lot?: { name: string } | null; lane?: { name: string } | null }) =>
  [row.lot?.name, row.lane?.name].filter(Boolean).join(' · ') || t('past.no_place');
const plate = (row: { plate?: string | null }) => (row.plate ? { plate: row.plate } : {});

/** Seconds as long as people count in them. */
const length = (took: number) => (took < 600_000 ? said('seconds', Math.round(took / 1000)) : span(took));

/** The rows a figure leads to: read page by page by the figure's own filter. */
export class PastRows {
  title = $state('');
  to = $state.raw<LeadsTo | null>(null);
  readonly list: Listing<PastLine>;
  #backend: Backend;
  #now: () => number;

  constructor(backend: Backend, now: () => number) {
    this.#backend = backend;
    this.#now = now;
    this.list = new Listing((cursor) => this.#read({ ...this.to?.filter, ...(cursor ? { cursor } : {}) }));
  }

  show(to: LeadsTo, title: string): void {
    this.to = to;
    this.title = title;
    this.list.items = [];
    this.list.next = null;
    this.list.loaded = false;
    void this.list.load();
  }

  shut(): void {
    this.to = null;
  }

  async #read(filter: Filter): Promise<Answer<Page<PastLine>>> {
    const backend = this.#backend;
    switch (this.to?.rows) {
      case 'cases':
        return lines(await backend.pastCases(filter), (row) => this.#case(row));
      case 'calls':
        return lines(await backend.pastCalls(filter), (row) => this.#call(row));
      case 'stays':
        return lines(await backend.longStays(filter), (row) => this.#stay(row));
      case 'devices':
        return lines(await backend.outages(filter), (row) => this.#outage(row));
      case 'approvals':
        return lines(await backend.pastApprovals(filter), (row) => this.#approval(row));
      case 'debts':
        return lines(await backend.debts(filter), (row) => this.#debt(row));
      case 'rises':
        return lines(await backend.rises(filter), (row) => this.#rise(row));
      case 'evidence':
        return this.#openings((filter['ids'] ?? filter['id'] ?? '').split(',').filter(Boolean));
      default:
        return { ok: true, data: { items: [] } };
    }
  }

  /** A few openings by their ids; one that is out of sight by now is left out. */
  async #openings(ids: string[]): Promise<Answer<Page<PastLine>>> {
    const answers = await Promise.all(ids.map((id) => this.#backend.opening(id)));
    const items = answers.flatMap((answer) => (answer.ok ? [this.#opening(answer.data)] : []));
    return { ok: true, data: { items } };
  }

  #at(time: string): string {
    return moment(time, this.#now());
  }

  #case(row: PastCase): PastLine {
    const changed = row.corrected && row.plate_read && row.plate_read !== row.plate;
    return {
      id: row.id,
      ...plate(row),
      title: place(row),
      facts: [
        this.#at(row.closed_at),
        row.person.name,
        row.outcome ? t(`outcome.${row.outcome}`) : t(`case_state.${row.state}`),
        ...(changed
          ? [t('past.read_as', { plate: row.plate_read ?? '' })]
          : row.corrected
            ? [t('past.corrected')]
            : []),
        ...(row.note ? [row.note] : []),
      ],
      value: length(ms(row.closed_at) - ms(row.opened_at)),
    };
  }

  #call(row: PastCall): PastLine {
    return {
      id: row.id,
      title: place(row),
      facts: [
        this.#at(row.since),
        ...(row.caller ? [row.caller] : []),
        t(`past_call.${row.state}`),
        ...(row.person ? [row.person.name] : []),
      ],
      value: row.waited_s == null ? '—' : t('past.waited', { span: length(row.waited_s * 1000) }),
    };
  }

  #stay(row: LongStay): PastLine {
    return {
      id: row.id,
      ...plate(row),
      title: row.plate ? place(row) : t('past.unlicensed', { place: place(row) }),
      facts: [
        t('past.entered', { time: this.#at(row.entered_at) }),
        row.left_at ? t('past.left', { time: this.#at(row.left_at) }) : t('past.inside'),
      ],
      value: span((row.left_at ? ms(row.left_at) : this.#now()) - ms(row.entered_at)),
    };
  }

  #outage(row: Outage): PastLine {
    const until = row.ended_at ? hhmm(row.ended_at) : t('past.lasts');
    return {
      id: row.id,
      title: row.lot ? `${row.device} · ${row.lot.name}` : row.device,
      facts: [`${this.#at(row.began_at)} – ${until}`, row.error],
      value: span((row.ended_at ? ms(row.ended_at) : this.#now()) - ms(row.began_at)),
    };
  }

  #approval(row: Approval): PastLine {
    const answer = t(`approval_state.${row.state}`);
    return {
      id: row.id,
      ...plate(row),
      title: place(row),
      facts: [
        this.#at(row.asked_at),
        row.by.name,
        row.answered_by ? `${answer} ${who(row.answered_by)}` : answer,
        row.remark,
      ],
      value: row.due_fen ? money(row.due_fen) : '',
    };
  }

  #rise(row: Rise): PastLine {
    const down = row.down_at ? t('rise.down', { time: hhmm(row.down_at) }) : t('rise.down_unknown');
    return {
      id: row.id,
      ...plate(row),
      title: place(row),
      facts: [t('rise.up', { time: this.#at(row.at) }), down],
      value: '',
    };
  }

  #debt(row: Debt): PastLine {
    return {
      id: row.id,
      ...plate(row),
      title: place(row),
      facts: [this.#at(row.filed_at), row.person.name, t(`debt_state.${row.state}`)],
      value: money(row.amount_fen),
    };
  }

  #opening(row: Opening): PastLine {
    return {
      id: row.id,
      ...plate(row),
      title: place(row),
      facts: [this.#at(row.at), row.person.name, t(`result.${row.result}`)],
      value: '',
      opening: row.id,
    };
  }
}

function lines<T>(answer: Answer<Page<T>>, line: (row: T) => PastLine): Answer<Page<PastLine>> {
  if (!answer.ok) return answer;
  return { ok: true, data: { items: answer.data.items.map(line), next: answer.data.next ?? null } };
}
