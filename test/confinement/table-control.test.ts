import { expect, it } from 'vitest';
import { compileNativeTool } from './native-tool.js';
import { runTable } from './run-table.js';

it.each(['matrix/final-absolute-out/', 'link-write/', 'matrix/directory-absolute-out/'])(
  'a resolver that looks at the text of a path only fails many of the cases %s',
  async (only) => {
    using tool = compileNativeTool('arena-tool.c');
    const result = await runTable({ library: 'naive-text', backend: 'kernel', tool: tool.path, only });
    const reports = [...result.reports.values()];
    const caught = reports.filter((report) => !report.accepted || report.violations.length > 0);
    expect(reports.length).toBeGreaterThan(60);
    expect(caught.length).toBeGreaterThan(reports.length / 10);
    // Not only refusals of another kind: something outside was shown or changed.
    const escapes = reports.flatMap((report) =>
      report.violations.filter((words) => /^out|shows what is outside/.test(words)),
    );
    expect(escapes.length).toBeGreaterThan(0);
  },
  300_000,
);
