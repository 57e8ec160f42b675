import type { PlokeIoError } from '../errors/ploke-io-error.js';
import type { Finding, Versions } from './diagnosis.js';

/** Of package.json: engines. */
const leastNode = { major: 20, minor: 19 };

/** What runs here. */
export function judgeProgram(versions: Versions, hashIsHost: boolean): readonly Finding[] {
  return [judgeNode(versions), judgeAddon(versions), judgeHash(hashIsHost)];
}

function judgeNode({ node, nodeApi, platform, arch, kernel }: Versions): Finding {
  const [major = 0, minor = 0] = node
    .replace(/^v/, '')
    .split('.')
    .map((part) => Number.parseInt(part, 10));
  const isOld = major < leastNode.major || (major === leastNode.major && minor < leastNode.minor);
  const base = { id: 'node', title: 'Node', facts: { node, nodeApi, platform, arch, kernel } };
  const detail = `Node ${node} on ${platform} ${arch}, kernel ${kernel}.`;
  if (!isOld) return { ...base, severity: 'ok', detail };
  const wanted = `${leastNode.major}.${leastNode.minor}`;
  return { ...base, severity: 'problem', detail, advice: `Use Node ${wanted} or later: nothing older is tested.` };
}

function judgeAddon({ plokeIo, addon }: Versions): Finding {
  const origin = {
    compiled: 'was compiled on this machine',
    prebuilt: 'is the one that the package brings',
    provided: 'was loaded by the program',
    missing: 'is missing',
  }[addon.kind];
  const facts = { plokeIo: plokeIo ?? null, kind: addon.kind, file: addon.file ?? null };
  const detail = `ploke-io ${plokeIo ?? '(version unknown)'}; the native addon ${origin}.`;
  return { id: 'addon', severity: 'ok', title: 'Native addon', detail, facts };
}

/** Without the addon nothing else can be looked at. */
export function judgeMissingAddon(error: PlokeIoError): Finding {
  const reason = typeof error.details?.reason === 'string' ? error.details.reason : null;
  return {
    id: 'addon',
    severity: 'problem',
    title: 'Native addon',
    detail: error.message,
    advice: 'Every call fails until the addon can be loaded, and the file system was not looked at.',
    facts: { kind: 'missing', reason },
  };
}

function judgeHash(isHost: boolean): Finding {
  const base = { id: 'hash', title: 'SHA-256', facts: { provider: isHost ? 'host' : 'portable' } };
  if (isHost) return { ...base, severity: 'ok', detail: 'Hashed by the OpenSSL of this process.' };
  return {
    ...base,
    severity: 'note',
    detail: 'Hashed by the portable implementation, which is several times slower.',
    advice:
      'Run on a Node that exports its OpenSSL, as those of nodejs.org do, and unset PLOKE_IO_PORTABLE_SHA256 if it is set.',
  };
}
