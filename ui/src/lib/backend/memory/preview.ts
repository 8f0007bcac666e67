import type { Backend } from '../backend';
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
  const orders = query.get('orders');
  if (orders) script.orders = orders.split(',') as Script['orders'];
  if (query.has('rows')) script.rows = Number(query.get('rows'));
  const releases = query.get('releases');
  if (releases) script.releases = releases.split(',') as Script['releases'];
  script.mobile = query.has('mobile');
  script.badPhotos = query.has('badphotos');
  script.noCamera = query.has('nocamera');
  const backend = new MemoryBackend(script);
  // For scripts that take pictures of the preview.
  Object.assign(window, { lanedeskMemory: backend });
  return backend;
}
