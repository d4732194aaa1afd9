/** Every relative link of the README and the docs leads to something that is there, also within a page. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pages, read, root } from '../support/examples.js';

/** The text of a page without its code. */
const prose = (page: string) => read(page).replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');

/** What a page links to. */
function linksOf(page: string): string[] {
  return [...prose(page).matchAll(/\]\(([^)\s]+)\)|^\[[^\]]+\]: (\S+)$/gm)].map(([, inline, referred]) => inline ?? referred!);
}

/** The anchors of a page's headings, as GitHub and VitePress make them of plain words. */
function anchorsOf(page: string): string[] {
  const titles = [...prose(page).matchAll(/^#+ (.+)$/gm)].map(([, title]) => title!.toLowerCase());
  return titles.map((title) => title.replace(/[^\w\s-]/g, '').replace(/\s/g, '-'));
}

describe('links', () => {
  it.each(pages())('of %s lead somewhere', (page) => {
    const broken = linksOf(page).filter((link) => !/^[a-z]+:/.test(link)).filter((link) => {
      const [path, anchor] = link.split('#');
      const target = path === '' ? page : join(dirname(page), path!);
      return !existsSync(root + target) || (anchor !== undefined && !anchorsOf(target).includes(anchor));
    });
    expect(broken).toEqual([]);
  });

  it('of other sites are secure', () => {
    const others = pages().flatMap(linksOf).filter((link) => /^[a-z]+:/.test(link));
    expect(others).not.toEqual([]);
    expect(others.filter((link) => !link.startsWith('https://'))).toEqual([]);
  });

  it('lead to each page of the docs from the README', () => {
    const linked = linksOf('README.md');
    expect(pages().filter((page) => page !== 'README.md' && !linked.includes(page))).toEqual([]);
  });
});
