import { describe, expect, test } from '@jest/globals';
import { parseTopdl } from '../../engine/topdl/parse.ts';
import { writeTopdl } from '../../engine/topdl/write.ts';
import { corpusFiles, corpusText, messageOf } from './support.ts';

const FILES = corpusFiles();
const corpus = FILES.length > 0 ? describe : describe.skip;

corpus('the corpus', () => {
  test.each(FILES.filter((name) => name !== 'spi-dummy.xml'))('%s survives', (name) => {
    const { topology } = parseTopdl(corpusText(name), name);
    for (const layout of ['line', 'indented'] as const) {
      const written = writeTopdl(topology, { layout });
      expect(parseTopdl(written, name).topology).toEqual(topology);
    }
  });

  test.each(FILES.filter((name) => name.startsWith('magi-')))(
    '%s is written byte by byte as it was',
    (name) => {
      const text = corpusText(name);
      expect(writeTopdl(parseTopdl(text, name).topology, { layout: 'line' })).toBe(text.trim());
    },
  );

  test('what is not TopDL is refused with its place', () => {
    const message = messageOf(() => parseTopdl(corpusText('spi-dummy.xml'), 'spi-dummy.xml'));
    expect(message).toMatch(/^spi-dummy\.xml:1:1: TopDL needs no DOCTYPE/);
  });
});
