import { expect, test } from 'vitest';
import { isAbout, isNodesLeak, kindOf, splitReports } from '../../../scripts/sanitizer-reports.mjs';

const address = `=================================================================
==11==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x602000000015 at pc 0x7f bp 0x7f sp 0x7f
READ of size 1 at 0x602000000015 thread T0
    #0 in read_past native/file.cc:12 (ploke_io.node+0x1234)
    #1 in call (node+0x99)
SUMMARY: AddressSanitizer: heap-buffer-overflow native/file.cc:12 in read_past
Shadow bytes around the buggy address:
`;

const leaks = `
=================================================================
==12==ERROR: LeakSanitizer: detected memory leaks

Direct leak of 12345 byte(s) in 1 object(s) allocated from:
    #0 in malloc (libasan.so.8+0xb4)
    #1 in lose native/file.cc:30 (ploke_io.node+0x2222)

Indirect leak of 64 byte(s) in 2 object(s) allocated from:
    #0 in malloc (libasan.so.8+0xb4)
    #1 in start (node+0x77)

SUMMARY: AddressSanitizer: 12409 byte(s) leaked in 3 allocation(s).
`;

const races = `==================
WARNING: ThreadSanitizer: data race (pid=13)
  Write of size 4 at 0x7f by thread T2:
    #0 in count native/file.cc:9 (ploke_io.node+0x3333)
==================
==================
WARNING: ThreadSanitizer: data race (pid=13)
  Write of size 8 at 0x7f by main thread:
    #0 in elsewhere (node+0x44)
==================
`;

const undefinedBehaviour = `native/file.cc:44:5: runtime error: signed integer overflow: 2147483643 + 5 cannot be represented in type 'int'
    #0 in add native/file.cc:44 (ploke_io.node+0x4444)
native/file.cc:45:5: runtime error: shift exponent 64 is too large for 64-bit type 'unsigned long'
    #0 in shift native/file.cc:45 (ploke_io.node+0x4555)
`;

test.each([
  ['an address', address, ['AddressSanitizer: heap-buffer-overflow'], [true]],
  ['leaks', leaks, ['Direct leak', 'Indirect leak'], [true, false]],
  ['races', races, ['WARNING: ThreadSanitizer: data race', 'WARNING: ThreadSanitizer: data race'], [true, false]],
])('cuts a log about %s into reports, and says which are ours', (_name, log, kinds, ours) => {
  const reports = splitReports(log);
  expect(reports.map(kindOf)).toEqual(kinds);
  expect(reports.map((report) => isAbout(report, 'ploke_io.node'))).toEqual(ours);
});

test('cuts a log about undefined behaviour', () => {
  const reports = splitReports(undefinedBehaviour);
  expect(reports).toHaveLength(2);
  expect(reports.every((report) => isAbout(report, 'ploke_io.node'))).toBe(true);
  expect(reports[0]).toMatch(/overflow.*add native/s);
});

test('a log without reports has none', () => {
  expect(splitReports('==14==WARNING: something about a library\n\n')).toEqual([]);
});

test('tells memory that Node allocates for its own object from what the addon allocates beside it', () => {
  const leak = (first: string, second: string) =>
    `Direct leak of 40 byte(s) in 1 object(s) allocated from:\n    #0 in operator new (libasan.so.8+0xb9)\n    #1 in ${first}\n    #2 in ${second}`;
  const external = 'napi_create_external <null> (node+0xc5)';
  const wrap = 'wrap_handle native/environment_handles.h:34 (ploke_io.node+0xda)';
  expect(isNodesLeak(leak(external, wrap))).toBe(true);
  expect(isNodesLeak(leak(wrap, external))).toBe(false);
  expect(isNodesLeak(leak('napi_create_reference <null> (node+0xc6)', wrap))).toBe(false);
  expect(isNodesLeak(leak('napi_create_external own.cc:1 (ploke_io.node+0xc5)', wrap))).toBe(false);
  expect(isNodesLeak(address.replace('read_past', 'napi_create_external'))).toBe(false);
});
