import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { confinementCases, indistinguishable } from './cases.js';
import { compileNativeTool, type NativeTool, run } from './native-tool.js';
import type { CaseReport } from './run-case.js';
import { keyOf, runTable, type TableResult } from './run-table.js';
import { type Backend, backends, type ConfinementCase, policies } from './vocabulary.js';

const isRoot = process.getuid?.() === 0;
const named = confinementCases.map((subject) => [subject.id, subject] as const);
const privileged: ReadonlySet<string> = new Set(['root', 'mount', 'flags']);

let tool: NativeTool;
const results = new Map<Backend, TableResult>();

beforeAll(async () => {
  tool = compileNativeTool('arena-tool.c');
  const runs = backends.map(async (backend) => {
    results.set(backend, await runTable({ library: 'source', backend, tool: tool.path }));
  });
  await Promise.all(runs);
}, 900_000);

afterAll(() => tool[Symbol.dispose]());

describe.each(backends)('through the %s backend', (backend) => {
  describe.each(policies)('under the policy %s', (policy) => {
    it.for(named)('%s comes to an accepted end', ([, subject], context) => {
      if (!runnable(subject)) context.skip(`needs root: ${subject.needs?.join(', ')}`);
      const report = reportFor(backend, keyOf(subject.id, policy));
      const wanted = subject.expect[policy].join(' or ');
      expect(
        report.accepted,
        `${report.outcome}, not ${wanted}${report.refusal === undefined ? '' : ` (${report.refusal})`}`,
      ).toBe(true);
      expect(report.violations).toEqual([]);
    });
  });
});

describe('the two backends', () => {
  it.each(policies)('come to the same end in every case under the policy %s', (policy) => {
    const differences = confinementCases.filter(runnable).flatMap((subject) => {
      const [kernel, walk] = backends.map((backend) => reportFor(backend, keyOf(subject.id, policy)).outcome);
      return kernel === walk ? [] : [`${subject.id}: kernel ${kernel}, walk ${walk}`];
    });
    expect(differences).toEqual([]);
  });

  it.each(backends)('%s tells nothing about what a refused path would have met outside', (backend) => {
    const byId = new Map(confinementCases.map((subject) => [subject.id, subject]));
    const told = indistinguishable.flatMap((ids) =>
      policies.flatMap((policy) => {
        const comparable = ids.filter((id) => runnable(known(byId, id)));
        const answers = comparable.map((id) => `${id}: ${reportFor(backend, keyOf(id, policy)).refusal}`);
        const different = new Set(answers.map((answer) => answer.slice(answer.indexOf(': '))));
        return different.size > 1 ? [`${policy}: ${answers.join(' | ')}`] : [];
      }),
    );
    expect(told).toEqual([]);
  });
});

describe('the resolution that was tested', () => {
  it('is the kernel’s own in every process of the kernel backend, where this kernel has it', () => {
    const available = run(tool.path, ['probe-openat2']).trim() === 'yes';
    const said = results.get('kernel')?.kernelResolution ?? [];
    expect(said.length).toBeGreaterThan(0);
    expect(said.filter((kernel) => kernel !== available)).toEqual([]);
  });

  it('is the walk in every process of the walk backend', () => {
    const said = results.get('walk')?.kernelResolution ?? [];
    expect(said.length).toBeGreaterThan(0);
    expect(said.filter((kernel) => kernel)).toEqual([]);
  });
});

describe('the table itself', () => {
  it('names every case once', () => {
    const ids = confinementCases.map((subject) => subject.id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  it('runs every case that needs root where the tests run as root', (context) => {
    if (!isRoot) context.skip('needs root: mounts, devices and inode flags');
    expect(confinementCases.filter((subject) => !runnable(subject))).toEqual([]);
  });
});

function runnable(subject: ConfinementCase): boolean {
  return isRoot || !(subject.needs ?? []).some((need) => privileged.has(need));
}

function reportFor(backend: Backend, key: string): CaseReport {
  const report = results.get(backend)?.reports.get(key);
  if (report === undefined) throw new Error(`the ${backend} backend never reported ${key}`);
  return report;
}

function known(byId: ReadonlyMap<string, ConfinementCase>, id: string): ConfinementCase {
  const subject = byId.get(id);
  if (subject === undefined) throw new Error(`no case is called ${id}`);
  return subject;
}
