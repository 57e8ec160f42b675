// @ts-check
// What the schema of CycloneDX 1.5 requires of the parts that ours has (bom-1.5.schema.json, "required" and "enum" of bom,
// component, hash, externalReference and dependency), and what makes it a list of this package's materials.

/**
 * @typedef {object} Component
 * @property {string} [bom-ref] @property {string} [type] @property {string} [name] @property {string} [version]
 * @property {string} [purl]
 * @property {{ alg?: string, content?: string }[]} [hashes]
 * @property {{ type?: string, url?: string }[]} [externalReferences]
 *
 * @typedef {object} Bom
 * @property {string} [bomFormat] @property {string} [specVersion] @property {number} [version]
 * @property {{ component?: Component }} [metadata]
 * @property {Component[]} [components]
 * @property {{ ref?: string, dependsOn?: string[] }[]} [dependencies]
 */

/**
 * @param {Bom} bom
 * @param {{ name: string, version: string, dependencies: Record<string, string> }} manifest
 * @returns {string[]}
 */
export function sbomProblems(bom, manifest) {
  const { metadata: { component: root = {} } = {}, components = [], dependencies = [] } = bom;
  const everything = [root, ...components];
  const references = everything.map((component) => component['bom-ref'] ?? '');
  const known = new Set(references);
  const edges = dependencies.flatMap(({ ref = '', dependsOn = [] }) => [ref, ...dependsOn]);
  const missing = Object.entries(manifest.dependencies).filter(
    ([name, version]) => !components.some((component) => component.name === name && component.version === version),
  );
  return [
    ...(bom.bomFormat === 'CycloneDX' ? [] : [`bomFormat is ${bom.bomFormat}`]),
    ...(bom.specVersion === '1.5' ? [] : [`specVersion is ${bom.specVersion}, and the rules are those of 1.5`]),
    ...(Number.isInteger(bom.version) && Number(bom.version) >= 1 ? [] : [`version is ${bom.version}`]),
    ...(root.name === manifest.name && root.version === manifest.version
      ? []
      : [`it is about ${root.name} ${root.version}, not about ${manifest.name} ${manifest.version}`]),
    ...everything.flatMap(componentProblems),
    ...(known.size === references.length ? [] : ['two components have one bom-ref']),
    ...edges
      .filter((ref) => !known.has(ref))
      .map((ref) => `a dependency names ${ref || 'nothing'}, which is not listed`),
    ...missing.map(([name, version]) => `${name} ${version} is not listed`),
  ];
}

/** @param {Component} component @returns {string[]} */
function componentProblems(component) {
  const name = component.name ?? '(a component without a name)';
  const absent = /** @type {const} */ (['bom-ref', 'type', 'name', 'version', 'purl']).filter((key) => !component[key]);
  const hashes = component.hashes ?? [];
  const references = component.externalReferences ?? [];
  return [
    ...absent.map((key) => `${name} has no ${key}`),
    ...(component.type === undefined || component.type === 'library' ? [] : [`${name} is of type ${component.type}`]),
    ...(hashes.every(({ alg, content }) => alg && /^[\da-f]{32,128}$/.test(content ?? ''))
      ? []
      : [`${name} has a hash of no form`]),
    ...(references.every(({ type, url }) => type && url) ? [] : [`${name} has a reference without type or url`]),
  ];
}
