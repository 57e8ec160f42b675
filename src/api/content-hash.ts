export { hashContent, parseContentHash } from '../io/content-hash.js';
