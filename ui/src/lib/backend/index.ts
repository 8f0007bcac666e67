export type { Answer, Backend, Listeners, LiveLine, LiveNews } from './backend';
export type * from './types';
