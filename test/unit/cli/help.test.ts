import { expect, test } from 'vitest';
import { commands } from '../../../src/cli/commands.js';
import { overview, pageOf } from '../../../src/cli/help.js';

test('the overview names every command once, and what every command has', () => {
  const text = overview(commands);
  for (const { name } of commands) expect(text.match(new RegExp(`^  ${name}( |$)`, 'gm'))).toHaveLength(1);
  for (const word of ['--json', '--help', '--version', '128+n', 'PLOKE_IO_DEBUG']) expect(text).toContain(word);
});

test.each(commands)(
  'the page of $name has its options and exit codes, in lines of at most 120 characters',
  (command) => {
    const page = pageOf(command);
    expect(page).toMatch(new RegExp(`^Usage: ploke-io ${command.name}\\b`));
    for (const option of Object.keys(command.options)) expect(page).toMatch(new RegExp(`^  --${option}\\b`, 'm'));
    expect(page).toContain('\n\nExit codes:\n');
    expect(page).toContain('128+n');
    expect(Math.max(...page.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
  },
);

test.each(commands)('$name takes --json', ({ options }) => {
  expect(options.json).toMatchObject({ type: 'boolean' });
});
