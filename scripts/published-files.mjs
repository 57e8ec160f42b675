// @ts-check
import { execFileSync } from 'node:child_process';

/** What `npm pack` takes into the package. @param {string} root @returns {{ unpackedSize: number, size: number, files: { path: string }[] }} */
export function publishedFiles(root) {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const [report] = JSON.parse(execFileSync('npm', args, { cwd: root, encoding: 'utf8' }));
  return report;
}
