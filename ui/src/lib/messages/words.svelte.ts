import { catalogue } from './catalogue';

export type Language = 'zh-CN' | 'en';
export type Key = keyof typeof catalogue;

type Holes<S> = S extends `${string}{${infer Hole}}${infer Rest}` ? Hole | Holes<Rest> : never;
type HolesOf<K extends Key> = Holes<(typeof catalogue)[K][0]>;
type Values<K extends Key> = HolesOf<K> extends never ? [] : [values: { [H in HolesOf<K>]: string | number }];

/** Keys whose sentence needs no values; for tables of keys. */
export type PlainKey = { [K in Key]: HolesOf<K> extends never ? K : never }[Key];

/** A key's sentence as it stands in the catalogue. */
export const sentenceOf = (key: Key, language: Language): string => catalogue[key][language === 'en' ? 1 : 0];

class Words {
  language = $state<Language>('zh-CN');
}
export const words = new Words();

/** A word of the wire as people say it: the catalogue has each under the name of its set. Null where it has none. */
export function said(set: string, word: string): string | null {
  const key = `${set}.${word}`;
  return Object.hasOwn(catalogue, key) ? sentenceOf(key as Key, words.language) : null;
}

const english = new Intl.PluralRules('en');

/** Things in a row, as the person's language strings them together. */
export function listed(things: readonly (string | number)[]): string {
  return things.join(t('list.between'));
}

/** The sentence for `key` in the person's language. English says `{count|call|calls}` where its words follow a number. */
export function t<K extends Key>(key: K, ...[values]: Values<K>): string {
  const sentence = sentenceOf(key, words.language);
  if (!values) return sentence;
  const found = values as Record<string, string | number>;
  return sentence.replaceAll(
    /\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g,
    (hole, name: string, one?: string, many?: string) => {
      const value = found[name];
      if (value === undefined) return hole;
      if (one === undefined || many === undefined) return String(value);
      return english.select(Number(value)) === 'one' ? one : many;
    },
  );
}
