/** The marks that git leaves in a file when it could not merge two versions of it. */
const marker = /^(?:<{7}|\|{7}|>{7}) /m;

/**
 * Where the first of them stands. `=======` alone is none: it underlines a heading as well, and never comes without
 * the others.
 */
export function conflictMarker(text: string): number | undefined {
  return marker.exec(text)?.index;
}
