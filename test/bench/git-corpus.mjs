// A git repository over a corpus, beside it, so that the corpus holds nothing but its files.
import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import process from 'node:process';

const settings = { 'user.name': 'bench', 'user.email': 'bench@localhost', 'gc.auto': '0', 'core.fsmonitor': 'false' };

/** Environment variables that make git use it, whatever the user has configured: git(1), git-config(1). */
export function gitEnvironment(root, directory) {
  const entries = Object.entries(settings);
  const environment = {
    GIT_DIR: `${directory}.git`,
    GIT_WORK_TREE: root,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
    GIT_CONFIG_COUNT: String(entries.length),
  };
  for (const [index, [key, value]] of entries.entries()) {
    environment[`GIT_CONFIG_KEY_${index}`] = key;
    environment[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  return environment;
}

/** Makes the repository, once, with everything committed. */
export function makeGitCorpus(root, directory) {
  const marker = `${directory}.git.complete`;
  if (existsSync(marker)) return;
  rmSync(`${directory}.git`, { recursive: true, force: true });
  const options = { cwd: root, env: { ...process.env, ...gitEnvironment(root, directory) }, stdio: 'ignore' };
  execFileSync('git', ['init', '--quiet'], options);
  execFileSync('git', ['-c', 'core.compression=0', 'add', '--all'], options);
  execFileSync('git', ['commit', '--quiet', '--message', 'state'], options);
  writeFileSync(marker, '');
}
