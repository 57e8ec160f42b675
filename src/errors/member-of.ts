/**
 * A member of a caller's object. It may be inherited, so that options can be instances of a class with getters. Only what
 * stands on Object.prototype is not taken for one: whoever could put `recursive: true` there would decide for every call of
 * the process.
 *
 * It is asked for each member of each item of a batch, and Object.prototype hardly ever has one of the names.
 */
export function memberOf(value: object, key: string): unknown {
  if (key in Object.prototype && holderOf(value, key) === Object.prototype) return undefined;
  return (value as Readonly<Record<string, unknown>>)[key];
}

function holderOf(value: object, key: string): object | null {
  let holder: object | null = value;
  while (holder !== null && !Object.hasOwn(holder, key)) holder = Object.getPrototypeOf(holder);
  return holder;
}
