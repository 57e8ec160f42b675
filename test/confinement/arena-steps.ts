import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  openSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { Arena } from './arena.js';
import { run } from './native-tool.js';
import type { Step } from './vocabulary.js';

/** Does one step of a setup. Parents are made as needed; anything that fails stops the case with the system's words. */
export function performStep(arena: Arena, step: Step): void {
  if ('file' in step) {
    writeFileSync(withParents(arena, step.file), step.text);
    if (step.mode !== undefined) chmodSync(arena.at(step.file), step.mode);
  } else if ('directory' in step) {
    mkdirSync(arena.at(step.directory), { recursive: true });
    if (step.mode !== undefined) chmodSync(arena.at(step.directory), step.mode);
  } else if ('heldHandle' in step) {
    const handle = openSync(arena.at(step.heldHandle), 'r');
    arena.heldHandles.push(handle);
    symlinkSync(`/proc/self/fd/${handle}`, withParents(arena, step.link));
  } else if ('link' in step) {
    makeLink(arena, step);
  } else if ('chain' in step) {
    for (let index = 0; index < step.length; index++) {
      symlinkSync(index + 1 < step.length ? `c${index + 1}` : step.to, arena.at(`${step.chain}/c${index}`));
    }
  } else if ('deep' in step) {
    run(arena.tool, ['deep', arena.at(step.deep), `${step.levels}`, `${step.nameLength}`, step.name, 'in']);
  } else if ('bytes' in step) {
    writeFileSync(bytesPath(arena, step.namesIn, step.bytes), step.text);
  } else if ('hardLink' in step) {
    linkSync(arena.at(step.to), withParents(arena, step.hardLink));
  } else if ('fifo' in step) {
    run('mkfifo', [withParents(arena, step.fifo)]);
  } else if ('socket' in step) {
    run(arena.tool, ['socket', withParents(arena, step.socket)]);
  } else if ('device' in step) {
    run('mknod', [withParents(arena, step.device), 'c', `${step.major}`, `${step.minor}`]);
  } else if ('bind' in step) {
    mount(arena, step.bind, ['--bind', arena.at(step.from)]);
    if (step.readOnly === true) run('mount', ['-o', 'remount,bind,ro', arena.at(step.bind)]);
  } else if ('tmpfs' in step) {
    mount(arena, step.tmpfs, ['-t', 'tmpfs', '-o', step.options, 'tmpfs']);
  } else if ('noSymlinkFollow' in step) {
    mount(arena, step.noSymlinkFollow, ['--bind', arena.at(step.noSymlinkFollow)]);
    run('mount', ['-o', 'remount,bind,nosymfollow', arena.at(step.noSymlinkFollow)]);
  } else if ('ownerOf' in step) {
    chownSync(arena.at(step.ownerOf), step.user, step.group);
  } else if ('attributeOf' in step) {
    run(arena.tool, ['set-attribute', arena.at(step.attributeOf), step.name, step.value]);
  } else if ('flagOf' in step) {
    arena.flagged.push(arena.at(step.flagOf));
    run(arena.tool, ['flag', arena.at(step.flagOf), step.flag === 'immutable' ? '+i' : '+a']);
  } else if ('plantedBefore' in step) {
    // A writer that derives its temporary name from its process id would follow one of these.
    for (const number of [process.pid, process.ppid]) {
      symlinkSync(arena.expand(step.to), arena.at(`${step.plantedBefore}${number}${step.plantedAfter}`));
    }
  } else if ('move' in step) {
    renameSync(arena.at(step.move), arena.at(step.to));
  } else if ('removeAll' in step) {
    rmSync(arena.at(step.removeAll), { recursive: true });
  } else {
    unreachable(step);
  }
}

function makeLink(arena: Arena, step: Extract<Step, { link: string }>): void {
  const path = withParents(arena, step.link);
  if ('toBytes' in step) {
    symlinkSync(Buffer.from(step.toBytes, 'hex'), path);
  } else if ('dots' in step) {
    // './././…f': a target as long as the system takes, which a walk must not cut off.
    symlinkSync(`${'./'.repeat((step.dots - step.to.length) / 2)}${step.to}`, path);
  } else if ('to' in step) {
    symlinkSync(arena.expand(step.to), path);
    if (readlinkSync(path) !== arena.expand(step.to)) throw new Error(`the link ${path} lost part of its target`);
  }
}

function mount(arena: Arena, path: string, words: readonly string[]): void {
  run('mount', [...words, arena.at(path)]);
  arena.mounts.push(arena.at(path));
}

function withParents(arena: Arena, path: string): string {
  mkdirSync(dirname(arena.at(path)), { recursive: true });
  return arena.at(path);
}

export function bytesPath(arena: Arena, parent: string, hex: string): Buffer {
  return Buffer.concat([Buffer.from(`${arena.at(parent)}/`), Buffer.from(hex, 'hex')]);
}

function unreachable(step: never): never {
  throw new Error(`no such step: ${JSON.stringify(step)}`);
}
