// @ts-check
import { watchingTests } from '../support/watching-tests.mjs';

watchingTests('polling');
