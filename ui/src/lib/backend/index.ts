export type { Answer, Backend, Listeners } from './backend';
export type * from './types';
