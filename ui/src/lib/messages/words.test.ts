import { describe, expect, it } from 'vitest';
import { catalogue } from './catalogue';
import { listed, sentenceOf, t, words, type Key } from './words.svelte';

const keys = Object.keys(catalogue) as Key[];
const en = (key: Key) => sentenceOf(key, 'en');
const zh = (key: Key) => sentenceOf(key, 'zh-CN');
const holes = (sentence: string) => [...sentence.matchAll(/\{(\w+)\}/g)].map((hole) => hole[1]).sort();

describe('the message catalogue', () => {
  it('has every sentence in both languages with the same values in it', () => {
    for (const key of keys) expect([key, ...holes(en(key))]).toEqual([key, ...holes(zh(key))]);
  });

  it('fills values in and follows the language', () => {
    words.language = 'zh-CN';
    expect(t('held.sentence', { who: '李四（客服）', time: '08:41' })).toBe('李四（客服）08:41 起处理中。');
    words.language = 'en';
    expect(t('held.title')).toBe('Already being handled');
    words.language = 'zh-CN';
  });

  it('says one call and two calls', () => {
    words.language = 'en';
    expect(t('queue.more', { count: 1 })).toBe('1 more call waiting');
    expect(t('queue.more', { count: 2 })).toBe('2 more calls waiting');
    expect(t('device.sum', { count: 0, lost: 1 })).toBe('0 devices, 1 unreachable');
    expect(t('owed.due', { count: '1', time: '09:30' })).toBe('1 ID photo missing. Take it before 09:30.');
    words.language = 'zh-CN';
    expect(t('queue.more', { count: 1 })).toBe('还有 1 个来电排队');
  });

  it('chooses a form only by a value the sentence has', () => {
    for (const key of keys) {
      const chosen = [...en(key).matchAll(/\{(\w+)\|/g)].map((form) => form[1]);
      const whole = [...en(key).matchAll(/\{\w+\|[^|}]+\|[^|}]+\}/g)];
      expect([key, whole.length, holes(en(key))]).toEqual([key, chosen.length, expect.arrayContaining(chosen)]);
    }
  });

  it('has no Chinese in English but the demo lot’s lane', () => {
    for (const key of keys)
      expect([key, en(key).replace('东门出口', '')]).toEqual([
        key,
        expect.not.stringMatching(/[\u3000-\u9fff\uff00-\uffef]/u),
      ]);
  });

  it('strings things together as the language does', () => {
    expect(listed([4, 5])).toBe('4、5');
    words.language = 'en';
    expect(listed([4, 5])).toBe('4, 5');
    words.language = 'zh-CN';
  });

  // The sentences that people are told word for word.
  it.each<[Key, string]>([
    ['held.title', '已经有人处理'],
    ['lease.last_minute', '还有 1 分钟自动释放本道口，仍在处理请点“再次查询”。'],
    ['lost.expired', '锁定已结束，道口已释放。未完成的操作不会再执行，已填内容已保存。'],
    ['order.unknown', '未收到道闸回执，可能已抬杆。请先看画面和道闸状态，不要重复开闸。'],
    ['order.refused_by_hub', '未开闸：{reason}。指令没有发给道闸。'],
    ['order.refused_by_device', '道闸拒绝执行：{reason}。请联系现场 {manager}。'],
    ['offline.sentence', '连接已断开，暂不能开闸。内容已存本机；恢复后不会自动开闸。'],
    ['plate.odd', '车牌格式少见，请对照图片。确认无误可继续。'],
    ['plate.found_pass', '更正为 {plate}：有效月卡，至 {date}。可正常开闸。'],
  ])('%s', (key, sentence) => {
    expect(zh(key)).toBe(sentence);
  });
});
