import { expect, test } from 'vitest';
import { sbomProblems } from '../../../scripts/sbom-rules.mjs';

const manifest = { name: 'ploke-io', version: '1.2.3', dependencies: { ignore: '7.0.0' } };
const component = (name: string, version: string) => ({
  'bom-ref': `${name}@${version}`,
  type: 'library',
  name,
  version,
  purl: `pkg:npm/${name}@${version}`,
  externalReferences: [],
});
const good = () => ({
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  version: 1,
  metadata: { component: component('ploke-io', '1.2.3') },
  components: [component('ignore', '7.0.0')],
  dependencies: [{ ref: 'ploke-io@1.2.3', dependsOn: ['ignore@7.0.0'] }, { ref: 'ignore@7.0.0' }],
});

test('a list with all that is required has no problems', () => {
  expect(sbomProblems(good(), manifest)).toEqual([]);
});

test.each([
  ['of another format', { bomFormat: 'SPDX' }, /bomFormat is SPDX/],
  ['of another version of the format', { specVersion: '1.4' }, /specVersion is 1\.4/],
  ['without a version of its own', { version: 0 }, /version is 0/],
  ['about another package', { metadata: { component: component('folder', '1.2.3') } }, /it is about folder 1\.2\.3/],
  ['without a dependency', { components: [], dependencies: [] }, /ignore 7\.0\.0 is not listed/],
  ['with a component of no type', { components: [{ ...component('ignore', '7.0.0'), type: '' }] }, /has no type/],
  ['with an edge to nothing', { dependencies: [{ ref: 'gone@1.0.0' }] }, /gone@1\.0\.0, which is not listed/],
  [
    'with a malformed hash',
    { components: [{ ...component('ignore', '7.0.0'), hashes: [{ alg: 'SHA-512', content: 'x' }] }] },
    /hash of no form/,
  ],
])('a list %s is refused', (_name, change, problem) => {
  expect(sbomProblems({ ...good(), ...change }, manifest).join('\n')).toMatch(problem);
});
