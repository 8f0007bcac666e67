import type { Backend } from '..';
import { calls } from './calls';
import { photoAt } from './camera';
import { cases, search, session } from './lanes';
import { Lot, type Script } from './lot';
import { openings, photos, releases } from './record';
import { door, type Rooms } from './rooms';
import { pictureOf } from './scene';

export type MemoryBackend = Backend & Lot;

/** The desk in memory: a lot with the commands that are written down for it, and one's own. */
export function memoryBackend<L extends Lot>(lot: L, script: Script, more: Rooms = {}): Backend & L {
  const rooms = [session, search, cases, calls, releases, photos, openings].map((room) => room(lot, script));
  return Object.assign(lot, door(Object.assign({}, ...rooms, more)), {
    mobile: script.mobile ?? false,
    pictureUrl: (path: string) => {
      if (path.startsWith('/api/photos/')) return photoAt(path, lot.me.name);
      if (path.startsWith('/api/lanes/'))
        return pictureOf({ plate: '粤B33T20', car: '#9a3a2e', night: true, arm: 1.2 });
      return path.startsWith('data:') ? path : '';
    },
    listen: (listeners: Lot['listeners']) => {
      lot.listeners = listeners;
      return Promise.resolve(() => void (lot.listeners = null));
    },
  });
}

/** The lot the guide is played at. */
export const demoLot = (script: Script): MemoryBackend => memoryBackend(new Lot(script), script);
