import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { eventChannels, operationChannels } from '../../../src/telemetry/channel-names.js';
import { projectRoot } from '../../support/child.js';

const text = readFileSync(path.join(projectRoot, 'docs/observability.md'), 'utf8');
const documented = new Set(Array.from(text.matchAll(/`([^`\n]+)`/g), ([, name]) => name));

function sources(): string[] {
  return readdirSync(path.join(projectRoot, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(path.join(projectRoot, 'src', name), 'utf8'));
}

/** Names of counters and histograms as the sources spell them; what is inserted into a text is its place in the document. */
function namesIn(source: string): string[] {
  const calls = source.matchAll(/\b(?:count|observe)\(\s*(['`])([^'`]+)\1/g);
  return Array.from(calls, ([, , name = '']) => name.replace(/\$\{[^}]*?(\w+)\}/g, '<$1>'));
}

test('every counter and histogram is documented', () => {
  const names = [...new Set(sources().flatMap(namesIn))];
  expect(names).toContain('read.bytes');
  expect(names.filter((name) => !documented.has(name))).toEqual([]);
});

test('every channel is documented', () => {
  const channels = [...Object.values(operationChannels), ...Object.values(eventChannels)];
  expect(channels.filter((channel) => !documented.has(channel))).toEqual([]);
});

test('every member of the messages is documented', () => {
  const types = readFileSync(path.join(projectRoot, 'src/types.ts'), 'utf8');
  const members = ['OperationTrace', 'LockContention'].flatMap((name) => {
    const [, body = ''] = new RegExp(`export interface ${name} \\{([\\s\\S]*?)\\n\\}`).exec(types) ?? [];
    return Array.from(body.matchAll(/readonly (\w+)\??:/g), ([, member = '']) => member);
  });
  expect(members).toContain('queueWaitMs');
  expect(members.filter((member) => !documented.has(member))).toEqual([]);
});

test('every metric and attribute of ploke-io/opentelemetry is documented', () => {
  const names = ['spans.ts', 'instruments.ts'].flatMap((name) => {
    const source = readFileSync(path.join(projectRoot, 'src/opentelemetry', name), 'utf8');
    return Array.from(source.matchAll(/'((?:ploke|code|file|error|disk)\.[\w.]+)'/g), ([, found = '']) => found);
  });
  expect(names).toContain('ploke.operation.duration');
  expect(names.filter((name) => !documented.has(name))).toEqual([]);
});
