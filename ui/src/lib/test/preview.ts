import type { Backend } from '$lib/backend';
import { people } from '$lib/backend/memory/sample';
import { MemoryBackend, type Script } from './desk';

/** The page's address chooses what the preview shows: `?person=agent&theme=dark&contrast=high&language=en&orders=unknown`. */
export function previewBackend(query: URLSearchParams): Backend {
  const word = <T extends string>(key: string, ...words: T[]) => words.find((each) => each === query.get(key));
  const list = (key: string) => query.get(key)?.split(',');
  const count = (key: string) => (query.has(key) ? Number(query.get(key)) : undefined);
  const name = query.get('person');
  const person = name === null ? people['guard'] : people[name];
  const first = {
    ...(query.has('first') ? { must_change: true } : {}),
    ...(query.has('enrol') ? { must_enrol: true } : {}),
  };
  const asked = {
    person: person ? { ...person, ...first } : null,
    settings: {
      theme: word('theme', 'dark', 'light') ?? 'system',
      contrast: word('contrast', 'high') ?? 'normal',
      language: word('language', 'en') ?? 'zh-CN',
    },
    live: query.get('live') ?? undefined,
    robot: query.get('robot') ?? undefined,
    waiting: count('waiting'),
    rows: count('rows'),
    orders: list('orders'),
    releases: list('releases'),
    offline: query.has('offline'),
    noQr: query.has('noqr'),
    mobile: query.has('mobile'),
    badPhotos: query.has('badphotos'),
    noCamera: query.has('nocamera'),
    owing: query.has('owing'),
    latePhotoMinutes: query.has('late') ? 30 : undefined,
    reentry: query.has('reentry'),
    meanwhile: query.has('meanwhile'),
    badRows: query.has('badrows'),
    secondFactor: query.has('factor'),
  };
  // The words of the address are whoever's who wrote it: the preview takes them as they are.
  const backend = new MemoryBackend(asked as Script);
  // For scripts that take pictures of the preview.
  Object.assign(window, { lanedeskMemory: backend });
  return backend;
}
