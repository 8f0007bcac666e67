import type { Backend } from '..';
import { MemoryBackend, type Script } from './memory';
import { people } from './sample';

/** The page's address chooses what the preview shows: `?person=agent&theme=dark&contrast=high&language=en&orders=unknown`. */
export function previewBackend(query: URLSearchParams): Backend {
  const script: Script = {};
  const person = query.get('person');
  if (person !== null) script.person = people[person] ?? null;
  const settings: Script['settings'] = {};
  if (query.get('theme') === 'dark') settings.theme = 'dark';
  if (query.get('theme') === 'light') settings.theme = 'light';
  if (query.get('contrast') === 'high') settings.contrast = 'high';
  if (query.get('language') === 'en') settings.language = 'en';
  script.settings = settings;
  script.offline = query.has('offline');
  const live = query.get('live');
  if (live) script.live = live as NonNullable<Script['live']>;
  if (query.has('waiting')) script.waiting = Number(query.get('waiting'));
  const robot = query.get('robot');
  if (robot) script.robot = robot as NonNullable<Script['robot']>;
  script.noQr = query.has('noqr');
  const orders = query.get('orders');
  if (orders) script.orders = orders.split(',') as Script['orders'];
  if (query.has('rows')) script.rows = Number(query.get('rows'));
  const releases = query.get('releases');
  if (releases) script.releases = releases.split(',') as Script['releases'];
  script.mobile = query.has('mobile');
  script.badPhotos = query.has('badphotos');
  script.noCamera = query.has('nocamera');
  script.owing = query.has('owing');
  if (query.has('late')) script.latePhotoMinutes = 30;
  script.reentry = query.has('reentry');
  script.meanwhile = query.has('meanwhile');
  script.badRows = query.has('badrows');
  script.secondFactor = query.has('factor');
  if (script.person && query.has('first')) script.person = { ...script.person, must_change: true };
  if (script.person && query.has('enrol')) script.person = { ...script.person, must_enrol: true };
  const backend = new MemoryBackend(script);
  // For scripts that take pictures of the preview.
  Object.assign(window, { lanedeskMemory: backend });
  return backend;
}
