// Extended attributes and access lists (xattr(7), acl(5)) without programs that a bare machine lacks.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('attributes.c', import.meta.url));
const program = fileURLToPath(new URL('../../build/test-tools/attributes', import.meta.url));

/** Compiled once; other test processes may be doing the same, so it gets its name when it is whole. */
function compiled() {
  const built = statSync(program, { throwIfNoEntry: false });
  if (built && built.mtimeMs > statSync(source).mtimeMs) return program;
  mkdirSync(path.dirname(program), { recursive: true });
  const made = `${program}-${process.pid}`;
  execFileSync('cc', ['-O2', '-o', made, source]);
  renameSync(made, program);
  return program;
}

/**
 * @param {string} file
 * @param {string} name
 * @returns {Buffer | undefined} undefined: the file has no such attribute
 */
export function getAttribute(file, name) {
  const { status, stdout } = spawnSync(compiled(), ['get', file, name]);
  return status === 0 ? stdout : undefined;
}

/**
 * @param {string} file
 * @param {string} name
 * @param {string | Uint8Array} value
 */
export function setAttribute(file, name, value) {
  execFileSync(compiled(), ['set', file, name], { input: value, stdio: ['pipe', 'pipe', 'pipe'] });
}

const tags = { owner: 1, user: 2, group: 4, mask: 16, other: 32 };
const nobody = 0xffff_ffff;

/**
 * An access list as `system.posix_acl_access` and `system.posix_acl_default` hold it: version 2, then tag, permissions
 * and id of each entry (linux/posix_acl_xattr.h).
 *
 * @param {readonly (readonly [tag: keyof typeof tags, permissions: number, id?: number])[]} entries
 */
export function accessList(entries) {
  const bytes = Buffer.alloc(4 + entries.length * 8);
  bytes.writeUInt32LE(2, 0);
  for (const [index, [tag, permissions, id = nobody]] of entries.entries()) {
    bytes.writeUInt16LE(tags[tag], 4 + index * 8);
    bytes.writeUInt16LE(permissions, 6 + index * 8);
    bytes.writeUInt32LE(id, 8 + index * 8);
  }
  return bytes;
}
