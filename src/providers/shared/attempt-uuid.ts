const OFFSET = 0x81_1c_9d_c5
const PRIME = 0x01_00_01_93

/** FNV-1a: spreads a text over 32 bits. Ids of attempts are random, so nothing better is needed. */
function hash32(text: string, salt: number): number {
  let hash = (OFFSET ^ Math.imul(salt, PRIME)) >>> 0
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), PRIME) >>> 0
  }
  // A last mixing: without it texts that differ in one letter have similar hashes.
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c_1b_3c_6d) >>> 0
  return (hash ^ (hash >>> 13)) >>> 0
}

/** An id in the form of a UUID, for services that want one of us; the same for an attempt. */
export function attemptUuid(attemptId: string): string {
  const digits = [1, 2, 3, 4].map((salt) => hash32(attemptId, salt).toString(16).padStart(8, '0'))
  const hex = digits.join('')
  const version = `4${hex.slice(13, 16)}`
  const variant = `8${hex.slice(17, 20)}`
  return [hex.slice(0, 8), hex.slice(8, 12), version, variant, hex.slice(20)].join('-')
}

/** A seed for a call that asked for none: another one for each attempt. */
export const seedOf = (attemptId: string): number => hash32(attemptId, 5)
