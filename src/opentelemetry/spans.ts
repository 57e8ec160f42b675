import { context, type Exception, type Span, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import type { OperationTrace } from '../types.js';

/** The spans of calls that are under way. */
export class Spans {
  readonly #tracer: Tracer;
  /** Weakly: a listing that is left half-way never ends. */
  readonly #running = new WeakMap<OperationTrace, Span>();

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  start(told: OperationTrace): void {
    const { operation, workspaceOrigin } = told;
    const attributes = {
      'code.function.name': functionName(operation),
      'ploke.operation': operation,
      'ploke.workspace.origin': workspaceOrigin,
    };
    const options = { kind: SpanKind.INTERNAL, attributes };
    this.#running.set(told, this.#tracer.startSpan(`ploke-io ${operation}`, options, context.active()));
  }

  /** A call that began before anybody subscribed has no span. */
  end(told: OperationTrace): void {
    const span = this.#running.get(told);
    if (!span) return;
    this.#running.delete(told);
    span.setAttributes({
      'ploke.items': told.items,
      'ploke.bytes': told.bytes,
      'ploke.queue_wait_ms': told.queueWaitMs,
      'ploke.lock_wait_ms': told.lockWaitMs,
      'ploke.native_ms': told.nativeMs,
    });
    if (told.path !== null) span.setAttribute('file.path', told.path);
    if (told.failedItems > 0) span.setAttribute('ploke.failed_items', told.failedItems);
    if (told.origin !== null) span.setAttribute('ploke.origin', told.origin);
    if (told.code !== null && told.code !== 'OK') setFailed(span, told.code, told.error);
    span.end();
  }
}

/** Without a status where all is well: "unset" is what instrumentation leaves (OpenTelemetry, Trace API, "Set Status"). */
function setFailed(span: Span, code: string, error: unknown): void {
  span.setAttribute('error.type', code);
  const exception: Exception = error instanceof Error ? error : String(error);
  span.recordException(exception);
  span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : code });
}

function functionName(operation: string): string {
  return operation === 'openWorkspace' ? operation : `Workspace.${operation}`;
}
