import { win32 } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PlokeIoError } from '../../../src/errors/ploke-io-error.js';
import { maxWindowsPathUnits, parsePathArgument } from '../../../src/policy/path-argument.js';

const parse = (input: unknown): string => parsePathArgument(input, 'readFile', 'win32');

function refusal(input: unknown): PlokeIoError {
  try {
    parse(input);
  } catch (error) {
    if (error instanceof PlokeIoError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

describe('text', () => {
  test.each([
    ['C:\\', 'C:/'],
    ['c:/', 'C:/'],
    ['C:\\..', 'C:/'],
    ['C:\\.\\', 'C:/'],
    ['C:\\ws\\f', 'C:/ws/f'],
    ['C:/ws/f', 'C:/ws/f'],
    ['c:\\WS/a\\F', 'C:/WS/a/F'],
    ['C:\\ws\\\\a//f', 'C:/ws/a/f'],
    ['C:\\ws\\.\\a\\..\\f', 'C:/ws/f'],
    ['C:\\ws\\a\\', 'C:/ws/a/'],
    ['C:\\ws\\a\\..', 'C:/ws/'],
    ['C:\\ws\\.git\\config', 'C:/ws/.git/config'],
    ['C:\\ws\\CONx', 'C:/ws/CONx'],
    ['C:\\ws\\console.log', 'C:/ws/console.log'],
    ['C:\\ws\\LPT', 'C:/ws/LPT'],
    ['C:\\ws\\COM10', 'C:/ws/COM10'],
    ['C:\\ws\\null', 'C:/ws/null'],
    ['C:\\ws\\a b\\ c', 'C:/ws/a b/ c'],
    ['C:\\ws\\ü😀', 'C:/ws/ü😀'],
    ['C:\\ws\\WORKSP~1', 'C:/ws/WORKSP~1'],
    ['\\\\host\\share', '//host/share'],
    ['\\\\host\\share\\', '//host/share'],
    ['\\\\host\\share\\..', '//host/share'],
    ['//host/share\\a/./f', '//host/share/a/f'],
    ['\\\\host\\C$\\a\\', '//host/C$/a/'],
    ['\\\\?\\C:\\ws\\f', 'C:/ws/f'],
    ['\\\\?\\c:\\', 'C:/'],
    ['\\\\?\\C:\\ws\\', 'C:/ws/'],
    ['\\\\?\\UNC\\host\\share\\f', '//host/share/f'],
    ['\\\\?\\unc\\host\\share', '//host/share'],
  ])('%j becomes %j', (input, output) => {
    expect(parse(input)).toBe(output);
  });

  test.each([
    ['', /empty string/],
    ['f', /not absolute/],
    ['.\\f', /not absolute/],
    ['ws\\C:\\f', /not absolute/],
    ['file:///C:/f', /not absolute/],
    ['C:', /relative to the directory of a drive/],
    ['C:f', /relative to the directory of a drive/],
    ['C:..\\x', /relative to the directory of a drive/],
    ['\\x', /names no drive/],
    ['/x', /names no drive/],
    ['\\??\\C:\\ws\\f', /names no drive/],
    ['/?/C:/ws/f', /names no drive/],
    ['\\\\', /host shares/],
    ['\\\\host', /host shares/],
    ['\\\\host\\', /host shares/],
    ['\\\\\\share\\f', /host shares/],
    ['\\\\host\\\\share\\f', /host shares/],
    ['\\\\host\\..\\f', /host shares/],
    ['\\\\host\\pipe\\x', /host shares/],
    ['\\\\host\\IPC$\\x', /host shares/],
    ['\\\\host\\a:b\\x', /host shares/],
    ['\\\\.\\C:\\ws\\f', /namespace of devices/],
    ['//./C:/ws/f', /namespace of devices/],
    ['\\\\.\\PhysicalDrive0', /namespace of devices/],
    ['//?/C:/ws/f', /namespace of devices/],
    ['/\\?\\C:\\ws\\f', /namespace of devices/],
    ['\\\\?\\', /begins with/],
    ['\\\\?\\C:', /begins with/],
    ['\\\\?\\C:/ws/f', /begins with/],
    ['\\\\?\\C:\\ws/f', /begins with/],
    ['\\\\?\\C:\\ws\\..\\f', /begins with/],
    ['\\\\?\\C:\\ws\\.', /begins with/],
    ['\\\\?\\C:\\\\ws', /begins with/],
    ['\\\\?\\GLOBALROOT\\Device\\HarddiskVolume1\\f', /begins with/],
    ['\\\\?\\Volume{b75e2c83-0000-0000-0000-602f00000000}\\f', /begins with/],
    ['\\\\?\\UNC\\host', /host shares/],
    ['\\\\?\\UNC\\\\host\\share', /begins with/],
    ['\\\\?\\\\\\?\\C:\\ws', /begins with/],
    ['\\\\?\\C:\\ws\\nul', /name of a device/],
    ['\\\\?\\C:\\ws\\f.', /ends in a dot or a space/],
    ['C:\\ws\\f:stream', /no file name on Windows/],
    ['C:\\ws\\d::$INDEX_ALLOCATION', /no file name on Windows/],
    ['C:\\a:b\\c', /no file name on Windows/],
    ['C:\\ws\\..\\?\\x', /no file name on Windows/],
    ['C:\\ws\\a?', /no file name on Windows/],
    ['C:\\ws\\a*', /no file name on Windows/],
    ['C:\\ws\\<a>', /no file name on Windows/],
    ['C:\\ws\\a|b', /no file name on Windows/],
    ['C:\\ws\\"a"', /no file name on Windows/],
    ['C:\\ws\\a\0', /no file name on Windows/],
    ['C:\\ws\\a\nb', /no file name on Windows/],
    ['C:\\ws\\f.', /ends in a dot or a space/],
    ['C:\\ws\\f...', /ends in a dot or a space/],
    ['C:\\ws\\...', /ends in a dot or a space/],
    ['C:\\ws\\f ', /ends in a dot or a space/],
    ['C:\\ws\\f . ', /ends in a dot or a space/],
    ['C:\\ws\\. .\\f', /ends in a dot or a space/],
    ['C:\\ws\\.. \\f', /ends in a dot or a space/],
    ['C:\\ws\\d.\\f', /ends in a dot or a space/],
    ['C:\\ws\\d \\', /ends in a dot or a space/],
    ['C:\\ws\\d.\\..\\f', /ends in a dot or a space/],
    ['C:\\ws\\a\ud800', /lone surrogate/],
  ])('refuses %j', (input, message) => {
    expect(refusal(input)).toMatchObject({ code: 'ERR_PLOKE_INVALID_PATH', operation: 'readFile' });
    expect(refusal(input).message).toMatch(message);
  });

  const devices = [
    'CON',
    'prn',
    'Aux',
    'NUL',
    'COM0',
    'com9',
    'LPT1',
    'COM¹',
    'lpt²',
    'COM³',
    'CONIN$',
    'conout$',
    'CLOCK$',
  ];
  test.each(devices)('refuses the device %s, in any directory and with any extension', (device) => {
    for (const path of [
      device,
      `${device}.txt`,
      `${device}.tar.gz`,
      `${device} .txt`,
      `a\\${device}`,
      `${device}\\a`,
    ]) {
      expect(refusal(`C:\\ws\\${path}`).message).toMatch(/name of a device/);
      expect(refusal(`\\\\host\\share\\${path}`).message).toMatch(/name of a device/);
    }
    for (const path of [`${device}x`, `x${device}`, `${device}-1`, `.${device}`]) {
      expect(parse(`C:\\ws\\${path}`)).toBe(`C:/ws/${path}`);
    }
  });

  test('agrees with path.win32.normalize where nothing is refused', () => {
    const segment = fc.constantFrom('', '.', '..', 'a', '..a', '.a', 'b c', 'ü', 'con1', 'LPTx');
    const separator = fc.constantFrom('\\', '/');
    fc.assert(
      fc.property(fc.array(fc.tuple(segment, separator), { maxLength: 12 }), separator, (segments, first) => {
        const input = `d:${first}${segments.map(([name, after]) => name + after).join('')}`;
        const model = win32.normalize(input).replace(/^d/, 'D').replaceAll('\\', '/');
        const bare = model.length > 3 && model.endsWith('/') ? model.slice(0, -1) : model;
        const demands = bare !== 'D:/' && /[\\/]\.{0,2}$/.test(input);
        expect(parse(input)).toBe(demands ? `${bare}/` : bare);
      }),
      { numRuns: 2_000 },
    );
  });

  test('parsing again changes nothing', () => {
    const text = fc.string({
      unit: fc.constantFrom('C', ':', '\\', '/', '.', ' ', 'a', '?', 'ü', 'NUL'),
      maxLength: 12,
    });
    fc.assert(
      fc.property(
        fc.constantFrom('', 'C:\\', '\\\\', '\\\\?\\', '\\\\?\\C:\\', '\\\\?\\UNC\\'),
        text,
        (start, rest) => {
          let once: string;
          try {
            once = parse(start + rest);
          } catch (error) {
            expect(error).toMatchObject({ code: 'ERR_PLOKE_INVALID_PATH' });
            return;
          }
          expect(once).toMatch(/^(?:[A-Z]:\/|\/\/[^/]+\/[^/]+(?:\/|$))/);
          expect(once.slice(2)).not.toMatch(/[\\?:]|[. ](?:\/|$)|\/\//);
          expect(parse(once)).toBe(once);
        },
      ),
      { numRuns: 5_000 },
    );
  });

  test('takes a path of the greatest length, counted in UTF-16 units, and none that is longer', () => {
    expect(parse(`C:\\${'x'.repeat(maxWindowsPathUnits - 3)}`)).toHaveLength(maxWindowsPathUnits);
    expect(refusal(`C:\\${'x'.repeat(maxWindowsPathUnits - 2)}`)).toMatchObject({
      code: 'ENAMETOOLONG',
      details: { length: maxWindowsPathUnits + 1, maxLength: maxWindowsPathUnits },
    });
  });
});

describe('file URLs', () => {
  test.each([
    ['file:///C:/ws/f', 'C:/ws/f'],
    ['file:///c:/ws/a%20b', 'C:/ws/a b'],
    ['file:///C|/ws/f', 'C:/ws/f'],
    ['file://localhost/C:/ws', 'C:/ws'],
    ['file:///C:/ws/%2e%2e/f', 'C:/f'],
    ['file:///C:/ws\\a', 'C:/ws/a'],
    ['file:///C:/', 'C:/'],
    ['file://host/share/f', '//host/share/f'],
    ['file:///C:/ws/%C3%BC', 'C:/ws/ü'],
  ])('%s is %j', (href, path) => {
    expect(parse(new URL(href))).toBe(path);
  });

  test.each([
    ['file:///C:/a%2Fb', /encoded "\/"/],
    ['file:///C:/a%5Cb', /encoded "\/"/],
    ['file:///C:/..%5c..%5cx', /encoded "\/"/],
    ['file:///ws/f', /names no drive/],
    ['file:///', /names no drive/],
    ['file://./C:/ws/f', /namespace of devices/],
    ['file://host/', /host shares/],
    ['file:///C:/f%3Astream', /no file name on Windows/],
    ['file:///C:/%00', /no file name on Windows/],
    ['file:///C:/NUL.txt', /name of a device/],
    ['file:///C:/ws/f.', /ends in a dot or a space/],
    ['file:///C:/%ff', /does not decode to UTF-8/],
    ['file:///C:/a?b', /query or a fragment/],
    ['https://example.org/C:/a', /not a file: URL/],
  ])('refuses %s', (href, message) => {
    expect(refusal(new URL(href))).toMatchObject({ code: 'ERR_PLOKE_INVALID_PATH' });
    expect(refusal(new URL(href)).message).toMatch(message);
  });
});
