// @ts-check
// GitHub's own grammar of workflows: keys, types, expressions with the contexts that each place has, and needs. The parser
// is the one that GitHub's editor support uses.
import { register } from 'node:module';

// It imports JSON without saying so, which Node refuses (github.com/actions/languageservices/issues/387).
register(
  `data:text/javascript,${encodeURIComponent(`
    export const load = (url, context, next) =>
      next(url, url.endsWith('.json') ? { ...context, importAttributes: { type: 'json' } } : context);
  `)}`,
);
const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = await import('@actions/workflow-parser');

/**
 * @param {import('./workflow-model.mjs').Workflow} workflow
 * @returns {Promise<{ line: number, message: string }[]>}
 */
export async function grammarErrors({ file, text }) {
  const { context, value } = parseWorkflow({ name: file, content: text }, new NoOperationTraceWriter());
  // The conversion adds what no single key can tell, such as a need that is no job.
  if (value !== undefined) await convertWorkflowTemplate(context, value);
  return context.errors.getErrors().map((error) => ({
    line: error.range?.start.line ?? 1,
    message: error.rawMessage,
  }));
}
