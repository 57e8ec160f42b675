import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Arena } from './arena.js';
import { run } from './native-tool.js';
import type { Fact, Policy } from './vocabulary.js';

/** The facts that do not hold, each as a sentence. */
export function brokenFacts(arena: Arena, facts: readonly Fact[], policy: Policy): string[] {
  const broken: string[] = [];
  for (const fact of facts) {
    if (fact.under !== undefined && !fact.under.includes(policy)) continue;
    const sentence = brokenFact(arena, fact);
    if (sentence !== undefined) broken.push(sentence);
  }
  return broken;
}

function brokenFact(arena: Arena, fact: Fact): string | undefined {
  if ('contentOf' in fact) {
    const found = readText(arena.at(fact.contentOf));
    return differs(`the content of ${fact.contentOf}`, found, fact.is);
  }
  if ('absent' in fact) return differs(`the type of ${fact.absent}`, typeOf(arena.at(fact.absent)), 'missing');
  if ('directoryAt' in fact) {
    return differs(`the type of ${fact.directoryAt}`, typeOf(arena.at(fact.directoryAt)), 'directory');
  }
  if ('linkAt' in fact) {
    const path = arena.at(fact.linkAt);
    const found = typeOf(path) === 'link' ? readlinkSync(path) : typeOf(path);
    return differs(`the link ${fact.linkAt}`, found, arena.expand(fact.to));
  }
  if ('namesIn' in fact) {
    const found = readdirSync(arena.at(fact.namesIn)).sort();
    return differs(`the names in ${fact.namesIn}`, JSON.stringify(found), JSON.stringify([...fact.are].sort()));
  }
  if ('modeOf' in fact) {
    const found = (lstatSync(arena.at(fact.modeOf)).mode & 0o7777).toString(8);
    return differs(`the mode of ${fact.modeOf}`, found, fact.is.toString(8));
  }
  if ('ownerOf' in fact) {
    const status = lstatSync(arena.at(fact.ownerOf));
    return differs(`the owner of ${fact.ownerOf}`, `${status.uid}:${status.gid}`, `${fact.user}:${fact.group}`);
  }
  const found = run(arena.tool, ['get-attribute', arena.at(fact.attributeOf), fact.name]);
  return differs(`the attribute ${fact.name} of ${fact.attributeOf}`, found, fact.value);
}

function differs(what: string, found: string, wanted: string): string | undefined {
  return found === wanted ? undefined : `${what} is ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`;
}

function readText(path: string): string {
  return typeOf(path) === 'missing' ? '(missing)' : readFileSync(path, 'utf8');
}

function typeOf(path: string): 'missing' | 'link' | 'directory' | 'file' | 'special' {
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status === undefined) return 'missing';
  if (status.isSymbolicLink()) return 'link';
  if (status.isDirectory()) return 'directory';
  return status.isFile() ? 'file' : 'special';
}
