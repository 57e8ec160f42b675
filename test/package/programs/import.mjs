import * as library from 'ploke-io';
import { smoke } from './smoke.mjs';

await smoke(library);
