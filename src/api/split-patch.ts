export { splitPatch } from '../operation/split-patch.js';
