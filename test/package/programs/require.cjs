// Node 20.19 and later load modules of this kind by require, as long as nothing in them awaits at the top.
require('./smoke.mjs').smoke(require('ploke-io'));
