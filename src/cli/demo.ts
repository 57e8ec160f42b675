import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openWorkspace } from '../index.js';
import { type Command, jsonOption } from './command.js';
import { parseCommandLine } from './command-line.js';
import { DemoReport } from './demo-report.js';
import { makeStage } from './demo-stage.js';
import { showChanges, showEdits, showReads, showRefusals } from './demo-steps.js';
import { exitCode } from './exit-codes.js';
import type { Interruption } from './interruption.js';
import type { Output } from './output.js';

/**
 * `demo`: the library's main job on a copy of its own sources. Each claim is checked against the files themselves, read by
 * other means; one that does not hold ends the demo with exit code 1.
 */
export const demoCommand: Command = {
  name: 'demo',
  operands: '',
  summary: 'Show the library at work on a copy of its own sources.',
  about: 'Every claim is checked against the files themselves; one that does not hold is exit code 1.',
  options: { keep: { type: 'boolean', help: 'Leave the temporary copy in place.' }, json: jsonOption },
  run: demo,
};

async function demo(args: readonly string[], output: Output, { signal }: Interruption): Promise<number> {
  const line = parseCommandLine(args, demoCommand.options, { least: 0, most: 0, what: 'no argument' });
  const isKept = line.flag('keep');
  output.progress('copying the sources');
  const stage = await makeStage();
  const report = new DemoReport(output, stage.folder);
  const started = performance.now();
  try {
    output.line(`ploke-io at work on a copy of its own sources in ${stage.folder}`);
    await using workspace = await openWorkspace({ roots: [stage.project] });
    const scene = { workspace, stage, report, signal };
    const known = await showReads(scene);
    const edited = await showEdits(scene);
    await showRefusals(scene, edited);
    await showChanges(scene, known, edited);
    await workspace.close();
    report.check('nothing of ploke-io is left in the folder', !existsSync(join(stage.project, '.ploke-io')));
  } finally {
    if (!isKept) await stage.remove();
  }

  const { surprises, checks, steps } = report;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  output.line();
  output.line(
    surprises.length === 0
      ? `All ${checks} checks hold (${seconds} s).`
      : `${surprises.length} of ${checks} checks do not hold:`,
  );
  for (const surprise of surprises) output.line(`  ${surprise}`);
  output.line(isKept ? `The copy is kept in ${stage.folder}` : 'The copy has been removed.');
  output.value({ ok: surprises.length === 0, checks, surprises, steps, folder: isKept ? stage.folder : null });
  return surprises.length === 0 ? exitCode.ok : exitCode.failed;
}
