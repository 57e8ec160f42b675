/** A file's name for people: quoted where control characters in it would move the cursor, or make two lines of one. */
export function shownName(name: string): string {
  return /[\p{Cc}\p{Cs}\u2028\u2029]/u.test(name) ? JSON.stringify(name).replace(/\p{Cc}/gu, escaped) : name;
}

/** Those that JSON lets stand: DEL and the C1 controls, which some terminals take for escape sequences. */
function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
