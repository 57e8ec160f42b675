// What a workload said that it did, and what may therefore be on the disk.

/** The state of a path after an operation: the hash of its content, or null where it is gone. */
function effectsOf({ kind, path, from, sha256, files }) {
  if (files) return files.map((file) => [file.path, file.sha256]);
  if (kind === 'delete') return [[path, null]];
  if (kind === 'rename')
    return [
      [from, null],
      [path, sha256],
    ];
  return [[path, sha256]];
}

/** Collects the lines of a workload: `{"start":id,…}` just before a call, `{"ack":id}` just after it resolved. */
export class History {
  /** By path: the operations on it, in the order in which they were begun. */
  #paths = new Map();
  #folders = new Set();
  #operations = new Map();
  #rest = '';
  acknowledged = 0;

  add(text) {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop();
    for (const line of lines) {
      if (!line.startsWith('{')) continue;
      const event = JSON.parse(line);
      if (event.start !== undefined) this.#begin(event);
      else if (event.ack !== undefined) this.#acknowledge(event.ack);
    }
  }

  get paths() {
    return [...this.#paths.keys()];
  }

  /** Whether an operation that was begun may have left a file, or a folder, of this name. */
  hasFile(path) {
    return this.#paths.has(path);
  }

  hasFolder(path) {
    return this.#folders.has(path);
  }

  #begin(event) {
    const operation = { isAcknowledged: false };
    this.#operations.set(event.start, operation);
    for (const [path, state] of effectsOf(event)) {
      const versions = this.#paths.get(path) ?? [];
      versions.push({ operation, state });
      this.#paths.set(path, versions);
      for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
        this.#folders.add(path.slice(0, end));
      }
    }
  }

  #acknowledge(id) {
    this.#operations.get(id).isAcknowledged = true;
    this.acknowledged += 1;
  }

  /** undefined where what is there may be there; else 'lost' or 'torn'. `state` as in effectsOf. */
  judge(path, state) {
    const versions = this.#paths.get(path);
    const newest = versions.findLastIndex(({ operation }) => operation.isAcknowledged);
    const allowed = versions.slice(Math.max(0, newest)).map((version) => version.state);
    if (newest < 0) allowed.push(null);
    if (allowed.includes(state)) return undefined;
    return state === null || versions.some((version) => version.state === state) ? 'lost' : 'torn';
  }
}
